// Tells a torn tail from damage, before RocksDB replays its write-ahead logs.
//
// A crash may leave the last log record half written, or a hole where its pages did not arrive:
// recovery must drop it, for it was never acknowledged. Damage to an earlier record must be an
// error. None of RocksDB's recovery modes does both: point-in-time recovery drops everything from
// the first bad record on, in silence, and the stricter ones refuse to open after some power
// failures. So the store recovers to a point in time, and this file first looks for a record that
// begins after a bad one: each commit is synced before the next is written, so its presence means
// that the bad record was once whole on disk. In the next log such a record says so only when its
// sequence number leaves a gap: otherwise an earlier opening dropped the bad one, and went on.
//
// Zeros up to the file's end are room for records that never came (shim_log_file.cpp), and are cut
// off. Bytes that the ledger knows to have been synced are whole, or damaged. Zeros with something
// behind them are a hole. RocksDB would skip one and replay what follows; where that is to be dropped,
// a byte is set in the hole that makes it a record, and a bad one.
//
// A log is 32 KiB blocks of records that do not cross blocks; integers little-endian:
//
//   offset  bytes  field
//   0       4      CRC-32C of type and payload, masked: rotated right by 15, plus 0xA282EAD8
//   4       2      n, payload length
//   6       1      type: 0 no record, 1 full, 2 first, 3 middle, 4 last fragment
//   7       n      payload
//
// The payload of a whole record, fragments joined, begins with the sequence number of the commit's
// first change, 8 bytes, and the count of its changes, 4 bytes. Each change takes one number.
//
// A block's last 6 bytes or fewer are unused. Logs are not recycled, so no other types occur
// except 9 and above, which carry no rows.

#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "shim_internal.h"

namespace {

constexpr size_t block_size = 32768;
constexpr size_t header_size = 7;

enum class Verdict { intact_start, intact, padding, bad };

struct Log {
    uint64_t number;
    std::string name;
    /// What is known to have been whole.
    uint64_t synced_bytes = 0;
};

/// Judges the record at `offset`, and says where the next one is to be looked for.
Verdict judge(const uint8_t *bytes, size_t count, size_t offset, size_t *next) {
    const size_t block_end = std::min((offset / block_size + 1) * block_size, count);
    *next = (offset / block_size + 1) * block_size;
    if (block_end - offset < header_size) return Verdict::padding;
    const uint8_t *header = bytes + offset;
    const size_t length = header[4] | header[5] << 8;
    const uint8_t type = header[6];
    // Zeros are a hole, or the space kept for records to come: a matter of what follows.
    if (type == 0 && length == 0) return Verdict::bad;
    if (offset + header_size + length > block_end) return Verdict::bad;
    *next = offset + header_size + length;
    if (block_size - *next % block_size < header_size) *next = (*next / block_size + 1) * block_size;
    uint32_t stored;
    memcpy(&stored, header, sizeof stored);
    if (martlet::masked_crc(header + 6, length + 1) != stored) return Verdict::bad;
    return type == 1 || type == 2 ? Verdict::intact_start : Verdict::intact;
}

std::vector<Log> logs_in(const std::string &path) {
    std::vector<Log> logs;
    DIR *directory = opendir(path.c_str());
    if (!directory) return logs;
    while (const dirent *entry = readdir(directory)) {
        const std::string name = entry->d_name;
        const size_t digits = name.find_first_not_of("0123456789");
        if (digits == 0 || digits == std::string::npos || name.substr(digits) != ".log") continue;
        logs.push_back({strtoull(name.c_str(), nullptr, 10), name});
    }
    closedir(directory);
    std::sort(logs.begin(), logs.end(), [](auto &a, auto &b) { return a.number < b.number; });
    return logs;
}

/// Looks inside a block, behind a bad record whose length may be wrong, for one that begins
/// intact. Its sequence number must be near `sequence`, so that a row that happens to contain a
/// log record is not taken for one.
bool finds_record(const uint8_t *bytes, size_t count, size_t offset, uint64_t sequence) {
    const size_t block_end = std::min((offset / block_size + 1) * block_size, count);
    for (size_t next; offset + header_size + 8 <= block_end; offset++) {
        const uint8_t type = bytes[offset + 6];
        if (type != 1 && type != 2) continue;
        uint64_t found;
        memcpy(&found, bytes + offset + header_size, sizeof found);
        if (found <= sequence || found - sequence > 1 << 24) continue;
        if (judge(bytes, count, offset, &next) == Verdict::intact_start) return true;
    }
    return false;
}

/// Removes logs without a byte: each open leaves one, and RocksDB keeps them until it next flushes.
void remove_empty_logs(const martlet::FileLedger &ledger) {
    for (const Log &log : logs_in(ledger.folder)) {
        const std::string path = ledger.folder + "/" + log.name;
        struct stat status;
        // What the ledger asks for, RocksDB removes.
        if (ledger.has_log(log.number)) continue;
        if (stat(path.c_str(), &status) == 0 && status.st_size == 0) unlink(path.c_str());
    }
}

/// What is known after the records seen so far, over all logs.
struct Progress {
    /// Of the last record that began intact.
    uint64_t sequence = 0;
    /// The number that follows the last whole record's changes; 0 when there is none.
    uint64_t next_sequence = 0;
    /// The first bad record that may have been acknowledged, if any.
    bool has_damage = false;
    std::string file;
    uint64_t offset = 0;

    /// Takes the intact fragment at `fragment` in.
    void advance(const uint8_t *fragment) {
        const size_t length = fragment[4] | fragment[5] << 8;
        const uint8_t type = fragment[6];
        if (type == 1 || type == 2) head_count = 0;
        const size_t count = std::min(length, sizeof head - head_count);
        memcpy(head + head_count, fragment + header_size, count);
        head_count += count;
        if (head_count < sizeof head) return;
        memcpy(&sequence, head, sizeof sequence);
        uint32_t changes;
        memcpy(&changes, head + 8, sizeof changes);
        if (is_unbroken && (type == 1 || type == 4)) next_sequence = sequence + changes;
    }

    /// Whether fragments from the last first one on were all intact.
    bool is_unbroken = false;

private:
    /// The joined payload's first bytes.
    uint8_t head[12];
    size_t head_count = 0;
};

/// How a log is to be changed for RocksDB.
struct Remedy {
    uint64_t log;
    std::string path;
    enum { cut, mark } kind;
    uint64_t offset;
};

bool is_zero(const uint8_t *bytes, size_t count) {
    return count == 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, count - 1) == 0);
}

/// Whether a record begins, intact, after a bad one. What is to be done to the log is added to
/// `remedies`. A file that cannot be read is left to RocksDB.
bool has_record_after_damage(
    const std::string &folder, const Log &log, Progress &progress, std::vector<Remedy> &remedies) {
    const std::string path = folder + "/" + log.name;
    const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return false;
    struct stat status;
    if (fstat(descriptor, &status) != 0 || status.st_size == 0) {
        close(descriptor);
        return false;
    }
    const size_t count = static_cast<size_t>(status.st_size);
    void *mapping = mmap(nullptr, count, PROT_READ, MAP_PRIVATE, descriptor, 0);
    close(descriptor);
    if (mapping == MAP_FAILED) return false;
    const uint8_t *bytes = static_cast<const uint8_t *>(mapping);
    bool found = false;
    bool has_bad = false;
    progress.is_unbroken = false;
    for (size_t offset = 0, next; offset < count && !found; offset = next) {
        const Verdict verdict = judge(bytes, count, offset, &next);
        if (verdict == Verdict::bad) {
            const bool ends = is_zero(bytes + offset, count - offset);
            if (!has_bad && (ends || is_zero(bytes + offset, header_size)))
                remedies.push_back({log.number, path, ends ? Remedy::cut : Remedy::mark, offset});
            has_bad = true;
            progress.is_unbroken = false;
            const bool was_whole = offset < log.synced_bytes;
            if (was_whole || !progress.has_damage) {
                progress.has_damage = true;
                progress.file = log.name;
                progress.offset = offset;
            }
            if (ends && !was_whole) break;
            found = was_whole || finds_record(bytes, count, offset + 1, progress.sequence);
            next = (offset / block_size + 1) * block_size;
        } else if (verdict != Verdict::padding) {
            const uint64_t expected = progress.next_sequence;
            if (verdict == Verdict::intact_start) progress.is_unbroken = true;
            progress.advance(bytes + offset);
            if (verdict != Verdict::intact_start || !progress.has_damage) continue;
            found = has_bad || expected == 0 || progress.sequence > expected;
            progress.has_damage = found;
        }
    }
    munmap(mapping, count);
    return found;
}

void apply(const Remedy &remedy) {
    // What fails here leaves zeros, which RocksDB skips, in a folder that it cannot write to either.
    const int descriptor = open(remedy.path.c_str(), O_WRONLY | O_CLOEXEC);
    if (descriptor < 0) return;
    switch (remedy.kind) {
    case Remedy::cut: (void)!ftruncate(descriptor, static_cast<off_t>(remedy.offset)); break;
    case Remedy::mark: {
        const uint8_t type = 1;
        (void)!pwrite(descriptor, &type, 1, static_cast<off_t>(remedy.offset + 6));
        break;
    }
    }
    close(descriptor);
}

}  // namespace

namespace martlet {

uint32_t masked_crc(const uint8_t *bytes, size_t count) {
    const uint32_t crc = rocksdb::crc32c::Extend(0, reinterpret_cast<const char *>(bytes), count);
    return (crc >> 15 | crc << 17) + 0xA282EAD8u;
}

std::vector<std::string> log_records(const std::string &path) {
    std::string bytes;
    std::vector<std::string> records;
    if (!rocksdb::ReadFileToString(rocksdb::Env::Default(), path, &bytes).ok()) return records;
    const uint8_t *start = reinterpret_cast<const uint8_t *>(bytes.data());
    std::string record;
    for (size_t offset = 0, next; offset < bytes.size(); offset = next) {
        const Verdict verdict = judge(start, bytes.size(), offset, &next);
        if (verdict == Verdict::bad) break;
        if (verdict == Verdict::padding) continue;
        const size_t length = start[offset + 4] | start[offset + 5] << 8;
        const uint8_t type = start[offset + 6];
        if (verdict == Verdict::intact_start) record.clear();
        record.append(bytes, offset + header_size, length);
        if (type == 1 || type == 4) records.push_back(record);
    }
    return records;
}

std::string log_of_records(const std::vector<std::string> &records) {
    std::string log;
    for (const std::string &record : records) {
        size_t offset = 0;
        bool is_first = true;
        do {
            const size_t left = block_size - log.size() % block_size;
            if (left < header_size) {
                log.append(left, 0);
                continue;
            }
            const size_t count = std::min(record.size() - offset, left - header_size);
            const bool is_last = offset + count == record.size();
            uint8_t header[header_size] = {};
            header[4] = static_cast<uint8_t>(count);
            header[5] = static_cast<uint8_t>(count >> 8);
            header[6] = is_first ? (is_last ? 1 : 2) : (is_last ? 4 : 3);
            std::string covered(1, static_cast<char>(header[6]));
            covered.append(record, offset, count);
            const uint32_t crc =
                masked_crc(reinterpret_cast<const uint8_t *>(covered.data()), covered.size());
            memcpy(header, &crc, sizeof crc);
            log.append(reinterpret_cast<const char *>(header), header_size);
            log.append(record, offset, count);
            offset += count;
            is_first = false;
            if (is_last) break;
        } while (true);
    }
    return log;
}

uint64_t intact_bytes(const std::string &path, uint64_t byte_count) {
    const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return 0;
    struct stat status;
    const size_t count = fstat(descriptor, &status) == 0 ? static_cast<size_t>(status.st_size) : 0;
    void *mapping = count ? mmap(nullptr, count, PROT_READ, MAP_PRIVATE, descriptor, 0) : MAP_FAILED;
    close(descriptor);
    if (mapping == MAP_FAILED) return 0;
    const uint8_t *bytes = static_cast<const uint8_t *>(mapping);
    size_t offset = 0;
    for (size_t next; offset < std::min<uint64_t>(byte_count, count); offset = next) {
        const Verdict verdict = judge(bytes, count, offset, &next);
        // Too few bytes for a record are the end of a block, or of what was cut off.
        if (verdict == Verdict::bad || (verdict == Verdict::padding && next > count)) break;
    }
    munmap(mapping, count);
    return std::min<uint64_t>(offset, count);
}

int32_t check_logs(FileLedger &ledger, bool drops_log_after_damage) {
    Progress progress;
    std::vector<Remedy> remedies;
    for (Log &log : logs_in(ledger.folder)) {
        const size_t earlier_count = remedies.size();
        if (!drops_log_after_damage) log.synced_bytes = ledger.synced_bytes_of_log(log.number);
        if (!has_record_after_damage(ledger.folder, log, progress, remedies)) continue;
        if (!drops_log_after_damage) {
            return report_corruption(
                progress.file.c_str(), progress.offset,
                "a log record is damaged and acknowledged ones follow it");
        }
        // This log may be the one that goes on after the zeros of another.
        if (earlier_count > 0) remedies[earlier_count - 1].kind = Remedy::mark;
    }
    for (const Remedy &remedy : remedies) {
        // What is not cut is skipped by RocksDB.
        if (remedy.kind == Remedy::mark || ledger.lower_log(remedy.log, remedy.offset)) apply(remedy);
    }
    remove_empty_logs(ledger);
    return mrdb_ok;
}

}  // namespace martlet
