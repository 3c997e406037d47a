// 32-bit words that threads share, and fetching ahead. On x86 the loads and stores are plain moves;
// written like this, the thread sanitizer and other processors see the order too.

#ifndef MARTLET_SHARED_WORDS_H
#define MARTLET_SHARED_WORDS_H

#include <stddef.h>
#include <stdint.h>

static inline uint32_t martlet_load_acquire(const uint32_t *_Nonnull word) {
    return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static inline void martlet_store_release(uint32_t *_Nonnull word, uint32_t value) {
    __atomic_store_n(word, value, __ATOMIC_RELEASE);
}

static inline uint64_t martlet_load_acquire_64(const uint64_t *_Nonnull word) {
    return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

/// Sets bits and returns what was there.
static inline uint64_t martlet_fetch_or_64(uint64_t *_Nonnull word, uint64_t bits) {
    return __atomic_fetch_or(word, bits, __ATOMIC_ACQ_REL);
}

/// Clears all bits but these and returns what was there.
static inline uint64_t martlet_fetch_and_64(uint64_t *_Nonnull word, uint64_t bits) {
    return __atomic_fetch_and(word, bits, __ATOMIC_ACQ_REL);
}

/// Asks for the cache line, to be read soon.
static inline void martlet_prefetch(const void *_Nonnull address) {
    __builtin_prefetch(address, 0, 3);
}

#endif
