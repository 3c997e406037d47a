// Distances between one query and stored vectors, chosen once for this processor.
//
// A kernel that gathers scores rows by their slot numbers: row i is at
// rows + slots[i] * stride. It fetches rows ahead of their use. Rows and queries need no alignment;
// aligned rows are faster. Nothing is allocated, nothing is written but the results.
//
// "dot" is the sum of products; "l2" the sum of squared differences (no root). Sums of floats are
// float32 in an order of the kernel's own, so two kernels may differ in the last bits; sums of
// codes are exact.

#ifndef MARTLET_VECTOR_KERNELS_H
#define MARTLET_VECTOR_KERNELS_H

#include <stddef.h>
#include <stdint.h>

typedef float (*martlet_float_kernel)(
    const float *_Nonnull query, const void *_Nonnull row, size_t dimensions);

typedef void (*martlet_float_gather)(
    const float *_Nonnull query, const void *_Nonnull rows, size_t stride, size_t dimensions,
    const uint32_t *_Nonnull slots, size_t count, float *_Nonnull scores);

// Codes are unsigned, the query's weights signed. 8-bit codes: one byte a dimension. 4-bit codes:
// blocks of 64 bytes hold 128 dimensions; byte i of a block has dimension i in its low half and
// dimension 64 + i in its high half; the last block may be cut to `code_bytes`, a multiple of 16,
// with its own halves: byte i has dimension i below and dimension n + i above, n its bytes.
// The query has one weight for each dimension of the padded code, in the same order.
typedef void (*martlet_code_gather)(
    const int8_t *_Nonnull query, const uint8_t *_Nonnull codes, size_t stride, size_t code_bytes,
    const uint32_t *_Nonnull slots, size_t count, int32_t *_Nonnull scores);

// How numbers become codes: code = (number - centre) / step + middle, rounded to 0 ..< 2^bits, where
// middle = (2^bits - 1) / 2. The arrays hold one element for each dimension of the padded code; in
// the padding everything is zero. An inverse step is zero where the step is.
typedef struct martlet_code_scale {
    const float *_Nonnull centres;
    const float *_Nonnull steps;
    const float *_Nonnull inverse_steps;
    size_t dimensions;
    size_t code_bytes;
    /// 4 or 8.
    uint32_t bits;
} martlet_code_scale;

typedef struct martlet_encoding {
    /// The sum of squares of the numbers that the code stands for.
    float norm;
    /// How many of the vector's numbers are outside what codes stand for.
    uint32_t clipped;
} martlet_encoding;

// Writes code_bytes bytes. The vector is stretched a little before it is rounded, so that its
// product with what the code stands for is nearly its product with itself: queries that have it as
// a near neighbour point the same way, and that part of the rounding error would be theirs in full.
typedef martlet_encoding (*martlet_code_encode)(
    const martlet_code_scale *_Nonnull scale, const float *_Nonnull vector,
    uint8_t *_Nonnull code);

typedef struct martlet_prepared {
    /// The product of the query and a vector is about
    /// `centre_product + unit * (score - middle * weight_sum)`.
    float centre_product, unit;
    int32_t weight_sum;
    /// The query's sum of squares.
    float norm;
} martlet_prepared;

// Writes one weight for each dimension of the padded code.
typedef martlet_prepared (*martlet_code_prepare)(
    const martlet_code_scale *_Nonnull scale, const float *_Nonnull query,
    int8_t *_Nonnull weights);

typedef struct martlet_code_query {
    const int8_t *_Nonnull weights;
    size_t code_bytes;
    /// distance = base + unit * score, plus the row's term, if rows have one.
    float base, unit;
    /// Not zero: a float, the row's term, follows its code.
    uint32_t has_terms;
} martlet_code_query;

typedef void (*martlet_code_distances)(
    const martlet_code_query *_Nonnull query, const uint8_t *_Nonnull codes, size_t stride,
    const uint32_t *_Nonnull slots, size_t count, float *_Nonnull distances);

// Copies those of a list's `width` links whose bits are set to `matching`, in their order, and
// returns how many. A link's bit is in words[link / 32]; links whose word would be at `word_count` or
// after it have none, but that word is read: it is zero. Others may rewrite the list meanwhile: each
// link is read whole, after whatever was written before it was stored. `matching` has room for
// `width` links and 15 more.
typedef size_t (*martlet_link_filter)(
    const uint32_t *_Nonnull links, size_t width, const uint32_t *_Nonnull words,
    size_t word_count, uint32_t *_Nonnull matching);

typedef struct martlet_vector_kernels {
    const char *_Nonnull name;
    martlet_float_kernel _Nonnull dot_f32, l2_f32;
    martlet_float_kernel _Nonnull dot_f16, l2_f16;
    martlet_float_gather _Nonnull dot_f32_gather, l2_f32_gather;
    martlet_float_gather _Nonnull dot_f16_gather, l2_f16_gather;
    martlet_code_gather _Nonnull dot_u8_gather, dot_u4_gather;
    martlet_code_distances _Nonnull distances_u8_gather, distances_u4_gather;
    martlet_code_encode _Nonnull encode;
    martlet_code_prepare _Nonnull prepare;
    martlet_link_filter _Nonnull matching_links;
} martlet_vector_kernels;

// The fastest that this processor runs.
const martlet_vector_kernels *_Nonnull martlet_vector_kernels_best(void);

// All that this processor runs, the portable ones last, for tests. Returns how many there are and
// writes up to `limit` of them.
size_t martlet_vector_kernels_all(
    const martlet_vector_kernels *_Nonnull *_Nonnull kernels, size_t limit);

#endif
