// A durable collection of vectors with ids and metadata (Swift: VectorDatabase). Metadata and
// filters are JSON objects. Distances: smaller is closer.

#ifndef MARTLET_DATABASE_H
#define MARTLET_DATABASE_H

#include "martlet_basics.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct martlet_database_options {
    /// Negative: not given; so are the other numbers.
    int64_t dimensions;
    /// cosine, euclidean or l2, dot_product or dot.
    martlet_text metric;
    int64_t m;
    int64_t ef_construction;
    int32_t is_quantized;
    /// Writes that were answered survive the end of the process, but not power loss.
    int32_t is_async;
} martlet_database_options;

typedef struct martlet_database_facts {
    int64_t dimensions;
    /// Lives as long as the program.
    const char *metric;
} martlet_database_facts;

/// Opens the collection in a folder, or makes one if dimensions are given. Of an existing one, the
/// options but the last are ignored; only the metric's name is checked.
int32_t martlet_database_open(
    martlet_text path, const martlet_database_options *options, void **out, martlet_error *error);

/// Later calls fail with `MARTLET_CLOSED`; a second close does nothing.
int32_t martlet_database_close(void *database, martlet_error *error);

/// What never changes.
int32_t martlet_database_get_facts(
    void *database, martlet_database_facts *facts, martlet_error *error);

// Writing

/// Rows of a batch. `metadata` is NULL, or has a text for each row.
typedef struct martlet_rows {
    const martlet_text *ids;
    /// Row-major, shape [count, dimensions].
    const float *vectors;
    const martlet_text *metadata;
    int64_t count;
} martlet_rows;

/// Told how many rows are done, now and then, on the calling thread.
typedef void (*martlet_progress)(int64_t done, void *context);

/// Adds rows, all or none; `replaces`: or replaces those that are there, in order.
int32_t martlet_database_put(
    void *database, const martlet_rows *rows, int32_t replaces, martlet_progress progress,
    void *context, martlet_error *error);

/// Replaces the vector, the metadata, or both: what is not given stays.
int32_t martlet_database_update(
    void *database, martlet_text id, const float *vector, martlet_text metadata,
    martlet_error *error);

/// Removes ids in one step; `*out` is how many were there.
int32_t martlet_database_delete(
    void *database, const martlet_text *ids, int64_t count, int64_t *out, martlet_error *error);

// Reading

/// Writes the vector into `vector`, of the collection's dimensions. `*metadata`: `free(bytes)`.
int32_t martlet_database_get(
    void *database, martlet_text id, float *vector, martlet_text *metadata, martlet_error *error);

/// `*out`: 1 or 0.
int32_t martlet_database_contains(
    void *database, martlet_text id, int32_t *out, martlet_error *error);

/// How many rows there are; with a filter, how many match.
int32_t martlet_database_count(
    void *database, martlet_text filter, int64_t *out, martlet_error *error);

int32_t martlet_database_ids(void *database, martlet_texts *out, martlet_error *error);

typedef struct martlet_search {
    int64_t k;
    /// Negative: enough for good recall.
    int64_t ef;
    martlet_text filter;
    /// Infinite: none.
    double maximum_distance;
    /// Compares the query with every row.
    int32_t is_exact;
} martlet_search;

typedef struct martlet_hit {
    martlet_text id;
    /// NULL: none.
    martlet_text metadata;
    double distance;
} martlet_hit;

/// Hits and their texts in one block: `free(hits)`.
typedef struct martlet_hits {
    martlet_hit *hits;
    int64_t count;
} martlet_hits;

/// The rows nearest to a query, of the collection's dimensions; nearest first.
int32_t martlet_database_search(
    void *database, const float *query, const martlet_search *search, martlet_hits *out,
    martlet_error *error);

/// Searches for many queries on all cores. `out` has a place for each.
int32_t martlet_database_search_many(
    void *database, const float *queries, int64_t count, const martlet_search *search,
    martlet_hits *out, martlet_error *error);

typedef struct martlet_explanation {
    /// The graph was walked; else everything that may match was compared.
    int32_t used_graph;
    int32_t read_codes;
    int64_t compared_count;
    int64_t matching_count;
} martlet_explanation;

/// What a search of this query does, without its hits.
int32_t martlet_database_explain(
    void *database, const float *query, const martlet_search *search, martlet_explanation *out,
    martlet_error *error);

// Upkeep

int32_t martlet_database_save(void *database, martlet_error *error);
int32_t martlet_database_compact(void *database, martlet_error *error);
int32_t martlet_database_set_quantized(void *database, int32_t is_on, martlet_error *error);

typedef struct martlet_database_stats {
    int64_t vector_count;
    int64_t deleted_count;
    int64_t layer_count;
    double average_degree;
    int64_t maximum_degree;
    int64_t minimum_degree;
    int64_t vector_bytes;
    int64_t graph_bytes;
    int64_t code_bytes;
    int32_t is_scanned;
    int32_t is_quantized;
} martlet_database_stats;

int32_t martlet_database_get_stats(
    void *database, martlet_database_stats *out, martlet_error *error);

/// Cheaper than all of the statistics.
int32_t martlet_database_deleted_count(void *database, int64_t *out, martlet_error *error);
int32_t martlet_database_is_quantized(void *database, int32_t *out, martlet_error *error);

int32_t martlet_database_export_json(
    void *database, martlet_text path, int32_t is_pretty, martlet_error *error);
int32_t martlet_database_import_json(
    void *database, martlet_text path, martlet_progress progress, void *context,
    martlet_error *error);

// Named collections in one folder (Swift: VectorCollections)

int32_t martlet_client_open(
    martlet_text path, int32_t is_async, void **out, martlet_error *error);
int32_t martlet_client_close(void *client, martlet_error *error);

/// `*out`: a database.
int32_t martlet_client_create(
    void *client, martlet_text name, const martlet_database_options *options, void **out,
    martlet_error *error);
int32_t martlet_client_get(void *client, martlet_text name, void **out, martlet_error *error);
int32_t martlet_client_get_or_create(
    void *client, martlet_text name, const martlet_database_options *options, void **out,
    martlet_error *error);

/// `*out`: 1, or 0 if there was none.
int32_t martlet_client_delete(
    void *client, martlet_text name, int32_t *out, martlet_error *error);
int32_t martlet_client_list(void *client, martlet_texts *out, martlet_error *error);

#ifdef __cplusplus
}
#endif

#endif
