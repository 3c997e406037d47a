// An index of vectors by numbers, in memory, without tables (Swift: IdentifiedIndex). Distances:
// smaller is closer. An index has no threads of its own: it goes on in a process that is forked
// while no call is under way.

#ifndef MARTLET_INDEX_H
#define MARTLET_INDEX_H

#include "martlet_basics.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct martlet_index_options {
    int64_t dimensions;
    /// cosine, euclidean or l2, dot or dot_product.
    martlet_text metric;
    int64_t m;
    int64_t ef_construction;
    /// auto, float32, int8 or int4.
    martlet_text codes;
} martlet_index_options;

typedef struct martlet_index_facts {
    int64_t dimensions;
    int64_t m;
    int64_t ef_construction;
    /// Both live as long as the program.
    const char *metric;
    const char *codes;
} martlet_index_facts;

int32_t martlet_index_make(
    const martlet_index_options *options, void **out, martlet_error *error);

/// `is_mapped`: the vectors, codes and links stay in the file, which must not be changed.
int32_t martlet_index_load(
    martlet_text path, int32_t is_mapped, void **out, martlet_error *error);

/// Replaces the file in one step.
int32_t martlet_index_save(void *index, martlet_text path, martlet_error *error);

/// Gives an index back, in a forked process, too.
void martlet_index_release(void *index);

/// What never changes.
void martlet_index_get_facts(void *index, martlet_index_facts *facts);

int64_t martlet_index_count(void *index);
/// Bytes in memory.
int64_t martlet_index_memory(void *index);
/// 1 or 0.
int32_t martlet_index_contains(void *index, int64_t id);
/// All ids, ascending: `free(*out)`.
void martlet_index_ids(void *index, int64_t **out, int64_t *count);

/// Writes the vector into `vector`, of the index's dimensions. `MARTLET_ABSENT` when there is none.
int32_t martlet_index_get(void *index, int64_t id, float *vector, martlet_error *error);

/// So many ids that were never in use: `*first` and up.
int32_t martlet_index_reserve_ids(
    void *index, int64_t count, int64_t *first, martlet_error *error);

/// Fails when a number is not finite; `first_row` is the number of the first vector in messages.
int32_t martlet_index_check(
    void *index, const float *vectors, int64_t count, int64_t first_row, martlet_error *error);

/// Adds or replaces vectors. `vectors`: row-major, shape [count, dimensions]. All or none.
int32_t martlet_index_add(
    void *index, const float *vectors, const int64_t *ids, int64_t count, int64_t threads,
    martlet_error *error);

/// `*out` is how many were there.
int32_t martlet_index_remove(
    void *index, const int64_t *ids, int64_t count, int64_t threads, int64_t *out,
    martlet_error *error);

typedef struct martlet_index_search {
    /// Row-major, shape [count, dimensions].
    const float *queries;
    int64_t count;
    int64_t k;
    /// Negative: enough for good recall.
    int64_t ef;
    /// At most so many.
    int64_t threads;
    /// Compares the queries with every vector.
    int32_t is_exact;
    /// Ids that may be returned, NULL for all.
    const int64_t *allowed_ids;
    int64_t allowed_id_count;
    /// A byte for each id from 0 on, not zero for those that may be returned; NULL for all.
    const uint8_t *allowed_mask;
    int64_t allowed_mask_count;
} martlet_index_search;

/// Writes `ids` and `distances`, shape [count, k]; rows end in -1 and infinity where there is no
/// more.
int32_t martlet_index_run(
    void *index, const martlet_index_search *search, int64_t *ids, float *distances,
    martlet_error *error);

#ifdef __cplusplus
}
#endif

#endif
