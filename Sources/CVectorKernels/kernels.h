// What the files of this target share: one table of kernels for each instruction set, and fetching
// ahead. Every table but the portable one may only be used after its `..._supported` said so.

#ifndef MARTLET_KERNELS_H
#define MARTLET_KERNELS_H

#include "shared_words.h"
#include "vector_kernels.h"

#define MARTLET_INLINE static inline __attribute__((always_inline))

extern const martlet_vector_kernels martlet_kernels_portable;

#if defined(__x86_64__)
extern const martlet_vector_kernels martlet_kernels_avx512;
extern const martlet_vector_kernels martlet_kernels_avx2;
#elif defined(__aarch64__)
extern const martlet_vector_kernels martlet_kernels_neon_dotprod;
extern const martlet_vector_kernels martlet_kernels_neon;
#endif

// A table of what a file defines under the header's names.
#define MARTLET_TABLE(table, name)                                                              \
    const martlet_vector_kernels table = {                                                      \
        name,                dot_f32,        l2_f32,        dot_f16,                            \
        l2_f16,              dot_f32_gather, l2_f32_gather, dot_f16_gather,                     \
        l2_f16_gather,       dot_u8_gather,  dot_u4_gather, distances_u8_gather,                \
        distances_u4_gather, encode,         prepare,       matching_links,                     \
    };

enum {
    cache_line = 64,
    /// Rows scored side by side, so that one's latency hides behind the others' work.
    group = 4,
    /// A longer row is fetched ahead only at its beginning; its rest the processor itself finds.
    /// Asking for all of it takes longer than its numbers take when they are near.
    fetched_whole_bytes = 1024,
    fetched_bytes = 512,
};

/// How many rows before its use a row is asked for: some kilobytes of them, whole groups.
MARTLET_INLINE size_t rows_ahead(size_t row_bytes) {
    if (row_bytes <= 128) return 16;
    if (row_bytes <= 512) return 12;
    return 8;
}

/// Asks for all cache lines of a row, to be read soon.
MARTLET_INLINE void fetch_row(const char *row, size_t bytes) {
    if (bytes > fetched_whole_bytes) bytes = fetched_bytes;
    for (size_t offset = 0; offset < bytes; offset += cache_line)
        __builtin_prefetch(row + offset, 0, 3);
    // A row that begins inside a line may end in one more.
    __builtin_prefetch(row + bytes - 1, 0, 3);
}

/// Asks for the rows that are first in line.
MARTLET_INLINE void fetch_first(
    const char *rows, size_t stride, size_t row_bytes, const uint32_t *slots, size_t count,
    size_t ahead
) {
    for (size_t i = 0; i < count && i < ahead; i++) fetch_row(rows + slots[i] * stride, row_bytes);
}

/// Asks for the group of rows that is `ahead` rows after row `i`.
MARTLET_INLINE void fetch_ahead(
    const char *rows, size_t stride, size_t row_bytes, const uint32_t *slots, size_t count,
    size_t i, size_t ahead
) {
    size_t end = i + ahead + group < count ? i + ahead + group : count;
    for (size_t j = i + ahead; j < end; j++) fetch_row(rows + slots[j] * stride, row_bytes);
}

/// The filter of links without vectors, from link `i` on, after `count` that were found.
MARTLET_INLINE size_t matching_links_from(
    size_t i, size_t count, const uint32_t *links, size_t width, const uint32_t *words,
    size_t word_count, uint32_t *matching
) {
    for (; i < width; i++) {
        uint32_t link = martlet_load_acquire(links + i);
        size_t word = link >> 5 < word_count ? link >> 5 : word_count;
        // Without branches on the data, which no processor could foresee.
        matching[count] = link;
        count += words[word] >> (link & 31) & 1;
    }
    return count;
}

// For instruction sets that cannot gather.
#define PLAIN_MATCHING_LINKS()                                                                  \
    static size_t matching_links(                                                               \
        const uint32_t *links, size_t width, const uint32_t *words, size_t word_count,          \
        uint32_t *matching                                                                      \
    ) {                                                                                         \
        return matching_links_from(0, 0, links, width, words, word_count, matching);            \
    }

// On x86 a vector's aligned words are read whole, in order with other reads; the thread sanitizer
// does not know that.
#define SHARED_LINKS __attribute__((no_sanitize("thread")))

/// The float that follows a row's code.
MARTLET_INLINE float row_term(const char *row, size_t code_bytes) {
    float term;
    __builtin_memcpy(&term, row + code_bytes, sizeof term);
    return term;
}

MARTLET_INLINE size_t row_bytes(const martlet_code_query *query) {
    return query->code_bytes + (query->has_terms ? sizeof(float) : 0);
}

MARTLET_INLINE float distance_of_score(
    const martlet_code_query *query, int32_t score, const char *row
) {
    float distance = query->base + query->unit * (float)score;
    return query->has_terms ? distance + row_term(row, query->code_bytes) : distance;
}

#endif
