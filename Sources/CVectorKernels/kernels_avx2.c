// AVX2 with FMA and F16C: 32 bytes at a time. Tails of floats are copied into a padded block; code
// bytes come in multiples of 16, so their tails are half a register.
//
// Without VNNI, bytes are multiplied by `maddubs`, whose 16-bit sums of two products saturate. Four
// bits of code by eight of weight stay far below: |sum| <= 2 * 15 * 128 = 3840, and eight of these
// may be added up before they are widened. So 8-bit codes are scored as two halves of four bits.

#include "code_making.h"
#include "kernels.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#define TARGET __attribute__((target("avx2,fma,f16c")))
#define INLINE static inline __attribute__((always_inline)) TARGET

typedef enum { f32 = 4, f16 = 2 } width;
typedef enum { dot, l2 } measure;

INLINE __m256 load(const char *row, size_t i, width width) {
    if (width == f32) return _mm256_loadu_ps((const float *)row + i);
    return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(row + 2 * i)));
}

/// The last `count` values, fewer than eight, and zeros.
INLINE __m256 load_last(const char *row, size_t i, size_t count, width width) {
    char block[32] = {0};
    memcpy(block, row + i * width, count * width);
    return load(block, 0, width);
}

INLINE __m256 add(__m256 sum, __m256 query, __m256 values, measure measure) {
    if (measure == dot) return _mm256_fmadd_ps(query, values, sum);
    __m256 difference = _mm256_sub_ps(query, values);
    return _mm256_fmadd_ps(difference, difference, sum);
}

INLINE float sum_of_floats(__m256 a) {
    __m128 four = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}

/// The sums of four registers, in order.
INLINE __m128 sums_of_floats(__m256 a, __m256 b, __m256 c, __m256 d) {
    __m256 abcd = _mm256_hadd_ps(_mm256_hadd_ps(a, b), _mm256_hadd_ps(c, d));
    return _mm_add_ps(_mm256_castps256_ps128(abcd), _mm256_extractf128_ps(abcd, 1));
}

INLINE __m128i sums_of_words(__m256i a, __m256i b, __m256i c, __m256i d) {
    __m256i abcd = _mm256_hadd_epi32(_mm256_hadd_epi32(a, b), _mm256_hadd_epi32(c, d));
    return _mm_add_epi32(_mm256_castsi256_si128(abcd), _mm256_extracti128_si256(abcd, 1));
}

INLINE float score_floats(
    const float *query, const char *row, size_t n, width width, measure measure
) {
    __m256 a = _mm256_setzero_ps(), b = a, c = a, d = a;
    size_t i = 0;
    for (; i + 32 <= n; i += 32) {
        a = add(a, _mm256_loadu_ps(query + i), load(row, i, width), measure);
        b = add(b, _mm256_loadu_ps(query + i + 8), load(row, i + 8, width), measure);
        c = add(c, _mm256_loadu_ps(query + i + 16), load(row, i + 16, width), measure);
        d = add(d, _mm256_loadu_ps(query + i + 24), load(row, i + 24, width), measure);
    }
    for (; i + 8 <= n; i += 8)
        a = add(a, _mm256_loadu_ps(query + i), load(row, i, width), measure);
    if (i < n) {
        __m256 values = load_last(row, i, n - i, width);
        b = add(b, load_last((const char *)query, i, n - i, f32), values, measure);
    }
    return sum_of_floats(_mm256_add_ps(_mm256_add_ps(a, b), _mm256_add_ps(c, d)));
}

INLINE __m128 score_four_floats(
    const float *query, const char *const rows[group], size_t n, width width, measure measure
) {
    const char *ra = rows[0], *rb = rows[1], *rc = rows[2], *rd = rows[3];
    __m256 a = _mm256_setzero_ps(), b = a, c = a, d = a, e = a, f = a, g = a, h = a;
    size_t i = 0;
    for (; i + 16 <= n; i += 16) {
        __m256 first = _mm256_loadu_ps(query + i);
        a = add(a, first, load(ra, i, width), measure);
        b = add(b, first, load(rb, i, width), measure);
        c = add(c, first, load(rc, i, width), measure);
        d = add(d, first, load(rd, i, width), measure);
        __m256 second = _mm256_loadu_ps(query + i + 8);
        e = add(e, second, load(ra, i + 8, width), measure);
        f = add(f, second, load(rb, i + 8, width), measure);
        g = add(g, second, load(rc, i + 8, width), measure);
        h = add(h, second, load(rd, i + 8, width), measure);
    }
    for (; i + 8 <= n; i += 8) {
        __m256 values = _mm256_loadu_ps(query + i);
        a = add(a, values, load(ra, i, width), measure);
        b = add(b, values, load(rb, i, width), measure);
        c = add(c, values, load(rc, i, width), measure);
        d = add(d, values, load(rd, i, width), measure);
    }
    if (i < n) {
        size_t last = n - i;
        __m256 values = load_last((const char *)query, i, last, f32);
        a = add(a, values, load_last(ra, i, last, width), measure);
        b = add(b, values, load_last(rb, i, last, width), measure);
        c = add(c, values, load_last(rc, i, last, width), measure);
        d = add(d, values, load_last(rd, i, last, width), measure);
    }
    return sums_of_floats(
        _mm256_add_ps(a, e), _mm256_add_ps(b, f), _mm256_add_ps(c, g), _mm256_add_ps(d, h));
}

INLINE void gather_floats(
    const float *query, const char *rows, size_t stride, size_t n, const uint32_t *slots,
    size_t count, float *scores, width width, measure measure
) {
    size_t bytes = n * width, ahead = rows_ahead(bytes), i = 0;
    fetch_first(rows, stride, bytes, slots, count, ahead);
    for (; i + group <= count; i += group) {
        fetch_ahead(rows, stride, bytes, slots, count, i, ahead);
        const char *addresses[group];
        for (size_t j = 0; j < group; j++) addresses[j] = rows + slots[i + j] * stride;
        _mm_storeu_ps(scores + i, score_four_floats(query, addresses, n, width, measure));
    }
    for (; i < count; i++)
        scores[i] = score_floats(query, rows + slots[i] * stride, n, width, measure);
}

INLINE __m256i widened(__m256i pairs) {
    return _mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
}

/// Four-bit numbers by weights: sixteen sums of two products.
INLINE __m256i pairs(__m256i numbers, __m256i weights) {
    return _mm256_maddubs_epi16(numbers, weights);
}

INLINE __m256i low_halves(__m256i codes) {
    return _mm256_and_si256(codes, _mm256_set1_epi8(0x0F));
}

INLINE __m256i high_halves(__m256i codes) {
    return _mm256_and_si256(_mm256_srli_epi16(codes, 4), _mm256_set1_epi8(0x0F));
}

INLINE __m256i load_bytes(const void *address) {
    return _mm256_loadu_si256((const __m256i *)address);
}

/// Sixteen bytes, and sixteen zeros.
INLINE __m256i load_half(const void *address) {
    return _mm256_zextsi128_si256(_mm_loadu_si128((const __m128i *)address));
}

INLINE __m256i score_u4(const int8_t *query, const char *row, size_t bytes) {
    __m256i sum = _mm256_setzero_si256();
    for (; bytes >= 64; bytes -= 64, row += 64, query += 128) {
        __m256i first = load_bytes(row), second = load_bytes(row + 32);
        __m256i some = _mm256_add_epi16(
            pairs(low_halves(first), load_bytes(query)),
            pairs(high_halves(first), load_bytes(query + 64)));
        __m256i others = _mm256_add_epi16(
            pairs(low_halves(second), load_bytes(query + 32)),
            pairs(high_halves(second), load_bytes(query + 96)));
        sum = _mm256_add_epi32(sum, widened(_mm256_add_epi16(some, others)));
    }
    for (size_t i = 0; i < bytes; i += 16) {
        __m256i codes = load_half(row + i);
        __m256i some = _mm256_add_epi16(
            pairs(low_halves(codes), load_half(query + i)),
            pairs(high_halves(codes), load_half(query + bytes + i)));
        sum = _mm256_add_epi32(sum, widened(some));
    }
    return sum;
}

INLINE __m256i score_u8(const int8_t *query, const char *row, size_t bytes) {
    __m256i low = _mm256_setzero_si256(), high = low;
    size_t i = 0;
    for (; i + 64 <= bytes; i += 64) {
        __m256i first = load_bytes(row + i), second = load_bytes(row + i + 32);
        __m256i weights = load_bytes(query + i), others = load_bytes(query + i + 32);
        low = _mm256_add_epi32(
            low, widened(_mm256_add_epi16(
                     pairs(low_halves(first), weights), pairs(low_halves(second), others))));
        high = _mm256_add_epi32(
            high, widened(_mm256_add_epi16(
                      pairs(high_halves(first), weights), pairs(high_halves(second), others))));
    }
    for (; i < bytes; i += 16) {
        __m256i codes = load_half(row + i), weights = load_half(query + i);
        low = _mm256_add_epi32(low, widened(pairs(low_halves(codes), weights)));
        high = _mm256_add_epi32(high, widened(pairs(high_halves(codes), weights)));
    }
    return _mm256_add_epi32(low, _mm256_slli_epi32(high, 4));
}

#define FLOATS(name, width, measure)                                                            \
    static TARGET float name(const float *query, const void *row, size_t dimensions) {          \
        return score_floats(query, row, dimensions, width, measure);                            \
    }                                                                                           \
    static TARGET void name##_gather(                                                           \
        const float *query, const void *rows, size_t stride, size_t dimensions,                 \
        const uint32_t *slots, size_t count, float *scores                                      \
    ) {                                                                                         \
        gather_floats(query, rows, stride, dimensions, slots, count, scores, width, measure);   \
    }

INLINE int32_t sum_of_words(__m256i a) {
    __m256i none = _mm256_setzero_si256();
    return _mm_cvtsi128_si32(sums_of_words(a, none, none, none));
}

/// Distances of a group from its scores.
INLINE __m128 distances_of_four(
    const martlet_code_query *query, __m128i scores, const char *const rows[group]
) {
    __m128 distances = _mm_fmadd_ps(
        _mm_set1_ps(query->unit), _mm_cvtepi32_ps(scores), _mm_set1_ps(query->base));
    if (!query->has_terms) return distances;
    size_t at = query->code_bytes;
    __m128 terms = _mm_setr_ps(
        row_term(rows[0], at), row_term(rows[1], at), row_term(rows[2], at),
        row_term(rows[3], at));
    return _mm_add_ps(distances, terms);
}

#define CODES(name, score)                                                                      \
    static TARGET void dot_##name(                                                              \
        const int8_t *query, const uint8_t *codes, size_t stride, size_t code_bytes,            \
        const uint32_t *slots, size_t count, int32_t *scores                                    \
    ) {                                                                                         \
        const char *rows = (const char *)codes;                                                 \
        size_t ahead = rows_ahead(code_bytes), i = 0;                                           \
        fetch_first(rows, stride, code_bytes, slots, count, ahead);                             \
        for (; i + group <= count; i += group) {                                                \
            fetch_ahead(rows, stride, code_bytes, slots, count, i, ahead);                      \
            __m256i sums[group];                                                                \
            for (size_t j = 0; j < group; j++)                                                  \
                sums[j] = score(query, rows + slots[i + j] * stride, code_bytes);               \
            __m128i four = sums_of_words(sums[0], sums[1], sums[2], sums[3]);                   \
            _mm_storeu_si128((__m128i *)(scores + i), four);                                    \
        }                                                                                       \
        for (; i < count; i++)                                                                  \
            scores[i] = sum_of_words(score(query, rows + slots[i] * stride, code_bytes));       \
    }                                                                                           \
    static TARGET void distances_##name(                                                        \
        const martlet_code_query *query, const uint8_t *codes, size_t stride,                   \
        const uint32_t *slots, size_t count, float *distances                                   \
    ) {                                                                                         \
        const char *rows = (const char *)codes;                                                 \
        size_t bytes = row_bytes(query), ahead = rows_ahead(bytes), i = 0;                      \
        fetch_first(rows, stride, bytes, slots, count, ahead);                                  \
        for (; i + group <= count; i += group) {                                                \
            fetch_ahead(rows, stride, bytes, slots, count, i, ahead);                           \
            const char *addresses[group];                                                       \
            __m256i sums[group];                                                                \
            for (size_t j = 0; j < group; j++) {                                                \
                addresses[j] = rows + slots[i + j] * stride;                                    \
                sums[j] = score(query->weights, addresses[j], query->code_bytes);               \
            }                                                                                   \
            __m128i scores = sums_of_words(sums[0], sums[1], sums[2], sums[3]);                 \
            _mm_storeu_ps(distances + i, distances_of_four(query, scores, addresses));          \
        }                                                                                       \
        for (; i < count; i++) {                                                                \
            const char *row = rows + slots[i] * stride;                                         \
            int32_t sum = sum_of_words(score(query->weights, row, query->code_bytes));          \
            distances[i] = distance_of_score(query, sum, row);                                  \
        }                                                                                       \
    }

FLOATS(dot_f32, f32, dot)
FLOATS(l2_f32, f32, l2)
FLOATS(dot_f16, f16, dot)
FLOATS(l2_f16, f16, l2)
CODES(u8_gather, score_u8)
CODES(u4_gather, score_u4)
CODE_MAKERS(TARGET)

static TARGET SHARED_LINKS size_t matching_links(
    const uint32_t *links, size_t width, const uint32_t *words, size_t word_count,
    uint32_t *matching
) {
    __m256i last = _mm256_set1_epi32((int)word_count), low = _mm256_set1_epi32(31);
    size_t i = 0, count = 0;
    for (; i + 8 <= width; i += 8) {
        __m256i some = _mm256_loadu_si256((const __m256i *)(links + i));
        __m256i places = _mm256_min_epu32(_mm256_srli_epi32(some, 5), last);
        __m256i found = _mm256_i32gather_epi32((const int *)words, places, 4);
        // The link's bit moves to the sign.
        __m256i shifts = _mm256_sub_epi32(low, _mm256_and_si256(some, low));
        __m256i signs = _mm256_sllv_epi32(found, shifts);
        unsigned set = (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(signs));
        uint32_t read[8];
        _mm256_storeu_si256((__m256i *)read, some);
        for (; set; set &= set - 1) matching[count++] = read[__builtin_ctz(set)];
    }
    return matching_links_from(i, count, links, width, words, word_count, matching);
}

MARTLET_TABLE(martlet_kernels_avx2, "avx2")

#endif
