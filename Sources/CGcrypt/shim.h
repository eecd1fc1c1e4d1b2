#include <gcrypt.h>

/// Makes the library ready, once and before all else; what it has for secrets is not needed (its manual, "Initializing the library").
///
/// False if it is older than its header.
static inline _Bool gcrypt_make_ready(void) {
  if (!gcry_check_version(GCRYPT_VERSION)) return 0;
  gcry_control(GCRYCTL_DISABLE_SECMEM, 0);
  gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
  return 1;
}
