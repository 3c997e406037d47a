// Making a damaged database openable, with what can be read of it.
//
// RocksDB's own repair makes a MANIFEST of the tables that it finds, and forgets blob files: no value in
// one could be read after it, and opening would delete them. So the blob files that are whole are
// entered into that MANIFEST, ahead of the tables that refer to them. And it is the last resort: where
// the MANIFEST and the tables are in order, they stay, and only rows are taken out whose values are gone.
//
// A blob file is a header of 30 bytes, records, and a footer of 32; integers little-endian:
//
//   record   0   8   k, length of the key         footer   0   4   magic: 37 8F 24 00
//            8   8   n, length of the value                4   8   count of records
//           16   8   expiration, not used                 12  16   range of expirations, not used
//           24   4   CRC of the 24 bytes before           28   4   CRC of the 28 bytes before
//           28   4   CRC of key and value
//           32   k   key, then n bytes: the value, compressed
//
// CRCs are CRC-32C, masked as in logs. An entry in a MANIFEST is a record of tag and fields as varints:
// 400, number of the file, count of its records, bytes of them, 0, 0, 0 (no checksum of the whole).

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <rocksdb/utilities/debug.h>

#include <algorithm>
#include <vector>

#include "shim_internal.h"

namespace {

constexpr size_t header_bytes = 30;
constexpr size_t record_header_bytes = 32;
constexpr size_t footer_bytes = 32;
constexpr uint32_t magic = 0x00248F37;
/// RocksDB's type of a row whose value is in a blob file.
constexpr int blob_reference = 0x11;

/// A file's bytes, as long as this lives; none when it cannot be read.
class Mapping {
public:
    explicit Mapping(const std::string &path) {
        const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
        if (descriptor < 0) return;
        struct stat status;
        if (fstat(descriptor, &status) == 0 && status.st_size > 0) {
            const size_t size = static_cast<size_t>(status.st_size);
            void *mapped = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
            if (mapped != MAP_FAILED) {
                bytes = static_cast<const uint8_t *>(mapped);
                count = size;
            }
        }
        close(descriptor);
    }
    ~Mapping() {
        if (bytes) munmap(const_cast<uint8_t *>(bytes), count);
    }
    Mapping(const Mapping &) = delete;
    Mapping &operator=(const Mapping &) = delete;

    const uint8_t *bytes = nullptr;
    size_t count = 0;
};

template <typename Integer>
Integer get(const uint8_t *from) {
    Integer value;
    memcpy(&value, from, sizeof value);
    return value;
}

struct Blob {
    uint64_t number;
    uint64_t record_count;
    uint64_t record_bytes;
};

/// Whether header and footer are in order: without them RocksDB reads nothing of the file.
bool has_ends(const Mapping &file) {
    if (file.count < header_bytes + footer_bytes || get<uint32_t>(file.bytes) != magic) return false;
    const uint8_t *footer = file.bytes + file.count - footer_bytes;
    return get<uint32_t>(footer) == magic &&
           get<uint32_t>(footer + 28) == martlet::masked_crc(footer, 28);
}

std::vector<Blob> blobs_in(const std::string &folder) {
    std::vector<Blob> blobs;
    DIR *directory = opendir(folder.c_str());
    if (!directory) return blobs;
    while (const dirent *entry = readdir(directory)) {
        const uint64_t number = martlet::number_in(entry->d_name, "", ".blob");
        if (number == 0) continue;
        const Mapping file(folder + "/" + entry->d_name);
        if (!has_ends(file)) continue;
        const uint8_t *footer = file.bytes + file.count - footer_bytes;
        blobs.push_back(
            {number, get<uint64_t>(footer + 4), file.count - header_bytes - footer_bytes});
    }
    closedir(directory);
    std::sort(blobs.begin(), blobs.end(), [](auto &a, auto &b) { return a.number < b.number; });
    return blobs;
}

void put_varint(std::string &to, uint64_t value) {
    for (; value >= 0x80; value >>= 7) to.push_back(static_cast<char>(value | 0x80));
    to.push_back(static_cast<char>(value));
}

std::string manifest_entry(const Blob &blob) {
    std::string entry;
    for (const uint64_t field :
         {uint64_t{400}, blob.number, blob.record_count, blob.record_bytes, uint64_t{0},
          uint64_t{0}, uint64_t{0}})
        put_varint(entry, field);
    return entry;
}

/// Enters the blob files that are there into the MANIFEST that a repair has made.
rocksdb::Status enter_blobs(const std::string &folder) {
    const std::vector<Blob> blobs = blobs_in(folder);
    if (blobs.empty()) return rocksdb::Status::OK();
    char name[32];
    snprintf(
        name, sizeof name, "/MANIFEST-%06llu",
        static_cast<unsigned long long>(martlet::manifest_in_current(folder)));
    std::vector<std::string> records = martlet::log_records(folder + name);
    if (records.empty()) return rocksdb::Status::Corruption("the repaired MANIFEST has no records");
    // The first says which database this is.
    std::vector<std::string> entries;
    for (const Blob &blob : blobs) entries.push_back(manifest_entry(blob));
    records.insert(records.begin() + 1, entries.begin(), entries.end());
    rocksdb::Env *env = rocksdb::Env::Default();
    const std::string temporary = folder + "/martlet.manifest.new";
    rocksdb::Status status =
        rocksdb::WriteStringToFile(env, martlet::log_of_records(records), temporary, true);
    if (status.ok()) status = env->RenameFile(temporary, folder + name);
    if (status.ok()) martlet::sync_folder(folder);
    return status;
}

/// Deletes rows whose values cannot be read, and counts them.
rocksdb::Status drop_unreadable(rocksdb::DB &db, uint64_t *count) {
    constexpr size_t page = 4096;
    std::string begin;
    const std::string end(64, '\xFF');
    size_t limit = page;
    while (true) {
        std::vector<rocksdb::KeyVersion> versions;
        const auto status = rocksdb::GetAllKeyVersions(&db, begin, end, limit, &versions);
        if (!status.ok()) return status;
        const bool is_last = versions.size() < limit;
        if (!is_last && versions.front().user_key == versions.back().user_key) {
            limit *= 2;
            continue;
        }
        const std::string last = is_last ? std::string() : versions.back().user_key;
        for (size_t i = 0; i < versions.size(); i++) {
            const std::string &key = versions[i].user_key;
            if (!is_last && key == last) break;
            // The newest version of a key comes first.
            if (versions[i].type != blob_reference || (i > 0 && versions[i - 1].user_key == key))
                continue;
            rocksdb::PinnableSlice value;
            rocksdb::ReadOptions options;
            options.fill_cache = false;
            const auto read = db.Get(options, db.DefaultColumnFamily(), key, &value);
            if (read.ok() || read.IsNotFound()) continue;
            const auto deleted = db.Delete(rocksdb::WriteOptions(), key);
            if (!deleted.ok()) return deleted;
            *count += 1;
        }
        if (is_last) return db.SyncWAL();
        begin = last;
        limit = page;
    }
}

/// Moves what is left to new blob files, so that nothing of the damaged ones is.
rocksdb::Status rewrite_blobs(rocksdb::DB &db) {
    rocksdb::CompactRangeOptions options;
    options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
    options.blob_garbage_collection_policy = rocksdb::BlobGarbageCollectionPolicy::kForce;
    options.blob_garbage_collection_age_cutoff = 1;
    // The first time a compaction of RocksDB's own may come before, whose output is left as it is.
    const rocksdb::Status status = db.CompactRange(options, nullptr, nullptr);
    return status.ok() ? db.CompactRange(options, nullptr, nullptr) : status;
}

/// Opens, takes out rows without values, and closes. Tables must be in order.
int32_t open_and_drop(const char *path, const mrdb_options &options, uint64_t *lost_values) {
    mrdb_options tolerant = options;
    tolerant.opens_without_blobs = true;
    mrdb_store *store = nullptr;
    if (const int32_t code = mrdb_open(path, &tolerant, &store)) return code;
    rocksdb::ReadOptions reading;
    reading.fill_cache = false;
    rocksdb::Status status = store->db->VerifyChecksum(reading);
    if (status.ok()) status = drop_unreadable(*store->db, lost_values);
    if (status.ok() && *lost_values > 0) status = rewrite_blobs(*store->db);
    const int32_t closed = mrdb_close(store);
    return status.ok() ? closed : martlet::report(status);
}

}  // namespace

namespace martlet {

int32_t verify_blob(const std::string &folder, const std::string &name) {
    const Mapping file(folder + "/" + name);
    if (!file.bytes) return report_missing(name.c_str(), "it cannot be read");
    if (!has_ends(file))
        return report_corruption(name.c_str(), 0, "its first or last bytes are damaged");
    const size_t end = file.count - footer_bytes;
    for (size_t offset = header_bytes; offset < end;) {
        const uint8_t *record = file.bytes + offset;
        const bool has_header = end - offset >= record_header_bytes &&
                                get<uint32_t>(record + 24) == masked_crc(record, 24);
        const uint64_t rest = end - offset - record_header_bytes;
        const uint64_t key_bytes = has_header ? get<uint64_t>(record) : 0;
        const uint64_t value_bytes = has_header ? get<uint64_t>(record + 8) : 0;
        if (!has_header || key_bytes > rest || value_bytes > rest - key_bytes ||
            get<uint32_t>(record + 28) !=
                masked_crc(record + record_header_bytes, key_bytes + value_bytes))
            return report_corruption(name.c_str(), offset, "a value's checksum differs");
        offset += record_header_bytes + key_bytes + value_bytes;
    }
    return mrdb_ok;
}

}  // namespace martlet

int32_t mrdb_repair(const char *path, const mrdb_options *options, uint64_t *lost_values) {
    *lost_values = 0;
    return martlet::guarded([&]() -> int32_t {
        martlet::FileLedger ledger(path, true);
        const int32_t found = ledger.check();
        if (found == mrdb_ok || ledger.is_openable_without()) {
            if (found != mrdb_ok) {
                if (const int32_t code = martlet::remove_ledger(path)) return code;
            }
            const int32_t code = open_and_drop(path, *options, lost_values);
            if (code != mrdb_corruption) return code;
            *lost_values = 0;
        }
        // What is repaired begins again with the first MANIFEST.
        if (const int32_t code = martlet::remove_ledger(path)) return code;
        rocksdb::Status status = rocksdb::RepairDB(path, martlet::make_options(path, *options));
        if (status.ok()) status = enter_blobs(path);
        if (!status.ok()) return martlet::report(status);
        return open_and_drop(path, *options, lost_values);
    });
}
