// What the shim's files share. C++ only.

#ifndef MARTLET_ROCKSDB_SHIM_INTERNAL_H
#define MARTLET_ROCKSDB_SHIM_INTERNAL_H

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <rocksdb/listener.h>

#include <atomic>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "CRocksDBShim.h"
#include "shim_ledger.h"

namespace rocksdb {
namespace crc32c {
// Not in a public header, but the same since the first release; a change would not link.
uint32_t Extend(uint32_t crc, const char *data, size_t count);
}  // namespace crc32c
}  // namespace rocksdb

namespace martlet {

/// Remembers `status` as the thread's last error and gives its code.
int32_t report(const rocksdb::Status &status);
/// Makes an earlier failure the thread's last error again, and gives its code.
int32_t repeat(const mrdb_error &error);

/// Counts what background work tells.
class Observer final : public rocksdb::EventListener {
public:
    std::atomic<uint64_t> stalls{0};

    void OnStallConditionsChanged(const rocksdb::WriteStallInfo &info) override {
        if (info.condition.cur != rocksdb::WriteStallCondition::kNormal) stalls.fetch_add(1);
    }
};

rocksdb::Options make_options(const std::string &path, const mrdb_options &options);

/// Where the store's files are. New logs are filled with zeros up to a chunk ahead, if it is not 0.
/// The ledger, which outlives it, is told what becomes of its folder's files.
std::unique_ptr<rocksdb::Env> make_environment(uint64_t log_chunk_bytes, FileLedger &ledger);

/// The new, empty log at `path`, filled with zeros up to a chunk ahead of its records; or as it was
/// when that gains nothing.
std::unique_ptr<rocksdb::FSWritableFile> fill_ahead(
    const std::string &path, std::unique_ptr<rocksdb::FSWritableFile> log, uint64_t chunk_bytes);

int32_t report_corruption(const char *file, uint64_t offset, const char *text);
/// The same of a file that is not there.
int32_t report_missing(const char *file, const char *text);

/// Looks for damage in the logs that recovery would drop in silence, unless that is wanted, and
/// makes the logs end with their last record.
int32_t check_logs(FileLedger &ledger, bool drops_log_after_damage);

/// Reads a blob file of the store and compares checksums (shim_repair.cpp).
int32_t verify_blob(const std::string &folder, const std::string &name);

/// CRC-32C as RocksDB stores it in its files.
uint32_t masked_crc(const uint8_t *bytes, size_t count);
/// The records at the beginning of a log file that are whole, and a log file of such records.
std::vector<std::string> log_records(const std::string &path);
std::string log_of_records(const std::vector<std::string> &records);

inline rocksdb::Slice slice(const uint8_t *bytes, size_t count) {
    return rocksdb::Slice(reinterpret_cast<const char *>(bytes), count);
}

inline const rocksdb::Snapshot *unwrap(const mrdb_snapshot *snapshot) {
    return reinterpret_cast<const rocksdb::Snapshot *>(snapshot);
}

/// Runs `body`, which gives a code, and turns an exception into one: in practice `bad_alloc`.
template <typename Body>
int32_t guarded(Body body) noexcept {
    try {
        return body();
    } catch (const std::exception &error) {
        return report(rocksdb::Status::IOError(error.what()));
    } catch (...) {
        return report(rocksdb::Status::IOError("unknown exception"));
    }
}

}  // namespace martlet

struct mrdb_store {
    /// Both outlive the database.
    std::unique_ptr<martlet::FileLedger> ledger;
    std::unique_ptr<rocksdb::Env> environment;
    std::unique_ptr<rocksdb::DB> db;
    std::shared_ptr<rocksdb::Cache> cache;
    std::shared_ptr<martlet::Observer> observer;
    size_t prefix_length;

    /// Set by the first failed write to the log, whose end is unknown from then on: no call may
    /// touch it again. (RocksDB stops the process over one that does.)
    std::atomic<bool> has_failed{false};
    std::mutex failure_mutex;
    mrdb_error failure = {};

    /// The code of a write to the log, and of one that a failure forbids.
    template <typename Write>
    int32_t write(Write body) {
        if (has_failed.load(std::memory_order_acquire)) return martlet::repeat(failure);
        const int32_t code = martlet::report(body());
        if (code != mrdb_ok) {
            const std::lock_guard<std::mutex> guard(failure_mutex);
            if (!has_failed.load()) {
                mrdb_last_error(&failure);
                has_failed.store(true, std::memory_order_release);
            }
        }
        return code;
    }
};

#endif
