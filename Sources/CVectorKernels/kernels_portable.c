// Plain C, for processors that have no kernels of their own, and as a second opinion in tests.

#include "code_making.h"
#include "kernels.h"

#include <string.h>

static float half(uint16_t bits) {
    uint32_t sign = (uint32_t)(bits & 0x8000) << 16;
    uint32_t exponent = (bits >> 10) & 0x1F;
    uint32_t fraction = bits & 0x3FF;
    uint32_t word;
    if (exponent == 0) {
        float magnitude = (float)fraction * 0x1p-24f;
        return sign ? -magnitude : magnitude;
    }
    word = exponent == 0x1F ? 0x7F800000u | fraction << 13 : (exponent + 112) << 23 | fraction << 13;
    word |= sign;
    float value;
    memcpy(&value, &word, sizeof value);
    return value;
}

static float dot_f32(const float *query, const void *row, size_t n) {
    const float *values = row;
    float sum = 0;
    for (size_t i = 0; i < n; i++) sum += query[i] * values[i];
    return sum;
}

static float l2_f32(const float *query, const void *row, size_t n) {
    const float *values = row;
    float sum = 0;
    for (size_t i = 0; i < n; i++) {
        float difference = query[i] - values[i];
        sum += difference * difference;
    }
    return sum;
}

static float dot_f16(const float *query, const void *row, size_t n) {
    const uint16_t *values = row;
    float sum = 0;
    for (size_t i = 0; i < n; i++) sum += query[i] * half(values[i]);
    return sum;
}

static float l2_f16(const float *query, const void *row, size_t n) {
    const uint16_t *values = row;
    float sum = 0;
    for (size_t i = 0; i < n; i++) {
        float difference = query[i] - half(values[i]);
        sum += difference * difference;
    }
    return sum;
}

static int32_t dot_u8(const int8_t *query, const uint8_t *code, size_t bytes) {
    int32_t sum = 0;
    for (size_t i = 0; i < bytes; i++) sum += query[i] * code[i];
    return sum;
}

static int32_t dot_u4(const int8_t *query, const uint8_t *code, size_t bytes) {
    int32_t sum = 0;
    while (bytes > 0) {
        size_t block = bytes < 64 ? bytes : 64;
        for (size_t i = 0; i < block; i++) {
            sum += query[i] * (code[i] & 0x0F) + query[block + i] * (code[i] >> 4);
        }
        query += 2 * block;
        code += block;
        bytes -= block;
    }
    return sum;
}

#define GATHER_FLOATS(name, kernel)                                                             \
    static void name(                                                                           \
        const float *query, const void *rows, size_t stride, size_t dimensions,                 \
        const uint32_t *slots, size_t count, float *scores                                      \
    ) {                                                                                         \
        const char *base = rows;                                                                \
        for (size_t i = 0; i < count; i++)                                                      \
            scores[i] = kernel(query, base + slots[i] * stride, dimensions);                    \
    }

#define GATHER_CODES(name, kernel)                                                              \
    static void dot_##name(                                                                     \
        const int8_t *query, const uint8_t *codes, size_t stride, size_t code_bytes,            \
        const uint32_t *slots, size_t count, int32_t *scores                                    \
    ) {                                                                                         \
        for (size_t i = 0; i < count; i++)                                                      \
            scores[i] = kernel(query, codes + slots[i] * stride, code_bytes);                   \
    }                                                                                           \
    static void distances_##name(                                                               \
        const martlet_code_query *query, const uint8_t *codes, size_t stride,                   \
        const uint32_t *slots, size_t count, float *distances                                   \
    ) {                                                                                         \
        for (size_t i = 0; i < count; i++) {                                                    \
            const uint8_t *row = codes + slots[i] * stride;                                     \
            int32_t score = kernel(query->weights, row, query->code_bytes);                     \
            distances[i] = distance_of_score(query, score, (const char *)row);                  \
        }                                                                                       \
    }

GATHER_FLOATS(dot_f32_gather, dot_f32)
GATHER_FLOATS(l2_f32_gather, l2_f32)
GATHER_FLOATS(dot_f16_gather, dot_f16)
GATHER_FLOATS(l2_f16_gather, l2_f16)
GATHER_CODES(u8_gather, dot_u8)
GATHER_CODES(u4_gather, dot_u4)
CODE_MAKERS()
PLAIN_MATCHING_LINKS()

MARTLET_TABLE(martlet_kernels_portable, "portable")
