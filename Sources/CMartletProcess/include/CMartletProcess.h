#ifndef MARTLET_PROCESS_H
#define MARTLET_PROCESS_H

/* Tells the allocator, where it can be told, what keeps a process within a budget that a cache of
   many small blocks fills. Call it before other threads start.

   - One heap for all threads together. By default glibc keeps up to eight a core, and what is freed
     in one serves no other. Cached blocks are in the heap of the thread that read them: where other
     threads read what takes their place, each heap grows to what it had at most.
   - Blocks of 128 KiB and more are mapped each by itself and go back to the system when they are
     freed. That is where glibc begins, too, but it takes blocks of up to 32 MiB from its heaps once
     one was freed. What memtables are made of, indexes and filters of table files, answers: each
     that is freed leaves a hole, into which cached blocks of 4 KiB creep, so that the next one finds
     no room and the heap grows beyond what anybody counts. */
void martlet_bound_heaps(void);

#endif
