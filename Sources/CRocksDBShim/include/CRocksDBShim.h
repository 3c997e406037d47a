// RocksDB for Swift: a small C surface over the C++ one.
//
// Every call returns a code, 0 for success; what went wrong is in the calling thread's last error.
// No exception leaves a call. Handles are opaque and owned by the caller, who releases cursors and
// snapshots before the store: Debian's RocksDB is built with assertions, and stops otherwise.
//
// A store and a snapshot may be used by many threads at once, a cursor by one. Bytes that a call
// lends live until the next call on the same cursor, or until the sink returns.

#ifndef MARTLET_ROCKSDB_SHIM_H
#define MARTLET_ROCKSDB_SHIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    mrdb_ok = 0,
    /// A key that is not there, or a cursor past its last row. Not an error.
    mrdb_none = 1,
    mrdb_corruption = 2,
    mrdb_full = 3,
    mrdb_read_only = 4,
    mrdb_locked = 5,
    mrdb_permission = 6,
    mrdb_input_output = 7,
} mrdb_code;

/// What went wrong in this thread's last failed call.
typedef struct {
    int32_t code;
    /// RocksDB's own subcode, for logs.
    int32_t subcode;
    /// The damaged or failing file's name without its folder; empty when unknown.
    char file[64];
    bool has_offset;
    uint64_t offset;
    /// Ends with 0; cut when longer. Names no folder, key or value.
    char text[256];
} mrdb_error;

void mrdb_last_error(mrdb_error *error);

typedef struct mrdb_store mrdb_store;
typedef struct mrdb_snapshot mrdb_snapshot;
typedef struct mrdb_cursor mrdb_cursor;

typedef struct {
    /// Bounds cached blocks, their indexes and filters, and unflushed rows together.
    uint64_t memory_budget_bytes;
    /// What memtables are made of.
    uint64_t memtable_block_bytes;
    /// Values at least this long are kept in blob files.
    uint64_t blob_threshold_bytes;
    /// Files kept open at once.
    int32_t open_file_limit;
    int32_t background_job_limit;
    /// Keys with the same first bytes are found by filter.
    uint32_t prefix_length;
    /// After a power failure, drop what follows the first gap in the log even when intact records
    /// follow it: right when commits are not synced.
    bool drops_log_after_damage;
    /// How far the log is filled with zeros ahead of its records, which makes synced commits faster
    /// and others slower. 0: not at all.
    uint64_t log_chunk_bytes;
    /// Opens although blob files are gone: for repairs.
    bool opens_without_blobs;
} mrdb_options;

/// Opens the database in `path`, creating it when the folder is empty or absent.
int32_t mrdb_open(const char *path, const mrdb_options *options, mrdb_store **store);

/// Flushes, syncs and closes. The handle is gone, whatever the code.
int32_t mrdb_close(mrdb_store *store);

/// Receives value number `index`. `bytes` is never null.
typedef void (*mrdb_sink)(void *context, size_t index, const uint8_t *bytes, size_t count);

/// Reads one value. `snapshot` may be null: the newest state.
int32_t mrdb_get(
    mrdb_store *store, const mrdb_snapshot *snapshot, const uint8_t *key, size_t key_count,
    void *context, mrdb_sink sink);

/// Finds one value and lends it until `mrdb_unpin`, which is owed when the code is `mrdb_ok`.
typedef struct mrdb_pin mrdb_pin;
int32_t mrdb_get_pinned(
    mrdb_store *store, const mrdb_snapshot *snapshot, const uint8_t *key, size_t key_count,
    const uint8_t **bytes, size_t *count, mrdb_pin **pin);
void mrdb_unpin(mrdb_pin *pin);

/// Reads several values as of one moment. `keys` holds all keys in one run, key i ending at
/// `ends[i]`. The sink is called for those that are there.
int32_t mrdb_get_many(
    mrdb_store *store, const mrdb_snapshot *snapshot, const uint8_t *keys, const size_t *ends,
    size_t count, void *context, mrdb_sink sink);

/// Applies the records of a WriteBatch (its layout: Sources/MartletKeyValue/WriteBatch.swift).
int32_t mrdb_commit(mrdb_store *store, const uint8_t *records, size_t count, bool sync);
int32_t mrdb_sync(mrdb_store *store);

mrdb_snapshot *mrdb_snapshot_create(mrdb_store *store);
void mrdb_snapshot_release(mrdb_store *store, mrdb_snapshot *snapshot);

/// A cursor over lower <= key < upper; no upper bound when `upper` is null. It reads nothing yet.
int32_t mrdb_cursor_create(
    mrdb_store *store, const mrdb_snapshot *snapshot, const uint8_t *lower, size_t lower_count,
    const uint8_t *upper, size_t upper_count, bool reverse, mrdb_cursor **cursor);
void mrdb_cursor_release(mrdb_cursor *cursor);

/// Moves to the next row and lends it; `mrdb_none` after the last.
int32_t mrdb_cursor_next(
    mrdb_cursor *cursor, const uint8_t **key, size_t *key_count, const uint8_t **value,
    size_t *value_count);

/// Makes the next row the nearest one at or after `key` in the cursor's direction.
void mrdb_cursor_seek(mrdb_cursor *cursor, const uint8_t *key, size_t key_count);

/// About how many bytes of table files and unflushed rows lie in the range.
int32_t mrdb_approximate_size(
    mrdb_store *store, const uint8_t *lower, size_t lower_count, const uint8_t *upper,
    size_t upper_count, uint64_t *bytes);

/// Rewrites the files of the range, so that deleted rows give their space back. With
/// `drops_files`, files wholly inside go first and unread: only for ranges no one will write or
/// read again.
int32_t mrdb_compact(
    mrdb_store *store, const uint8_t *lower, size_t lower_count, const uint8_t *upper,
    size_t upper_count, bool drops_files);

/// Ends a running `mrdb_compact` early, and refuses later ones. For closing.
void mrdb_stop_compacting(mrdb_store *store);

/// Writes rows held in memory to table files.
int32_t mrdb_flush(mrdb_store *store);

/// Writes a consistent copy to the new folder `path`, by hard links where it can.
int32_t mrdb_checkpoint(mrdb_store *store, const char *path);

/// Reads every table and blob file and compares checksums.
int32_t mrdb_verify(mrdb_store *store);

/// Counts every version of every row in lower <= key < upper that tables and memory hold, deleted and
/// overwritten ones too, with the bytes of keys and values; values in blob files count as references.
int32_t mrdb_count_versions(
    mrdb_store *store, const uint8_t *lower, size_t lower_count, const uint8_t *upper,
    size_t upper_count, uint64_t *count, uint64_t *bytes);

/// Makes a closed, damaged database openable, with what can be read of it. Says how many rows were
/// taken out because their values, in blob files, cannot be read; rows of damaged tables are lost
/// uncounted, and rows deleted of late may come back with those that are found.
int32_t mrdb_repair(const char *path, const mrdb_options *options, uint64_t *lost_values);

typedef struct {
    /// Table and blob files in use, and the log with what is filled ahead.
    uint64_t disk_bytes;
    /// Of those, the log.
    uint64_t log_bytes;
    /// About how many bytes tables and blob files would take without what is deleted or overwritten.
    uint64_t live_bytes;
    uint64_t memtable_bytes;
    uint64_t cache_bytes;
    uint64_t approximate_rows;
    uint64_t snapshots;
    uint64_t stalls;
    uint64_t pending_compaction_bytes;
    bool refuses_writes;
} mrdb_statistics;

void mrdb_get_statistics(mrdb_store *store, mrdb_statistics *statistics);

/// The number of the newest commit's last change; they ascend.
uint64_t mrdb_latest_sequence(mrdb_store *store);
/// That number at the oldest snapshot's moment; UINT64_MAX when there is no snapshot.
uint64_t mrdb_oldest_snapshot_sequence(mrdb_store *store);

#ifdef __cplusplus
}
#endif

#endif
