// A cursor: an iterator that keeps its own bounds and knows its direction.

#include "shim_internal.h"

using martlet::guarded;
using martlet::report;
using martlet::slice;

namespace {

enum class Step { first, seek, next };

}  // namespace

struct mrdb_cursor {
    mrdb_store *store;
    // RocksDB refers to the bounds by address: they live as long as the iterator, before which
    // they are declared.
    std::string lower;
    std::string upper;
    rocksdb::Slice lower_bound;
    rocksdb::Slice upper_bound;
    bool has_upper;
    bool reverse;
    Step step = Step::first;
    std::string target;
    std::unique_ptr<rocksdb::Iterator> iterator;

    void move() {
        switch (step) {
        case Step::first:
            if (!reverse) {
                iterator->Seek(lower_bound);
            } else {
                // Stays below the upper bound by itself.
                iterator->SeekToLast();
            }
            break;
        case Step::seek:
            if (reverse) {
                iterator->SeekForPrev(target);
            } else {
                iterator->Seek(target);
            }
            break;
        case Step::next:
            if (reverse) {
                iterator->Prev();
            } else {
                iterator->Next();
            }
            break;
        }
        step = Step::next;
    }
};

namespace {

/// Whether all keys of the range begin with the same `count` bytes.
bool shares_prefix(const mrdb_cursor &cursor, size_t count) {
    if (!cursor.has_upper || cursor.lower.size() < count || cursor.upper.size() < count)
        return false;
    if (cursor.lower.compare(0, count, cursor.upper, 0, count) == 0) return true;
    if (cursor.upper.size() != count) return false;
    // Or the upper bound is the first key with the next prefix.
    std::string successor = cursor.lower.substr(0, count);
    size_t place = count;
    while (place > 0 && successor[place - 1] == '\xFF') successor[--place] = 0;
    if (place == 0) return false;
    successor[place - 1] = static_cast<char>(static_cast<uint8_t>(successor[place - 1]) + 1);
    return successor == cursor.upper;
}

}  // namespace

int32_t mrdb_cursor_create(
    mrdb_store *store, const mrdb_snapshot *snapshot, const uint8_t *lower, size_t lower_count,
    const uint8_t *upper, size_t upper_count, bool reverse, mrdb_cursor **cursor) {
    *cursor = nullptr;
    return guarded([&]() -> int32_t {
        auto made = std::make_unique<mrdb_cursor>();
        made->store = store;
        made->lower = slice(lower, lower_count).ToString();
        made->lower_bound = made->lower;
        made->has_upper = upper != nullptr;
        if (upper) made->upper = slice(upper, upper_count).ToString();
        made->upper_bound = made->upper;
        made->reverse = reverse;

        rocksdb::ReadOptions options;
        options.snapshot = martlet::unwrap(snapshot);
        options.iterate_lower_bound = &made->lower_bound;
        if (upper) options.iterate_upper_bound = &made->upper_bound;
        options.background_purge_on_iterator_cleanup = true;
        // Files without the prefix are passed over by their filters. Only forward: in reverse the
        // walk begins at the upper bound, which may have another prefix.
        if (!reverse && shares_prefix(*made, store->prefix_length)) {
            options.prefix_same_as_start = true;
        } else {
            options.total_order_seek = true;
        }
        made->iterator.reset(store->db->NewIterator(options));
        *cursor = made.release();
        return mrdb_ok;
    });
}

void mrdb_cursor_release(mrdb_cursor *cursor) { delete cursor; }

int32_t mrdb_cursor_next(
    mrdb_cursor *cursor, const uint8_t **key, size_t *key_count, const uint8_t **value,
    size_t *value_count) {
    return guarded([&]() -> int32_t {
        rocksdb::Iterator &iterator = *cursor->iterator;
        // At the end already: RocksDB does not allow another step.
        if (cursor->step == Step::next && !iterator.Valid()) {
            const rocksdb::Status status = iterator.status();
            return status.ok() ? mrdb_none : report(status);
        }
        cursor->move();
        if (!iterator.Valid()) {
            const rocksdb::Status status = iterator.status();
            return status.ok() ? mrdb_none : report(status);
        }
        const rocksdb::Slice found = iterator.key();
        const rocksdb::Slice bytes = iterator.value();
        *key = reinterpret_cast<const uint8_t *>(found.data());
        *key_count = found.size();
        *value = reinterpret_cast<const uint8_t *>(bytes.data());
        *value_count = bytes.size();
        return mrdb_ok;
    });
}

void mrdb_cursor_seek(mrdb_cursor *cursor, const uint8_t *key, size_t key_count) {
    const rocksdb::Slice target = slice(key, key_count);
    const bool is_beyond_start = cursor->reverse
                                     ? cursor->has_upper && target.compare(cursor->upper) >= 0
                                     : target.compare(cursor->lower) < 0;
    if (is_beyond_start) {
        cursor->step = Step::first;
        return;
    }
    const bool is_beyond_end = cursor->reverse
                                   ? target.compare(cursor->lower) < 0
                                   : cursor->has_upper && target.compare(cursor->upper) >= 0;
    // RocksDB's prefix mode gives undefined rows for a target with another prefix.
    cursor->target = is_beyond_end ? (cursor->reverse ? std::string() : cursor->upper)
                                   : target.ToString();
    cursor->step = Step::seek;
}
