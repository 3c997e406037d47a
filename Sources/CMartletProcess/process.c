#include "CMartletProcess.h"

#if defined(__GLIBC__) || defined(__linux__)
#include <malloc.h>
#endif

void martlet_bound_heaps(void) {
#ifdef M_ARENA_MAX
    mallopt(M_ARENA_MAX, 1);
#endif
#ifdef M_MMAP_THRESHOLD
    mallopt(M_MMAP_THRESHOLD, 128 << 10);
    /* Whoever sets the threshold has this one fixed, too, at 128 KiB: the end of a heap would come
       and go with every answer. */
    mallopt(M_TRIM_THRESHOLD, 8 << 20);
#endif
}
