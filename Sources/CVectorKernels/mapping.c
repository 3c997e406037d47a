#if defined(__linux__)
#define _GNU_SOURCE
#endif

#include "mapping.h"

#include <sys/mman.h>

bool martlet_move_mapping(void *from, size_t bytes, void *to) {
    return mremap(from, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, to) == to;
}
