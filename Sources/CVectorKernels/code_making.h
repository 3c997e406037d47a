// Making codes of vectors and weights of queries: plain C over registers of sixteen floats, compiled
// once for each instruction set by CODE_MAKERS. The header vector_kernels.h says what they promise.
//
// Vectors must be finite. Numbers so large that float32 overflows on the way give useless codes, but
// no undefined behaviour: what is not a number becomes zero before it becomes an integer.

#ifndef MARTLET_CODE_MAKING_H
#define MARTLET_CODE_MAKING_H

#include "kernels.h"

typedef float martlet_floats __attribute__((vector_size(64)));
typedef int32_t martlet_words __attribute__((vector_size(64)));
typedef uint8_t martlet_bytes __attribute__((vector_size(16)));
typedef int8_t martlet_signed_bytes __attribute__((vector_size(16)));

enum { lanes = 16, stretches = 5, block_dimensions = 128 };

/// What is left of `count` values after the first `i`, and zeros.
MARTLET_INLINE void take_lanes(
    martlet_floats *to, const float *from, size_t i, size_t count
) {
    if (i + lanes <= count) {
        __builtin_memcpy(to, from + i, sizeof *to);
    } else {
        *to = (martlet_floats){0};
        if (i < count) __builtin_memcpy(to, from + i, (count - i) * sizeof(float));
    }
}

MARTLET_INLINE float sum_of_lanes(const martlet_floats *values) {
    float sum = 0;
    for (size_t i = 0; i < lanes; i++) sum += (*values)[i];
    return sum;
}

/// Sixteen numbers as codes that are not rounded yet.
MARTLET_INLINE void place_lanes(
    martlet_floats *places, const martlet_code_scale *scale, const float *vector, size_t i,
    float stretch, float middle
) {
    martlet_floats centres, inverses;
    take_lanes(places, vector, i, scale->dimensions);
    __builtin_memcpy(&centres, scale->centres + i, sizeof centres);
    __builtin_memcpy(&inverses, scale->inverse_steps + i, sizeof inverses);
    *places = (*places * stretch - centres) * inverses + middle;
}

/// Rounds to the nearest code.
MARTLET_INLINE void round_lanes(martlet_words *codes, const martlet_floats *places, float most) {
    martlet_floats zero = {0};
    martlet_floats above = __builtin_elementwise_max(*places, zero);
    martlet_floats inside = __builtin_elementwise_min(above, zero + most);
    *codes = __builtin_convertvector(inside + 0.5f, martlet_words);
}

/// The product of a vector and what its code stands for, when it is stretched before rounding.
MARTLET_INLINE float product_with_code(
    const martlet_code_scale *scale, const float *vector, size_t padded, float stretch, float most
) {
    martlet_floats product = {0};
    for (size_t i = 0; i < padded; i += lanes) {
        martlet_floats values, places, centres, steps;
        martlet_words codes;
        take_lanes(&values, vector, i, scale->dimensions);
        place_lanes(&places, scale, vector, i, stretch, most / 2);
        round_lanes(&codes, &places, most);
        __builtin_memcpy(&centres, scale->centres + i, sizeof centres);
        __builtin_memcpy(&steps, scale->steps + i, sizeof steps);
        martlet_floats offsets = __builtin_convertvector(codes, martlet_floats) - most / 2;
        product += values * (centres + steps * offsets);
    }
    return sum_of_lanes(&product);
}

/// The stretch by which the product of a vector and its code is nearest to the vector's with itself.
/// The product grows with the stretch, in small jumps: a step in proportion comes close, and halving
/// between too little and too much comes closer.
MARTLET_INLINE float best_stretch(
    const martlet_code_scale *scale, const float *vector, size_t padded, float norm, float most
) {
    float best = 1, least = __builtin_inff(), stretch = 1;
    // A vector far outside the codes' range gains nothing by more than these.
    float low = 0.8f, high = 1.25f;
    int has_low = 0, has_high = 0;
    for (int step = 0; step <= stretches; step++) {
        float missing = norm - product_with_code(scale, vector, padded, stretch, most);
        float error = __builtin_fabsf(missing);
        if (error < least) {
            least = error;
            best = stretch;
        }
        if (!(error > norm * 1e-5f)) break;
        if (missing > 0) {
            low = stretch;
            has_low = 1;
        } else {
            high = stretch;
            has_high = 1;
        }
        float proposed = stretch * (1 + missing / norm);
        int is_between = proposed > low && proposed < high;
        stretch = (has_low && has_high) || !is_between ? (low + high) / 2 : proposed;
    }
    return best;
}

MARTLET_INLINE martlet_encoding make_code(
    const martlet_code_scale *scale, const float *vector, uint8_t *code
) {
    size_t padded = scale->code_bytes * 8 / scale->bits;
    float most = (float)((1 << scale->bits) - 1);
    martlet_floats squares = {0};
    martlet_words outside = {0};
    for (size_t i = 0; i < padded; i += lanes) {
        martlet_floats values, places;
        take_lanes(&values, vector, i, scale->dimensions);
        place_lanes(&places, scale, vector, i, 1, most / 2);
        squares += values * values;
        outside += (places < -0.5f) | (places > most + 0.5f);
    }
    martlet_encoding made = {0, 0};
    for (size_t i = 0; i < lanes; i++) made.clipped -= outside[i];

    float norm = sum_of_lanes(&squares);
    float stretch = norm > 0 ? best_stretch(scale, vector, padded, norm, most) : 1;
    martlet_floats coded = {0};
    for (size_t start = 0; start < padded; start += block_dimensions) {
        uint8_t block[block_dimensions];
        size_t count = padded - start < block_dimensions ? padded - start : block_dimensions;
        for (size_t i = 0; i < count; i += lanes) {
            martlet_floats places, centres, steps;
            martlet_words codes;
            place_lanes(&places, scale, vector, start + i, stretch, most / 2);
            round_lanes(&codes, &places, most);
            __builtin_memcpy(&centres, scale->centres + start + i, sizeof centres);
            __builtin_memcpy(&steps, scale->steps + start + i, sizeof steps);
            martlet_floats offsets = __builtin_convertvector(codes, martlet_floats) - most / 2;
            martlet_floats meant = centres + steps * offsets;
            coded += meant * meant;
            martlet_bytes bytes = __builtin_convertvector(codes, martlet_bytes);
            __builtin_memcpy(block + i, &bytes, sizeof bytes);
        }
        if (scale->bits == 8) {
            __builtin_memcpy(code + start, block, count);
        } else {
            size_t half = count / 2;
            for (size_t i = 0; i < half; i++)
                code[start / 2 + i] = (uint8_t)(block[i] | block[half + i] << 4);
        }
    }
    made.norm = sum_of_lanes(&coded);
    return made;
}

MARTLET_INLINE martlet_prepared make_weights(
    const martlet_code_scale *scale, const float *query, int8_t *weights
) {
    size_t padded = scale->code_bytes * 8 / scale->bits;
    martlet_floats largest = {0}, products = {0}, squares = {0};
    for (size_t i = 0; i < padded; i += lanes) {
        martlet_floats values, centres, steps;
        take_lanes(&values, query, i, scale->dimensions);
        __builtin_memcpy(&centres, scale->centres + i, sizeof centres);
        __builtin_memcpy(&steps, scale->steps + i, sizeof steps);
        products += values * centres;
        squares += values * values;
        largest = __builtin_elementwise_max(largest, __builtin_elementwise_abs(values * steps));
    }
    float most = 0;
    for (size_t i = 0; i < lanes; i++) most = largest[i] > most ? largest[i] : most;

    martlet_prepared made = {sum_of_lanes(&products), most / 127, 0, sum_of_lanes(&squares)};
    // Beyond these, one divided by the other is no number.
    if (!(most > 1e-30f && most < 1e30f)) {
        __builtin_memset(weights, 0, padded);
        made.unit = 0;
        return made;
    }
    float inverse = 127 / most;
    martlet_words sums = {0};
    for (size_t i = 0; i < padded; i += lanes) {
        martlet_floats values, steps;
        take_lanes(&values, query, i, scale->dimensions);
        __builtin_memcpy(&steps, scale->steps + i, sizeof steps);
        // Moved above zero, where the fraction cut off rounds to the nearest.
        martlet_floats moved = values * steps * inverse + 127.5f;
        martlet_words rounded = __builtin_convertvector(moved, martlet_words) - 127;
        sums += rounded;
        martlet_signed_bytes bytes = __builtin_convertvector(rounded, martlet_signed_bytes);
        __builtin_memcpy(weights + i, &bytes, sizeof bytes);
    }
    for (size_t i = 0; i < lanes; i++) made.weight_sum += sums[i];
    return made;
}

#define CODE_MAKERS(attributes)                                                                 \
    static attributes martlet_encoding encode(                                                  \
        const martlet_code_scale *scale, const float *vector, uint8_t *code                     \
    ) {                                                                                         \
        return make_code(scale, vector, code);                                                  \
    }                                                                                           \
    static attributes martlet_prepared prepare(                                                 \
        const martlet_code_scale *scale, const float *query, int8_t *weights                    \
    ) {                                                                                         \
        return make_weights(scale, query, weights);                                             \
    }

#endif
