// Which process this is. A fork copies memory but not threads: a database in the child would wait
// for ever for threads that it does not have. A program that forks before it opens anything is fine.

#include <pthread.h>
#include <stdatomic.h>

#include "martlet_basics.h"

static atomic_int is_used;
static atomic_int is_forked;

static void note_child(void) {
    if (atomic_load_explicit(&is_used, memory_order_relaxed)) {
        atomic_store_explicit(&is_forked, 1, memory_order_relaxed);
    }
}

__attribute__((constructor)) static void watch_forks(void) {
    pthread_atfork(NULL, NULL, note_child);
}

int32_t martlet_is_forked(void) {
    return atomic_load_explicit(&is_forked, memory_order_relaxed);
}

void martlet_note_use(void) {
    atomic_store_explicit(&is_used, 1, memory_order_relaxed);
}
