// Opening, closing, reading, and looking after a database.

#include <rocksdb/convenience.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/checkpoint.h>
#include <rocksdb/utilities/debug.h>

#include <sys/stat.h>

#include <vector>

#include "shim_internal.h"

using martlet::guarded;
using martlet::report;
using martlet::slice;
using martlet::unwrap;

namespace {

/// Lends bytes to the sink; an empty slice may have no address.
void lend(const rocksdb::Slice &bytes, size_t index, void *context, mrdb_sink sink) {
    static const uint8_t nothing = 0;
    const uint8_t *address =
        bytes.empty() ? &nothing : reinterpret_cast<const uint8_t *>(bytes.data());
    sink(context, index, address, bytes.size());
}

/// A bound above every key in use, for calls that have no way to say "no bound".
std::string beyond_all_keys() { return std::string(64, '\xFF'); }

std::string name_of(const rocksdb::BlobMetaData &blob) {
    return blob.blob_file_name.substr(blob.blob_file_name.rfind('/') + 1);
}

/// RocksDB looks for table files when it opens, and for blob files when it reads from them.
int32_t check_blobs_are_there(rocksdb::DB &db) {
    rocksdb::ColumnFamilyMetaData files;
    db.GetColumnFamilyMetaData(&files);
    for (const auto &blob : files.blob_files) {
        const std::string name = name_of(blob);
        struct stat status;
        if (stat((db.GetName() + "/" + name).c_str(), &status) != 0)
            return martlet::report_missing(name.c_str(), "it has values, and is missing");
        const uint64_t byte_count = static_cast<uint64_t>(status.st_size);
        if (byte_count < blob.blob_file_size)
            return martlet::report_corruption(name.c_str(), byte_count, "it is cut off");
    }
    return mrdb_ok;
}

}  // namespace

int32_t mrdb_open(const char *path, const mrdb_options *options, mrdb_store **store) {
    *store = nullptr;
    return guarded([&]() -> int32_t {
        auto opened = std::make_unique<mrdb_store>();
        opened->ledger =
            std::make_unique<martlet::FileLedger>(path, !options->drops_log_after_damage);
        if (const int32_t code = opened->ledger->check()) return code;
        if (const int32_t code =
                martlet::check_logs(*opened->ledger, options->drops_log_after_damage))
            return code;
        rocksdb::Options settings = martlet::make_options(path, *options);
        opened->cache =
            settings.table_factory->GetOptions<rocksdb::BlockBasedTableOptions>()->block_cache;
        opened->observer = std::make_shared<martlet::Observer>();
        opened->prefix_length = options->prefix_length;
        settings.listeners.push_back(opened->observer);
        opened->environment = martlet::make_environment(options->log_chunk_bytes, *opened->ledger);
        settings.env = opened->environment.get();
        rocksdb::DB *db = nullptr;
        const rocksdb::Status status = rocksdb::DB::Open(settings, path, &db);
        if (!status.ok()) return report(status);
        opened->db.reset(db);
        if (!options->opens_without_blobs) {
            if (const int32_t code = check_blobs_are_there(*db)) {
                db->Close();
                return code;
            }
        }
        *store = opened.release();
        return mrdb_ok;
    });
}

int32_t mrdb_close(mrdb_store *store) {
    return guarded([&]() -> int32_t {
        std::unique_ptr<mrdb_store> closing(store);
        // Flushed rows need no replay at the next open. After a failed write, the log has what was
        // acknowledged, and is left alone.
        rocksdb::Status saved;
        if (!closing->has_failed.load()) {
            saved = closing->db->Flush(rocksdb::FlushOptions());
            if (!saved.ok()) saved = closing->db->SyncWAL();
        }
        rocksdb::CancelAllBackgroundWork(closing->db.get(), true);
        const rocksdb::Status closed = closing->db->Close();
        return report(saved.ok() ? closed : saved);
    });
}

int32_t mrdb_get(
    mrdb_store *store, const mrdb_snapshot *snapshot, const uint8_t *key, size_t key_count,
    void *context, mrdb_sink sink) {
    return guarded([&]() -> int32_t {
        // A value found in a memtable is copied into this; kept, it need not be allocated again.
        thread_local std::string space;
        if (space.capacity() > 64 * 1024) std::string().swap(space);
        rocksdb::PinnableSlice value(&space);
        rocksdb::ReadOptions options;
        options.snapshot = unwrap(snapshot);
        const rocksdb::Status status = store->db->Get(
            options, store->db->DefaultColumnFamily(), slice(key, key_count), &value);
        if (status.IsNotFound()) return mrdb_none;
        if (!status.ok()) return report(status);
        lend(value, 0, context, sink);
        return mrdb_ok;
    });
}

int32_t mrdb_get_pinned(
    mrdb_store *store, const mrdb_snapshot *snapshot, const uint8_t *key, size_t key_count,
    const uint8_t **bytes, size_t *count, mrdb_pin **pin) {
    return guarded([&]() -> int32_t {
        auto value = std::make_unique<rocksdb::PinnableSlice>();
        rocksdb::ReadOptions options;
        options.snapshot = unwrap(snapshot);
        const rocksdb::Status status = store->db->Get(
            options, store->db->DefaultColumnFamily(), slice(key, key_count), value.get());
        if (status.IsNotFound()) return mrdb_none;
        if (!status.ok()) return report(status);
        *bytes = reinterpret_cast<const uint8_t *>(value->data());
        *count = value->size();
        *pin = reinterpret_cast<mrdb_pin *>(value.release());
        return mrdb_ok;
    });
}

void mrdb_unpin(mrdb_pin *pin) { delete reinterpret_cast<rocksdb::PinnableSlice *>(pin); }

int32_t mrdb_get_many(
    mrdb_store *store, const mrdb_snapshot *snapshot, const uint8_t *keys, const size_t *ends,
    size_t count, void *context, mrdb_sink sink) {
    return guarded([&]() -> int32_t {
        std::vector<rocksdb::Slice> slices(count);
        std::vector<rocksdb::PinnableSlice> values(count);
        std::vector<rocksdb::Status> statuses(count);
        for (size_t i = 0, begin = 0; i < count; begin = ends[i], i++)
            slices[i] = slice(keys + begin, ends[i] - begin);
        rocksdb::ReadOptions options;
        options.snapshot = unwrap(snapshot);
        store->db->MultiGet(
            options, store->db->DefaultColumnFamily(), count, slices.data(), values.data(),
            statuses.data());
        for (size_t i = 0; i < count; i++) {
            if (!statuses[i].ok() && !statuses[i].IsNotFound()) return report(statuses[i]);
        }
        for (size_t i = 0; i < count; i++) {
            if (statuses[i].ok()) lend(values[i], i, context, sink);
        }
        return mrdb_ok;
    });
}

int32_t mrdb_sync(mrdb_store *store) {
    return guarded([&] { return store->write([&] { return store->db->SyncWAL(); }); });
}

mrdb_snapshot *mrdb_snapshot_create(mrdb_store *store) {
    return reinterpret_cast<mrdb_snapshot *>(
        const_cast<rocksdb::Snapshot *>(store->db->GetSnapshot()));
}

void mrdb_snapshot_release(mrdb_store *store, mrdb_snapshot *snapshot) {
    store->db->ReleaseSnapshot(unwrap(snapshot));
}

int32_t mrdb_approximate_size(
    mrdb_store *store, const uint8_t *lower, size_t lower_count, const uint8_t *upper,
    size_t upper_count, uint64_t *bytes) {
    return guarded([&]() -> int32_t {
        const std::string last = beyond_all_keys();
        const rocksdb::Range range(
            slice(lower, lower_count), upper ? slice(upper, upper_count) : rocksdb::Slice(last));
        rocksdb::SizeApproximationOptions options;
        options.include_memtables = true;
        options.include_files = true;
        return report(store->db->GetApproximateSizes(
            options, store->db->DefaultColumnFamily(), &range, 1, bytes));
    });
}

int32_t mrdb_compact(
    mrdb_store *store, const uint8_t *lower, size_t lower_count, const uint8_t *upper,
    size_t upper_count, bool drops_files) {
    return guarded([&]() -> int32_t {
        const rocksdb::Slice begin = slice(lower, lower_count);
        const rocksdb::Slice end = slice(upper, upper_count);
        const rocksdb::Slice *limit = upper ? &end : nullptr;
        if (drops_files) {
            // The upper bound is outside.
            const rocksdb::Status status = rocksdb::DeleteFilesInRange(
                store->db.get(), store->db->DefaultColumnFamily(), &begin, limit, false);
            if (!status.ok()) return report(status);
        }
        rocksdb::CompactRangeOptions options;
        options.exclusive_manual_compaction = false;
        // Rows that have reached the last level are deleted there, too.
        options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
        return report(store->db->CompactRange(options, &begin, limit));
    });
}

void mrdb_stop_compacting(mrdb_store *store) { store->db->DisableManualCompaction(); }

int32_t mrdb_flush(mrdb_store *store) {
    return guarded([&] { return report(store->db->Flush(rocksdb::FlushOptions())); });
}

int32_t mrdb_checkpoint(mrdb_store *store, const char *path) {
    return guarded([&]() -> int32_t {
        rocksdb::Checkpoint *made = nullptr;
        const rocksdb::Status status = rocksdb::Checkpoint::Create(store->db.get(), &made);
        if (!status.ok()) return report(status);
        const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
        return report(checkpoint->CreateCheckpoint(path));
    });
}

int32_t mrdb_verify(mrdb_store *store) {
    return guarded([&]() -> int32_t {
        rocksdb::ReadOptions options;
        options.fill_cache = false;
        // RocksDB's own looks at tables alone.
        const rocksdb::Status tables = store->db->VerifyChecksum(options);
        if (!tables.ok()) return report(tables);
        rocksdb::ColumnFamilyMetaData files;
        store->db->GetColumnFamilyMetaData(&files);
        for (const auto &blob : files.blob_files) {
            if (const int32_t code =
                    martlet::verify_blob(store->db->GetName(), name_of(blob)))
                return code;
        }
        return mrdb_ok;
    });
}

int32_t mrdb_count_versions(
    mrdb_store *store, const uint8_t *lower, size_t lower_count, const uint8_t *upper,
    size_t upper_count, uint64_t *count, uint64_t *bytes) {
    // So many are in memory at once.
    constexpr size_t page = 4096;
    return guarded([&]() -> int32_t {
        *count = *bytes = 0;
        std::string begin(reinterpret_cast<const char *>(lower), lower_count);
        const std::string end = upper ? slice(upper, upper_count).ToString() : beyond_all_keys();
        size_t limit = page;
        while (true) {
            std::vector<rocksdb::KeyVersion> versions;
            const auto status =
                rocksdb::GetAllKeyVersions(store->db.get(), begin, end, limit, &versions);
            if (!status.ok()) return report(status);
            const bool is_last = versions.size() < limit;
            // The versions of the last key may go on, so it begins the next page.
            const std::string last = is_last ? std::string() : versions.back().user_key;
            if (!is_last && last == versions.front().user_key) {
                limit *= 2;
                continue;
            }
            for (const auto &version : versions) {
                if (!is_last && version.user_key == last) break;
                if (upper && version.user_key == end) break;
                *count += 1;
                *bytes += version.user_key.size() + version.value.size();
            }
            if (is_last) return mrdb_ok;
            begin = last;
            limit = page;
        }
    });
}

uint64_t mrdb_latest_sequence(mrdb_store *store) { return store->db->GetLatestSequenceNumber(); }

uint64_t mrdb_oldest_snapshot_sequence(mrdb_store *store) {
    using Properties = rocksdb::DB::Properties;
    uint64_t count = 0;
    uint64_t sequence = 0;
    store->db->GetIntProperty(Properties::kNumSnapshots, &count);
    store->db->GetIntProperty(Properties::kOldestSnapshotSequence, &sequence);
    // Zero: the last one went between the two questions.
    return count == 0 || sequence == 0 ? UINT64_MAX : sequence;
}

void mrdb_get_statistics(mrdb_store *store, mrdb_statistics *statistics) {
    *statistics = {};
    guarded([&] {
        auto property = [&](const std::string &name) {
            uint64_t value = 0;
            store->db->GetIntProperty(name, &value);
            return value;
        };
        using Properties = rocksdb::DB::Properties;
        statistics->disk_bytes =
            property(Properties::kTotalSstFilesSize) + property(Properties::kTotalBlobFileSize);
        rocksdb::VectorLogPtr logs;
        if (store->db->GetSortedWalFiles(logs).ok()) {
            for (const auto &log : logs) statistics->log_bytes += log->SizeFileBytes();
        }
        statistics->disk_bytes += statistics->log_bytes;
        const uint64_t blobs = property(Properties::kLiveBlobFileSize);
        const uint64_t garbage = property(Properties::kLiveBlobFileGarbageSize);
        statistics->live_bytes =
            property(Properties::kEstimateLiveDataSize) + (blobs > garbage ? blobs - garbage : 0);
        statistics->memtable_bytes = property(Properties::kCurSizeAllMemTables);
        statistics->cache_bytes = store->cache->GetUsage();
        statistics->approximate_rows = property(Properties::kEstimateNumKeys);
        statistics->snapshots = property(Properties::kNumSnapshots);
        statistics->stalls = store->observer->stalls.load();
        statistics->pending_compaction_bytes = property(Properties::kEstimatePendingCompactionBytes);
        statistics->refuses_writes = store->has_failed.load() ||
                                     property(Properties::kBackgroundErrors) != 0;
        return mrdb_ok;
    });
}
