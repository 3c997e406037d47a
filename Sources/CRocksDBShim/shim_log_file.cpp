// Log files that have their size before they have their records.
//
// A sync of a file that grew must write the new size, too, and one of blocks that were reserved but
// never written, that they are: more writes that the device is waited for, and a commit of the
// journal where the file system has one. So the log is filled with zeros a chunk ahead, and a commit
// then overwrites blocks that exist. Synced commits of 300-byte rows per second, filling included,
// and in brackets how many without; ext4 without a journal, and with one on a loop device:
//
//   1 row   9 900 (6 600)   8 rows   8 200 (5 700)   32 rows   5 900 (4 300)
//   1 row   9 500 (3 600)   8 rows   7 600 (3 100)   32 rows   4 000 (2 800)
//
// Reserving with fallocate instead of writing helps the shortest commits only: at 10 KB nearly every
// one converts a part of what is reserved.
//
// What is promised:
// - No sync is missing. Size and blocks of a chunk are part of the file's own state: the fdatasync
//   that acknowledges the first commit in a chunk writes them before it returns, as it does for a
//   file that grows. The folder's entry is synced by RocksDB with the first synced commit.
// - A log ends in zeros only while it is open, and after a crash. check_logs cuts them off.
// - What cannot be filled (a full disk or quota, a limit on file sizes) is appended to as if this
//   file did not exist: only a commit that has no room itself fails.
// - No more than one chunk is ahead, so a log takes little more space than its records: chunks grow
//   with the log, from 64 KiB to the given size.
//
// Thread safety: RocksDB writes to a log from one thread at a time.

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <rocksdb/file_system.h>

#include <algorithm>

#include "shim_internal.h"

namespace {

constexpr uint64_t first_chunk_bytes = 64 * 1024;
/// Longer appends are not filled for: they would write twice as much, and wait for data mostly.
constexpr uint64_t longest_filled_append_bytes = 64 * 1024;

/// Whether blocks are overwritten in place. Others gain nothing: they write each change to a new
/// place, or need no sync. A container's layer is nearly always one of these underneath.
bool overwrites_in_place(int descriptor) {
    struct statfs status;
    if (fstatfs(descriptor, &status) != 0) return false;
    constexpr uint32_t ext4 = 0xEF53, xfs = 0x58465342, overlay = 0x794C7630;
    const uint32_t type = static_cast<uint32_t>(status.f_type);
    return type == ext4 || type == xfs || type == overlay;
}

/// Writes zeros; false when not all could be.
bool write_zeros(int descriptor, uint64_t offset, uint64_t count) {
    static const uint8_t zeros[first_chunk_bytes] = {};
    // Beyond this limit a write would not fail but send a signal.
    struct rlimit limit;
    if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && offset + count > limit.rlim_cur) return false;
    iovec parts[16];
    while (count > 0) {
        int part_count = 0;
        for (uint64_t left = count; left > 0 && part_count < 16; part_count++) {
            parts[part_count] = {const_cast<uint8_t *>(zeros), std::min<uint64_t>(left, sizeof zeros)};
            left -= parts[part_count].iov_len;
        }
        const ssize_t written = pwritev(descriptor, parts, part_count, static_cast<off_t>(offset));
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        offset += static_cast<uint64_t>(written);
        count -= static_cast<uint64_t>(written);
    }
    return true;
}

class LogFile final : public rocksdb::FSWritableFileOwnerWrapper {
public:
    LogFile(std::unique_ptr<rocksdb::FSWritableFile> target, int descriptor, uint64_t chunk_bytes)
        : FSWritableFileOwnerWrapper(std::move(target)),
          descriptor(descriptor),
          chunk_bytes(chunk_bytes) {}

    ~LogFile() override { close_descriptor(); }

    rocksdb::IOStatus Append(
        const rocksdb::Slice &data, const rocksdb::IOOptions &options,
        rocksdb::IODebugContext *context) override {
        fill_for(data.size());
        return count(data.size(), target()->Append(data, options, context));
    }

    rocksdb::IOStatus Append(
        const rocksdb::Slice &data, const rocksdb::IOOptions &options,
        const rocksdb::DataVerificationInfo &verification,
        rocksdb::IODebugContext *context) override {
        fill_for(data.size());
        return count(data.size(), target()->Append(data, options, verification, context));
    }

    rocksdb::IOStatus Truncate(
        uint64_t size, const rocksdb::IOOptions &options,
        rocksdb::IODebugContext *context) override {
        const rocksdb::IOStatus status = target()->Truncate(size, options, context);
        if (status.ok()) written_bytes = filled_bytes = size;
        return status;
    }

    /// Cuts the zeros off. When that fails they stay, and the next opening cuts them.
    rocksdb::IOStatus Close(
        const rocksdb::IOOptions &options, rocksdb::IODebugContext *context) override {
        close_descriptor();
        return target()->Close(options, context);
    }

    /// Space reserved beyond the file's end would have to be converted, as above.
    void SetPreallocationBlockSize(size_t) override {}

private:
    int descriptor;
    const uint64_t chunk_bytes;
    uint64_t written_bytes = 0;
    /// The file's size while this is more than what is written.
    uint64_t filled_bytes = 0;

    void fill_for(uint64_t byte_count) {
        const uint64_t end = written_bytes + byte_count;
        if (end <= filled_bytes || byte_count > longest_filled_append_bytes || descriptor < 0) return;
        // The whole append lies inside then: it is shorter than the smallest chunk.
        const uint64_t start = std::max(written_bytes, filled_bytes);
        uint64_t chunk = std::min(std::max(start, first_chunk_bytes), chunk_bytes);
        chunk -= (start + chunk) % 4096;
        chunk = std::max(chunk, end - start);
        if (write_zeros(descriptor, start, chunk)) {
            filled_bytes = start + chunk;
        } else {
            // The room that is left is for commits.
            close_descriptor();
        }
    }

    rocksdb::IOStatus count(uint64_t byte_count, rocksdb::IOStatus status) {
        if (status.ok()) written_bytes += byte_count;
        return status;
    }

    void close_descriptor() {
        if (descriptor < 0) return;
        (void)!ftruncate(descriptor, static_cast<off_t>(written_bytes));
        close(descriptor);
        descriptor = -1;
        filled_bytes = 0;
    }
};

}  // namespace

namespace martlet {

std::unique_ptr<rocksdb::FSWritableFile> fill_ahead(
    const std::string &path, std::unique_ptr<rocksdb::FSWritableFile> log, uint64_t chunk_bytes) {
    const int descriptor = open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (descriptor < 0) return log;
    if (!overwrites_in_place(descriptor)) {
        close(descriptor);
        return log;
    }
    return std::make_unique<LogFile>(std::move(log), descriptor, chunk_bytes);
}

}  // namespace martlet
