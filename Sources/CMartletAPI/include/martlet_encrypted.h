// Encrypted vector indexes (Swift: EncryptedClient, EncryptedIndex). Keys are 32 bytes; nothing
// that is written into errors has one. A handle of an index keeps the key that it was opened with.

#ifndef MARTLET_ENCRYPTED_H
#define MARTLET_ENCRYPTED_H

#include "martlet_basics.h"

#ifdef __cplusplus
extern "C" {
#endif

enum martlet_encrypted_metric {
    MARTLET_ENCRYPTED_EUCLIDEAN = 0,
    MARTLET_ENCRYPTED_SQUARED_EUCLIDEAN = 1,
    MARTLET_ENCRYPTED_COSINE = 2,
    MARTLET_ENCRYPTED_DOT_PRODUCT = 3,
};

/// 32 bytes from the system's generator.
void martlet_encrypted_generate_key(uint8_t *out);

// Clients

/// `path`: none for indexes in memory. `catalog_key`: none unless the caller keeps it.
int32_t martlet_encrypted_open(
    martlet_text path, martlet_text catalog_key, void **out, martlet_error *error);

/// A DynamoDB table. What is none is as the environment and the profile files say.
typedef struct martlet_encrypted_table {
    martlet_text name;
    martlet_text endpoint;
    martlet_text region;
    martlet_text profile;
    /// Both or none; the token only with them.
    martlet_text access_key_id;
    martlet_text secret_access_key;
    martlet_text session_token;
    /// A folder for sealed copies of what is in the table; none: they are in memory.
    martlet_text cache;
} martlet_encrypted_table;

/// The table is made if there is none.
int32_t martlet_encrypted_open_table(
    const martlet_encrypted_table *table, martlet_text catalog_key, void **out,
    martlet_error *error);
int32_t martlet_encrypted_close(void *client, martlet_error *error);
/// Names, sorted: `free(out->texts)`.
int32_t martlet_encrypted_list(void *client, martlet_texts *out, martlet_error *error);
/// What the library has to say about damaged files that it made again, since the last call:
/// `free(out->texts)`.
int32_t martlet_encrypted_take_log(void *client, martlet_texts *out, martlet_error *error);

/// `dimension`: negative for that of the first row.
int32_t martlet_encrypted_create(
    void *client, martlet_text name, martlet_text key, int64_t dimension, int32_t metric,
    void **out, martlet_error *error);
/// `version`: an older state is refused.
int32_t martlet_encrypted_load(
    void *client, martlet_text name, martlet_text key, uint64_t version, void **out,
    martlet_error *error);

// Indexes

typedef struct martlet_encrypted_facts {
    /// -1 before the first row of an index that was made without one.
    int64_t dimension;
    int64_t count;
    uint64_t version;
    int32_t metric;
    int32_t is_trained;
} martlet_encrypted_facts;

int32_t martlet_encrypted_get_facts(
    void *index, martlet_encrypted_facts *out, martlet_error *error);
/// `MARTLET_KEY` unless this is the handle's key.
int32_t martlet_encrypted_check_key(void *index, martlet_text key, martlet_error *error);
int32_t martlet_encrypted_index_close(void *index, martlet_error *error);
int32_t martlet_encrypted_index_delete(void *index, martlet_error *error);
/// Waits until every row is in the graph.
int32_t martlet_encrypted_train(void *index, martlet_error *error);

/// A number, or a text if that is not none. Never the same: 5 and "5" are two ids.
typedef struct martlet_encrypted_id {
    martlet_text text;
    int64_t number;
} martlet_encrypted_id;

typedef struct martlet_encrypted_batch {
    const martlet_encrypted_id *ids;
    int64_t count;
    /// Row-major, shape [count, dimension].
    const float *vectors;
    int64_t number_count;
    /// As many as ids, or NULL. A text that is none: no contents.
    const martlet_text *contents;
    /// JSON objects; as many as ids, or NULL. A text that is none: no metadata.
    const martlet_text *metadata;
} martlet_encrypted_batch;

/// Adds or replaces rows; all or none.
int32_t martlet_encrypted_upsert(
    void *index, const martlet_encrypted_batch *batch, martlet_error *error);
/// Ids that are not there are passed over.
int32_t martlet_encrypted_delete(
    void *index, const martlet_encrypted_id *ids, int64_t count, martlet_error *error);

typedef struct martlet_encrypted_row {
    /// Which of the ids that were asked for.
    int64_t place;
    const float *vector;
    martlet_text contents;
    /// None: no metadata.
    martlet_text metadata;
} martlet_encrypted_row;

/// Rows and all that they point to in one block: `free(rows)`.
typedef struct martlet_encrypted_found {
    martlet_encrypted_row *rows;
    int64_t count;
    int64_t dimension;
} martlet_encrypted_found;

/// The rows that are there, in the order asked.
int32_t martlet_encrypted_get(
    void *index, const martlet_encrypted_id *ids, int64_t count, martlet_encrypted_found *out,
    martlet_error *error);

/// All ids with their texts in one block: `free(*out)`.
int32_t martlet_encrypted_ids(
    void *index, martlet_encrypted_id **out, int64_t *count, martlet_error *error);

typedef struct martlet_encrypted_search {
    /// Row-major, shape [count, dimension].
    const float *queries;
    int64_t count;
    int64_t dimension;
    int64_t top_k;
    /// Negative: enough for good recall.
    int64_t ef;
    int32_t is_exact;
    /// JSON, or none.
    martlet_text filter;
} martlet_encrypted_search;

typedef struct martlet_encrypted_hit {
    martlet_encrypted_id id;
    double distance;
    /// None: no metadata.
    martlet_text metadata;
} martlet_encrypted_hit;

/// The hits of all queries one behind the other and their texts in one block: `free(hits)`.
typedef struct martlet_encrypted_hits {
    martlet_encrypted_hit *hits;
    int64_t count;
} martlet_encrypted_hits;

/// Queries on all cores. `counts` has a place for each: how many of the hits are its own.
int32_t martlet_encrypted_query(
    void *index, const martlet_encrypted_search *search, martlet_encrypted_hits *out,
    int64_t *counts, martlet_error *error);

// Keys

/// From then on all of the owner's handles of this index have the new key.
int32_t martlet_encrypted_rotate_key(
    void *index, martlet_text old_key, martlet_text new_key, martlet_error *error);
int32_t martlet_encrypted_rekey(void *index, martlet_error *error);
/// Which part of the data is under the newest data key, from 0 to 1.
int32_t martlet_encrypted_rekey_progress(void *index, double *out, martlet_error *error);
/// `id`: 16 bytes.
int32_t martlet_encrypted_create_user(
    void *index, martlet_text id, martlet_text key, int32_t may_write, martlet_error *error);
int32_t martlet_encrypted_revoke_user(void *index, martlet_text id, martlet_error *error);
/// 17 bytes a user: the id, and 1 where the user may write, else 0. `free(*out)`.
int32_t martlet_encrypted_users(
    void *index, uint8_t **out, int64_t *count, martlet_error *error);

#ifdef __cplusplus
}
#endif

#endif
