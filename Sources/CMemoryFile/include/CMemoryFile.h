#ifndef CMEMORYFILE_H
#define CMEMORYFILE_H

#include <sys/syscall.h>
#include <unistd.h>

/// A descriptor of a new file that is in memory only and not passed on to programs, or -1 with an error in `errno`.
///
/// Glibc declares memfd_create(2) for `_GNU_SOURCE` only, with which Swift does not import it.
static inline int memoryFile(const char *name) {
  const unsigned closeOnExec = 1;
  return (int)syscall(SYS_memfd_create, name, closeOnExec);
}

#endif
