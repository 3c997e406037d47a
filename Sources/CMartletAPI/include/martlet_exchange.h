// Rows taken out of a database and put into it: JSON Lines, columns, and Arrow's C data interface
// (https://arrow.apache.org/docs/format/CDataInterface.html), whose structures stand here as the
// specification has them, so that nothing of Arrow is needed.

#ifndef MARTLET_EXCHANGE_H
#define MARTLET_EXCHANGE_H

#include "martlet_database.h"

#ifdef __cplusplus
extern "C" {
#endif

int32_t martlet_database_export_lines(void *database, martlet_text path, martlet_error *error);
int32_t martlet_database_import_lines(
    void *database, martlet_text path, martlet_progress progress, void *context,
    martlet_error *error);

// Columns

/// All rows as of now: `*out` is to be released. One call at a time.
int32_t martlet_rows_open(void *database, void **out, martlet_error *error);

/// Some rows, column by column. A column of texts is its bytes, and where each text begins and the
/// last ends.
typedef struct martlet_columns {
    int64_t count;
    const int32_t *id_offsets;
    const char *ids;
    /// Row-major, shape [count, dimensions].
    const float *vectors;
    /// A bit for each row, the lowest first: 0 for one without metadata.
    const uint8_t *has_metadata;
    const int32_t *metadata_offsets;
    const char *metadata;
    /// What all of that is in: to be released.
    void *holder;
} martlet_columns;

/// The next rows, some megabytes; `out->count` is 0, and there is no holder, after the last.
int32_t martlet_rows_next(void *rows, martlet_columns *out, martlet_error *error);

// Arrow

#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
    const char *format;
    const char *name;
    const char *metadata;
    int64_t flags;
    int64_t n_children;
    struct ArrowSchema **children;
    struct ArrowSchema *dictionary;
    void (*release)(struct ArrowSchema *);
    void *private_data;
};

struct ArrowArray {
    int64_t length;
    int64_t null_count;
    int64_t offset;
    int64_t n_buffers;
    int64_t n_children;
    const void **buffers;
    struct ArrowArray **children;
    struct ArrowArray *dictionary;
    void (*release)(struct ArrowArray *);
    void *private_data;
};

#endif

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

struct ArrowArrayStream {
    int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out);
    int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);
    const char *(*get_last_error)(struct ArrowArrayStream *);
    void (*release)(struct ArrowArrayStream *);
    void *private_data;
};

#endif

/// All rows as of now, in columns: id (utf8), vector (fixed_size_list of float32), metadata (utf8,
/// JSON; null for none). `out` belongs to the caller, who releases it.
int32_t martlet_database_export_arrow(
    void *database, struct ArrowArrayStream *out, martlet_error *error);

/// Names of columns. `metadata` is optional: none is looked for if its name is none, and it need not
/// be there if `needs_metadata` is 0.
typedef struct martlet_arrow_names {
    martlet_text id;
    martlet_text vector;
    martlet_text metadata;
    int32_t needs_metadata;
} martlet_arrow_names;

/// Adds or replaces the rows of a stream, batch by batch; those of batches before one that is
/// refused are there. The stream is read, not released.
int32_t martlet_database_import_arrow(
    void *database, struct ArrowArrayStream *stream, const martlet_arrow_names *names,
    martlet_progress progress, void *context, martlet_error *error);

#ifdef __cplusplus
}
#endif

#endif
