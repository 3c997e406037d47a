#ifndef MARTLET_PROCESS_H
#define MARTLET_PROCESS_H

#include <stddef.h>

/* Tells the allocator, where it can be told, what keeps a process within a budget that a cache of
   many small blocks fills. Call it before other threads start.

   - One heap for all threads together. By default glibc keeps up to eight a core, and what is freed
     in one serves no other. Cached blocks are in the heap of the thread that read them: where other
     threads read what takes their place, each heap grows to what it had at most.
   - Blocks of `mapped_bytes` and more are mapped each by itself and go back to the system when they
     are freed. By default glibc takes blocks of up to 32 MiB from its heaps once one was freed.
     Memtables are made of large blocks. Each that was flushed left holes, into which cached blocks of
     4 KiB crept, so that the next one found no room and the heap grew: by up to the memtables'
     quarter of the budget beyond what the store counts. */
void martlet_bound_heaps(size_t mapped_bytes);

#endif
