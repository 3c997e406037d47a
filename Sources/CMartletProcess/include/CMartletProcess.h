#ifndef MARTLET_PROCESS_H
#define MARTLET_PROCESS_H

/* Lets the allocator keep at most `count` heaps for all threads together, where it can be told.
   Call it before other threads start. */
void martlet_limit_heaps(int count);

#endif
