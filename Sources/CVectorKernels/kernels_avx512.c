// AVX-512 with VNNI: 64 bytes at a time, tails by masks. Rows are scored four at a time, and the
// four sums are added up together.

#include "code_making.h"
#include "kernels.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")))
#define INLINE static inline __attribute__((always_inline)) TARGET

typedef enum { f32 = 4, f16 = 2 } width;
typedef enum { dot, l2 } measure;

/// Sixteen values from row, the `i`th and those after it; lanes outside the mask are zero.
INLINE __m512 load_some(const char *row, size_t i, width width, __mmask16 mask) {
    if (width == f32) return _mm512_maskz_loadu_ps(mask, (const float *)row + i);
    return _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(mask, (const uint16_t *)row + i));
}

INLINE __m512 load(const char *row, size_t i, width width) {
    if (width == f32) return _mm512_loadu_ps((const float *)row + i);
    return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(row + 2 * i)));
}

INLINE __m512 add(__m512 sum, __m512 query, __m512 values, measure measure) {
    if (measure == dot) return _mm512_fmadd_ps(query, values, sum);
    __m512 difference = _mm512_sub_ps(query, values);
    return _mm512_fmadd_ps(difference, difference, sum);
}

INLINE __mmask16 first_16(size_t count) { return (__mmask16)((1u << count) - 1); }

INLINE float score_floats(
    const float *query, const char *row, size_t n, width width, measure measure
) {
    __m512 a = _mm512_setzero_ps(), b = a, c = a, d = a;
    size_t i = 0;
    for (; i + 64 <= n; i += 64) {
        a = add(a, _mm512_loadu_ps(query + i), load(row, i, width), measure);
        b = add(b, _mm512_loadu_ps(query + i + 16), load(row, i + 16, width), measure);
        c = add(c, _mm512_loadu_ps(query + i + 32), load(row, i + 32, width), measure);
        d = add(d, _mm512_loadu_ps(query + i + 48), load(row, i + 48, width), measure);
    }
    for (; i + 16 <= n; i += 16)
        a = add(a, _mm512_loadu_ps(query + i), load(row, i, width), measure);
    if (i < n) {
        __mmask16 mask = first_16(n - i);
        __m512 values = load_some(row, i, width, mask);
        b = add(b, _mm512_maskz_loadu_ps(mask, query + i), values, measure);
    }
    return _mm512_reduce_add_ps(_mm512_add_ps(_mm512_add_ps(a, b), _mm512_add_ps(c, d)));
}

/// The sums of four registers, in order.
INLINE __m128 sums_of_floats(__m512 a, __m512 b, __m512 c, __m512 d) {
    __m512 ab = _mm512_add_ps(_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b));
    __m512 cd = _mm512_add_ps(_mm512_unpacklo_ps(c, d), _mm512_unpackhi_ps(c, d));
    __m512 abcd = _mm512_add_ps(
        _mm512_shuffle_ps(ab, cd, 0x44), _mm512_shuffle_ps(ab, cd, 0xEE));
    __m256 half = _mm256_add_ps(
        _mm512_castps512_ps256(abcd), _mm512_extractf32x8_ps(abcd, 1));
    return _mm_add_ps(_mm256_castps256_ps128(half), _mm256_extractf128_ps(half, 1));
}

INLINE __m128i sums_of_words(__m512i a, __m512i b, __m512i c, __m512i d) {
    __m512i ab = _mm512_add_epi32(_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
    __m512i cd = _mm512_add_epi32(_mm512_unpacklo_epi32(c, d), _mm512_unpackhi_epi32(c, d));
    __m512i abcd = _mm512_add_epi32(_mm512_unpacklo_epi64(ab, cd), _mm512_unpackhi_epi64(ab, cd));
    __m256i half = _mm256_add_epi32(
        _mm512_castsi512_si256(abcd), _mm512_extracti32x8_epi32(abcd, 1));
    return _mm_add_epi32(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
}

INLINE __m128 score_four_floats(
    const float *query, const char *const rows[group], size_t n, width width, measure measure
) {
    const char *ra = rows[0], *rb = rows[1], *rc = rows[2], *rd = rows[3];
    __m512 a = _mm512_setzero_ps(), b = a, c = a, d = a, e = a, f = a, g = a, h = a;
    size_t i = 0;
    for (; i + 32 <= n; i += 32) {
        __m512 first = _mm512_loadu_ps(query + i);
        a = add(a, first, load(ra, i, width), measure);
        b = add(b, first, load(rb, i, width), measure);
        c = add(c, first, load(rc, i, width), measure);
        d = add(d, first, load(rd, i, width), measure);
        __m512 second = _mm512_loadu_ps(query + i + 16);
        e = add(e, second, load(ra, i + 16, width), measure);
        f = add(f, second, load(rb, i + 16, width), measure);
        g = add(g, second, load(rc, i + 16, width), measure);
        h = add(h, second, load(rd, i + 16, width), measure);
    }
    while (i < n) {
        __mmask16 mask = n - i < 16 ? first_16(n - i) : 0xFFFF;
        __m512 values = _mm512_maskz_loadu_ps(mask, query + i);
        a = add(a, values, load_some(ra, i, width, mask), measure);
        b = add(b, values, load_some(rb, i, width, mask), measure);
        c = add(c, values, load_some(rc, i, width, mask), measure);
        d = add(d, values, load_some(rd, i, width, mask), measure);
        i += 16;
    }
    return sums_of_floats(
        _mm512_add_ps(a, e), _mm512_add_ps(b, f), _mm512_add_ps(c, g), _mm512_add_ps(d, h));
}

/// The addresses of a group; after the last row comes the last row again.
INLINE void group_rows(
    const char *rows, size_t stride, const uint32_t *slots, size_t i, size_t count,
    const char *addresses[group]
) {
    for (size_t j = 0; j < group; j++)
        addresses[j] = rows + slots[i + j < count ? i + j : count - 1] * stride;
}

INLINE __mmask8 first_of_group(size_t count) {
    return count < group ? (__mmask8)((1u << count) - 1) : 0xF;
}

INLINE void gather_floats(
    const float *query, const char *rows, size_t stride, size_t n, const uint32_t *slots,
    size_t count, float *scores, width width, measure measure
) {
    size_t bytes = n * width, ahead = rows_ahead(bytes);
    fetch_first(rows, stride, bytes, slots, count, ahead);
    for (size_t i = 0; i < count; i += group) {
        fetch_ahead(rows, stride, bytes, slots, count, i, ahead);
        if (count - i == 1) {
            scores[i] = score_floats(query, rows + slots[i] * stride, n, width, measure);
            return;
        }
        const char *addresses[group];
        group_rows(rows, stride, slots, i, count, addresses);
        __m128 four = score_four_floats(query, addresses, n, width, measure);
        _mm_mask_storeu_ps(scores + i, first_of_group(count - i), four);
    }
}

INLINE __mmask64 first_64(size_t count) { return ((__mmask64)1 << count) - 1; }

/// Adds the products of a block of codes, four bits each, to two sums.
INLINE void add_halves(
    __m512i *low, __m512i *high, __m512i codes, __m512i low_weights, __m512i high_weights
) {
    __m512i mask = _mm512_set1_epi8(0x0F);
    *low = _mm512_dpbusd_epi32(*low, _mm512_and_si512(codes, mask), low_weights);
    __m512i above = _mm512_and_si512(_mm512_srli_epi16(codes, 4), mask);
    *high = _mm512_dpbusd_epi32(*high, above, high_weights);
}

INLINE __m128i score_four_u4(const int8_t *query, const char *const rows[group], size_t bytes) {
    const char *ra = rows[0], *rb = rows[1], *rc = rows[2], *rd = rows[3];
    __m512i a = _mm512_setzero_si512(), b = a, c = a, d = a, e = a, f = a, g = a, h = a;
    size_t i = 0;
    for (; i + 64 <= bytes; i += 64) {
        __m512i low = _mm512_loadu_si512(query + 2 * i);
        __m512i high = _mm512_loadu_si512(query + 2 * i + 64);
        add_halves(&a, &e, _mm512_loadu_si512(ra + i), low, high);
        add_halves(&b, &f, _mm512_loadu_si512(rb + i), low, high);
        add_halves(&c, &g, _mm512_loadu_si512(rc + i), low, high);
        add_halves(&d, &h, _mm512_loadu_si512(rd + i), low, high);
    }
    if (i < bytes) {
        __mmask64 mask = first_64(bytes - i);
        __m512i low = _mm512_maskz_loadu_epi8(mask, query + 2 * i);
        __m512i high = _mm512_maskz_loadu_epi8(mask, query + i + bytes);
        add_halves(&a, &e, _mm512_maskz_loadu_epi8(mask, ra + i), low, high);
        add_halves(&b, &f, _mm512_maskz_loadu_epi8(mask, rb + i), low, high);
        add_halves(&c, &g, _mm512_maskz_loadu_epi8(mask, rc + i), low, high);
        add_halves(&d, &h, _mm512_maskz_loadu_epi8(mask, rd + i), low, high);
    }
    return sums_of_words(
        _mm512_add_epi32(a, e), _mm512_add_epi32(b, f), _mm512_add_epi32(c, g),
        _mm512_add_epi32(d, h));
}

INLINE __m128i score_four_u8(const int8_t *query, const char *const rows[group], size_t bytes) {
    const char *ra = rows[0], *rb = rows[1], *rc = rows[2], *rd = rows[3];
    __m512i a = _mm512_setzero_si512(), b = a, c = a, d = a;
    size_t i = 0;
    for (; i + 64 <= bytes; i += 64) {
        __m512i weights = _mm512_loadu_si512(query + i);
        a = _mm512_dpbusd_epi32(a, _mm512_loadu_si512(ra + i), weights);
        b = _mm512_dpbusd_epi32(b, _mm512_loadu_si512(rb + i), weights);
        c = _mm512_dpbusd_epi32(c, _mm512_loadu_si512(rc + i), weights);
        d = _mm512_dpbusd_epi32(d, _mm512_loadu_si512(rd + i), weights);
    }
    if (i < bytes) {
        __mmask64 mask = first_64(bytes - i);
        __m512i weights = _mm512_maskz_loadu_epi8(mask, query + i);
        a = _mm512_dpbusd_epi32(a, _mm512_maskz_loadu_epi8(mask, ra + i), weights);
        b = _mm512_dpbusd_epi32(b, _mm512_maskz_loadu_epi8(mask, rb + i), weights);
        c = _mm512_dpbusd_epi32(c, _mm512_maskz_loadu_epi8(mask, rc + i), weights);
        d = _mm512_dpbusd_epi32(d, _mm512_maskz_loadu_epi8(mask, rd + i), weights);
    }
    return sums_of_words(a, b, c, d);
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

#define CODES(name, score_four)                                                                 \
    static TARGET void dot_##name(                                                              \
        const int8_t *query, const uint8_t *codes, size_t stride, size_t code_bytes,            \
        const uint32_t *slots, size_t count, int32_t *scores                                    \
    ) {                                                                                         \
        const char *rows = (const char *)codes;                                                 \
        size_t ahead = rows_ahead(code_bytes);                                                  \
        fetch_first(rows, stride, code_bytes, slots, count, ahead);                             \
        for (size_t i = 0; i < count; i += group) {                                             \
            fetch_ahead(rows, stride, code_bytes, slots, count, i, ahead);                      \
            const char *addresses[group];                                                       \
            group_rows(rows, stride, slots, i, count, addresses);                               \
            __m128i four = score_four(query, addresses, code_bytes);                            \
            _mm_mask_storeu_epi32(scores + i, first_of_group(count - i), four);                 \
        }                                                                                       \
    }                                                                                           \
    static TARGET void distances_##name(                                                        \
        const martlet_code_query *query, const uint8_t *codes, size_t stride,                   \
        const uint32_t *slots, size_t count, float *distances                                   \
    ) {                                                                                         \
        const char *rows = (const char *)codes;                                                 \
        size_t bytes = row_bytes(query), ahead = rows_ahead(bytes);                             \
        fetch_first(rows, stride, bytes, slots, count, ahead);                                  \
        for (size_t i = 0; i < count; i += group) {                                             \
            fetch_ahead(rows, stride, bytes, slots, count, i, ahead);                           \
            const char *addresses[group];                                                       \
            group_rows(rows, stride, slots, i, count, addresses);                               \
            __m128i scores = score_four(query->weights, addresses, query->code_bytes);          \
            __m128 four = distances_of_four(query, scores, addresses);                          \
            _mm_mask_storeu_ps(distances + i, first_of_group(count - i), four);                 \
        }                                                                                       \
    }

FLOATS(dot_f32, f32, dot)
FLOATS(l2_f32, f32, l2)
FLOATS(dot_f16, f16, dot)
FLOATS(l2_f16, f16, l2)
CODES(u8_gather, score_four_u8)
CODES(u4_gather, score_four_u4)
CODE_MAKERS(TARGET)

static TARGET SHARED_LINKS size_t matching_links(
    const uint32_t *links, size_t width, const uint32_t *words, size_t word_count,
    uint32_t *matching
) {
    __m512i last = _mm512_set1_epi32((int)word_count), one = _mm512_set1_epi32(1);
    size_t count = 0;
    for (size_t i = 0; i < width; i += 16) {
        __mmask16 lanes = width - i < 16 ? first_16(width - i) : 0xFFFF;
        __m512i some = _mm512_maskz_loadu_epi32(lanes, links + i);
        __m512i places = _mm512_min_epu32(_mm512_srli_epi32(some, 5), last);
        __m512i found = _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), lanes, places, words, 4);
        __m512i bits = _mm512_sllv_epi32(one, _mm512_and_si512(some, _mm512_set1_epi32(31)));
        __mmask16 set = _mm512_test_epi32_mask(found, bits);
        _mm512_storeu_si512(matching + count, _mm512_maskz_compress_epi32(set, some));
        count += (size_t)__builtin_popcount(set);
    }
    return count;
}

MARTLET_TABLE(martlet_kernels_avx512, "avx512")

#endif
