#include "CMemoryFile.h"
