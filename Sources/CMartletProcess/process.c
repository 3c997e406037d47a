#include "CMartletProcess.h"

#if defined(__GLIBC__) || defined(__linux__)
#include <malloc.h>
#endif

void martlet_limit_heaps(int count) {
#ifdef M_ARENA_MAX
    mallopt(M_ARENA_MAX, count);
#else
    (void)count;
#endif
}
