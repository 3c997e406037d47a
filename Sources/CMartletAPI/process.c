// Which process this is. A fork copies memory but not threads: a database in the child would wait
// for ever for threads that it does not have. So would the end of the child, which destroys what
// libraries have: it leaves without. Neither can the child open anything: what the libraries below keep
// for the whole process counts on their threads, too. A program that forks before it opens anything is
// fine.

#define _DEFAULT_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "martlet_basics.h"

static atomic_int is_used;
static atomic_int is_forked;

static void leave(int status, void *nothing) {
    (void)nothing;
    fflush(NULL);
    _exit(status);
}

static void note_child(void) {
    if (!atomic_load_explicit(&is_used, memory_order_relaxed)) return;
    // What is registered last is called first; a child's child has it already.
    if (!atomic_exchange_explicit(&is_forked, 1, memory_order_relaxed)) on_exit(leave, NULL);
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
