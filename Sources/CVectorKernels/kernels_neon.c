// NEON, which every 64-bit Arm processor has; codes also with the dot product instructions of
// Armv8.2, where there are any. Sums of bytes are signed by signed here: 4-bit codes fit, 8-bit
// codes are moved down by 128, and 128 times the sum of the weights, the same for every row, is
// added to the score.

#include "code_making.h"
#include "kernels.h"

#if defined(__aarch64__)

#include <arm_neon.h>
#include <string.h>

#define DOTPROD __attribute__((target("dotprod")))

typedef enum { f32 = 4, f16 = 2 } width;
typedef enum { dot, l2 } measure;

MARTLET_INLINE float32x4_t load(const char *row, size_t i, width width) {
    if (width == f32) return vreinterpretq_f32_u8(vld1q_u8((const uint8_t *)row + 4 * i));
    uint8x8_t halves = vld1_u8((const uint8_t *)row + 2 * i);
    return vcvt_f32_f16(vreinterpret_f16_u8(halves));
}

/// The last `count` values, fewer than four, and zeros.
MARTLET_INLINE float32x4_t load_last(const char *row, size_t i, size_t count, width width) {
    char block[16] = {0};
    memcpy(block, row + i * width, count * width);
    return load(block, 0, width);
}

MARTLET_INLINE float32x4_t add(
    float32x4_t sum, float32x4_t query, float32x4_t values, measure measure
) {
    if (measure == dot) return vfmaq_f32(sum, query, values);
    float32x4_t difference = vsubq_f32(query, values);
    return vfmaq_f32(sum, difference, difference);
}

MARTLET_INLINE float score_floats(
    const float *query, const char *row, size_t n, width width, measure measure
) {
    float32x4_t a = vdupq_n_f32(0), b = a, c = a, d = a;
    size_t i = 0;
    for (; i + 16 <= n; i += 16) {
        a = add(a, vld1q_f32(query + i), load(row, i, width), measure);
        b = add(b, vld1q_f32(query + i + 4), load(row, i + 4, width), measure);
        c = add(c, vld1q_f32(query + i + 8), load(row, i + 8, width), measure);
        d = add(d, vld1q_f32(query + i + 12), load(row, i + 12, width), measure);
    }
    for (; i + 4 <= n; i += 4) a = add(a, vld1q_f32(query + i), load(row, i, width), measure);
    if (i < n) {
        float32x4_t values = load_last(row, i, n - i, width);
        b = add(b, load_last((const char *)query, i, n - i, f32), values, measure);
    }
    return vaddvq_f32(vaddq_f32(vaddq_f32(a, b), vaddq_f32(c, d)));
}

MARTLET_INLINE void gather_floats(
    const float *query, const char *rows, size_t stride, size_t n, const uint32_t *slots,
    size_t count, float *scores, width width, measure measure
) {
    size_t bytes = n * width, ahead = rows_ahead(bytes);
    fetch_first(rows, stride, bytes, slots, count, ahead);
    for (size_t i = 0; i < count; i += group) {
        fetch_ahead(rows, stride, bytes, slots, count, i, ahead);
        size_t end = i + group < count ? i + group : count;
        for (size_t j = i; j < end; j++)
            scores[j] = score_floats(query, rows + slots[j] * stride, n, width, measure);
    }
}

// Adds the products of sixteen codes and weights to four sums, as `vdotq_s32` does.
#define PLAIN_PRODUCTS(sum, codes, weights)                                                     \
    vpadalq_s16(                                                                                \
        vpadalq_s16(sum, vmull_s8(vget_low_s8(codes), vget_low_s8(weights))),                   \
        vmull_high_s8(codes, weights))

#define SCORE_U4(name, attributes, products)                                                    \
    MARTLET_INLINE attributes int32_t name(                                                     \
        const int8_t *query, const uint8_t *row, size_t bytes                                   \
    ) {                                                                                         \
        uint8x16_t mask = vdupq_n_u8(0x0F);                                                     \
        int32x4_t low = vdupq_n_s32(0), high = low;                                             \
        while (bytes > 0) {                                                                     \
            size_t block = bytes < 64 ? bytes : 64;                                             \
            for (size_t i = 0; i < block; i += 16) {                                            \
                uint8x16_t codes = vld1q_u8(row + i);                                           \
                int8x16_t below = vreinterpretq_s8_u8(vandq_u8(codes, mask));                   \
                int8x16_t above = vreinterpretq_s8_u8(vshrq_n_u8(codes, 4));                    \
                int8x16_t first = vld1q_s8(query + i), second = vld1q_s8(query + block + i);    \
                low = products(low, below, first);                                              \
                high = products(high, above, second);                                           \
            }                                                                                   \
            query += 2 * block;                                                                 \
            row += block;                                                                       \
            bytes -= block;                                                                     \
        }                                                                                       \
        return vaddvq_s32(vaddq_s32(low, high));                                                \
    }

// Without the 128 times the sum of the weights.
#define SCORE_U8(name, attributes, products)                                                    \
    MARTLET_INLINE attributes int32_t name(                                                     \
        const int8_t *query, const uint8_t *row, size_t bytes                                   \
    ) {                                                                                         \
        uint8x16_t sign = vdupq_n_u8(0x80);                                                     \
        int32x4_t even = vdupq_n_s32(0), odd = even;                                            \
        size_t i = 0;                                                                           \
        for (; i + 32 <= bytes; i += 32) {                                                      \
            int8x16_t first = vreinterpretq_s8_u8(veorq_u8(vld1q_u8(row + i), sign));           \
            int8x16_t second = vreinterpretq_s8_u8(veorq_u8(vld1q_u8(row + i + 16), sign));     \
            int8x16_t weights = vld1q_s8(query + i), others = vld1q_s8(query + i + 16);         \
            even = products(even, first, weights);                                              \
            odd = products(odd, second, others);                                                \
        }                                                                                       \
        if (i < bytes) {                                                                        \
            int8x16_t last = vreinterpretq_s8_u8(veorq_u8(vld1q_u8(row + i), sign));            \
            int8x16_t weights = vld1q_s8(query + i);                                            \
            even = products(even, last, weights);                                               \
        }                                                                                       \
        return vaddvq_s32(vaddq_s32(even, odd));                                                \
    }

MARTLET_INLINE int32_t no_offset(const int8_t *query, size_t bytes) {
    (void)query, (void)bytes;
    return 0;
}

MARTLET_INLINE int32_t offset_of_u8(const int8_t *query, size_t bytes) {
    int32x4_t sum = vdupq_n_s32(0);
    for (size_t i = 0; i < bytes; i += 16)
        sum = vpadalq_s16(sum, vpaddlq_s8(vld1q_s8(query + i)));
    return 128 * vaddvq_s32(sum);
}

#define CODES(name, attributes, score, offset)                                                  \
    static attributes void dot_##name(                                                          \
        const int8_t *query, const uint8_t *codes, size_t stride, size_t code_bytes,            \
        const uint32_t *slots, size_t count, int32_t *scores                                    \
    ) {                                                                                         \
        size_t ahead = rows_ahead(code_bytes);                                                  \
        const char *rows = (const char *)codes;                                                 \
        int32_t added = offset(query, code_bytes);                                              \
        fetch_first(rows, stride, code_bytes, slots, count, ahead);                             \
        for (size_t i = 0; i < count; i += group) {                                             \
            fetch_ahead(rows, stride, code_bytes, slots, count, i, ahead);                      \
            size_t end = i + group < count ? i + group : count;                                 \
            for (size_t j = i; j < end; j++)                                                    \
                scores[j] = added + score(query, codes + slots[j] * stride, code_bytes);        \
        }                                                                                       \
    }                                                                                           \
    static attributes void distances_##name(                                                    \
        const martlet_code_query *query, const uint8_t *codes, size_t stride,                   \
        const uint32_t *slots, size_t count, float *distances                                   \
    ) {                                                                                         \
        size_t bytes = row_bytes(query), ahead = rows_ahead(bytes);                             \
        const char *rows = (const char *)codes;                                                 \
        int32_t added = offset(query->weights, query->code_bytes);                              \
        fetch_first(rows, stride, bytes, slots, count, ahead);                                  \
        for (size_t i = 0; i < count; i += group) {                                             \
            fetch_ahead(rows, stride, bytes, slots, count, i, ahead);                           \
            size_t end = i + group < count ? i + group : count;                                 \
            for (size_t j = i; j < end; j++) {                                                  \
                const uint8_t *row = codes + slots[j] * stride;                                 \
                int32_t sum = added + score(query->weights, row, query->code_bytes);            \
                distances[j] = distance_of_score(query, sum, (const char *)row);                \
            }                                                                                   \
        }                                                                                       \
    }

#define FLOATS(name, width, measure)                                                            \
    static float name(const float *query, const void *row, size_t dimensions) {                 \
        return score_floats(query, row, dimensions, width, measure);                            \
    }                                                                                           \
    static void name##_gather(                                                                  \
        const float *query, const void *rows, size_t stride, size_t dimensions,                 \
        const uint32_t *slots, size_t count, float *scores                                      \
    ) {                                                                                         \
        gather_floats(query, rows, stride, dimensions, slots, count, scores, width, measure);   \
    }

SCORE_U4(score_u4_plain, , PLAIN_PRODUCTS)
SCORE_U8(score_u8_plain, , PLAIN_PRODUCTS)
SCORE_U4(score_u4_dotprod, DOTPROD, vdotq_s32)
SCORE_U8(score_u8_dotprod, DOTPROD, vdotq_s32)

FLOATS(dot_f32, f32, dot)
FLOATS(l2_f32, f32, l2)
FLOATS(dot_f16, f16, dot)
FLOATS(l2_f16, f16, l2)
CODES(u8_gather_plain, , score_u8_plain, offset_of_u8)
CODES(u4_gather_plain, , score_u4_plain, no_offset)
CODES(u8_gather_dotprod, DOTPROD, score_u8_dotprod, offset_of_u8)
CODES(u4_gather_dotprod, DOTPROD, score_u4_dotprod, no_offset)

CODE_MAKERS()
PLAIN_MATCHING_LINKS()

#define dot_u8_gather dot_u8_gather_plain
#define dot_u4_gather dot_u4_gather_plain
#define distances_u8_gather distances_u8_gather_plain
#define distances_u4_gather distances_u4_gather_plain
MARTLET_TABLE(martlet_kernels_neon, "neon")
#undef dot_u8_gather
#undef dot_u4_gather
#undef distances_u8_gather
#undef distances_u4_gather

#define dot_u8_gather dot_u8_gather_dotprod
#define dot_u4_gather dot_u4_gather_dotprod
#define distances_u8_gather distances_u8_gather_dotprod
#define distances_u4_gather distances_u4_gather_dotprod
MARTLET_TABLE(martlet_kernels_neon_dotprod, "neon dotprod")

#endif
