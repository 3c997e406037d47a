// Applying a WriteBatch's records (Sources/MartletKeyValue/WriteBatch.swift has the layout).

#include <rocksdb/write_batch.h>

#include <cassert>
#include <cstdlib>
#include <cstring>

#include "shim_internal.h"

namespace {

constexpr size_t header_size = 9;
constexpr uint32_t no_upper_bound = UINT32_MAX;
/// RocksDB's ranges have an end, and the range [lower, end) misses keys from the end on. So a range
/// without a bound ends above every key in use: the engine's keys begin with a small space number.
const std::string &end_of_keys() {
    static const std::string key(4096, '\xFF');
    return key;
}

uint32_t load(const uint8_t *bytes) {
    uint32_t value;
    memcpy(&value, bytes, sizeof value);
    return value;  // Every platform we build for is little-endian.
}

}  // namespace

int32_t mrdb_commit(mrdb_store *store, const uint8_t *records, size_t count, bool sync) {
    return martlet::guarded([&]() -> int32_t {
        // Kept for the thread, so that a committer's batches reuse one buffer.
        thread_local rocksdb::WriteBatch batch;
        if (batch.GetDataSize() > 1 << 20) batch = rocksdb::WriteBatch();
        batch.Clear();
        const uint8_t *cursor = records;
        const uint8_t *const end = records + count;
        while (cursor < end) {
            const uint8_t kind = cursor[0];
            const uint32_t key_count = load(cursor + 1);
            const uint32_t value_count = load(cursor + 5);
            const rocksdb::Slice key = martlet::slice(cursor + header_size, key_count);
            cursor += header_size + key_count;
            const bool has_bytes = !(kind == 2 && value_count == no_upper_bound);
            const rocksdb::Slice value = martlet::slice(cursor, has_bytes ? value_count : 0);
            cursor += value.size();
            rocksdb::Status status;
            switch (kind) {
            case 0: status = batch.Put(key, value); break;
            case 1: status = batch.Delete(key); break;
            case 2: status = batch.DeleteRange(key, has_bytes ? value : end_of_keys()); break;
            default: abort();  // Only WriteBatch.swift writes records.
            }
            if (!status.ok()) return martlet::report(status);
        }
        rocksdb::WriteOptions options;
        options.sync = sync;
        return store->write([&] { return store->db->Write(options, &batch); });
    });
}
