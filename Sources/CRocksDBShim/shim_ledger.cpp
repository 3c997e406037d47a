// Writing the ledger (shim_ledger.h): what is entered and struck out, and when.

#include "shim_ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shim_internal.h"

namespace {

constexpr uint8_t magic[8] = {'M', 'L', 'F', 'I', 'L', 'E', 'S', 0};
constexpr uint32_t version = 1;
constexpr size_t checked_from = 12;
constexpr size_t first_log = 48;
constexpr size_t most_logs = (martlet::ledger_slot_bytes - first_log) / 16;

template <typename Integer>
void put(uint8_t *to, Integer value) {
    memcpy(to, &value, sizeof value);
}

template <typename Integer>
Integer get(const uint8_t *from) {
    Integer value;
    memcpy(&value, from, sizeof value);
    return value;
}

uint32_t checksum(const uint8_t *slot) {
    return rocksdb::crc32c::Extend(
        0, reinterpret_cast<const char *>(slot) + checked_from,
        martlet::ledger_slot_bytes - checked_from);
}

bool write_all(int descriptor, const uint8_t *bytes, size_t count, uint64_t offset) {
    while (count > 0) {
        const ssize_t written = pwrite(descriptor, bytes, count, static_cast<off_t>(offset));
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        bytes += written;
        count -= static_cast<size_t>(written);
        offset += static_cast<uint64_t>(written);
    }
    return true;
}

}  // namespace

namespace martlet {

void encode_ledger(const LedgerEntries &entries, uint64_t writing_number, uint8_t *slot) {
    memset(slot, 0, ledger_slot_bytes);
    memcpy(slot, magic, sizeof magic);
    put(slot + 12, version);
    put(slot + 16, writing_number);
    put(slot + 24, entries.manifest);
    put(slot + 32, entries.manifest_bytes);
    uint64_t count = 0;
    for (const auto &[number, synced_bytes] : entries.logs) {
        // What is left out is not asked for.
        if (count == most_logs) break;
        put(slot + first_log + 16 * count, number);
        put(slot + first_log + 16 * count + 8, synced_bytes);
        count++;
    }
    put(slot + 40, count);
    put(slot + 8, checksum(slot));
}

bool decode_ledger(const uint8_t *slot, LedgerEntries *entries, uint64_t *writing_number) {
    if (memcmp(slot, magic, sizeof magic) != 0 || get<uint32_t>(slot + 8) != checksum(slot) ||
        get<uint32_t>(slot + 12) != version)
        return false;
    const uint64_t count = get<uint64_t>(slot + 40);
    if (count > most_logs) return false;
    *writing_number = get<uint64_t>(slot + 16);
    entries->manifest = get<uint64_t>(slot + 24);
    entries->manifest_bytes = get<uint64_t>(slot + 32);
    entries->logs.clear();
    for (uint64_t i = 0; i < count; i++) {
        const uint8_t *entry = slot + first_log + 16 * i;
        entries->logs[get<uint64_t>(entry)] = get<uint64_t>(entry + 8);
    }
    return true;
}

bool sync_folder(const std::string &folder) {
    const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return false;
    const bool is_synced = fsync(descriptor) == 0;
    close(descriptor);
    return is_synced;
}

FileLedger::~FileLedger() {
    if (descriptor >= 0) close(descriptor);
}

// MARK: What RocksDB does

std::shared_ptr<FileProgress> FileLedger::created_log(uint64_t number) {
    auto progress = std::make_shared<FileProgress>();
    const std::lock_guard<std::mutex> guard(mutex);
    logs[number] = {progress};
    return progress;
}

std::shared_ptr<FileProgress> FileLedger::created_manifest(uint64_t number) {
    auto progress = std::make_shared<FileProgress>();
    const std::lock_guard<std::mutex> guard(mutex);
    manifests[number] = progress;
    return progress;
}

void FileLedger::has_records() {
    // With a synced commit RocksDB does the same before it returns.
    if (syncs_commits) return;
    const Entering entering = before_folder_sync();
    if (sync_folder(folder)) after_folder_sync(entering);
}

bool FileLedger::strike_out(uint64_t number) {
    const std::lock_guard<std::mutex> guard(mutex);
    const auto found = logs.find(number);
    if (found == logs.end()) return true;
    if (found->second.is_entered) {
        found->second.is_entered = false;
        if (!write_entries()) {
            found->second.is_entered = true;
            return false;
        }
    }
    logs.erase(found);
    return true;
}

bool FileLedger::lower_log(uint64_t number, uint64_t byte_count) {
    const std::lock_guard<std::mutex> guard(mutex);
    const auto found = logs.find(number);
    if (found == logs.end() || found->second.synced_bytes <= byte_count) return true;
    found->second.synced_bytes = byte_count;
    return write_entries();
}

void FileLedger::synced_manifest(uint64_t number) {
    const std::lock_guard<std::mutex> guard(mutex);
    if (number == entered_manifest) write_entries();
}

void FileLedger::changed_current() {
    const uint64_t number = manifest_in_current(folder);
    const std::lock_guard<std::mutex> guard(mutex);
    current_manifest = number;
}

FileLedger::Entering FileLedger::before_folder_sync() const {
    const std::lock_guard<std::mutex> guard(mutex);
    Entering entering = {current_manifest, {}};
    for (const auto &[number, log] : logs) {
        if (log.is_entered || !log.progress) continue;
        // Synced, its own place in the folder lasts even where RocksDB leaves the folder's sync out.
        const auto &byte_count =
            syncs_commits ? log.progress->synced_bytes : log.progress->written_bytes;
        if (byte_count.load() > 0) entering.logs.push_back(number);
    }
    return entering;
}

void FileLedger::after_folder_sync(const Entering &entering) {
    const std::lock_guard<std::mutex> guard(mutex);
    bool has_changed = false;
    if (entering.manifest > entered_manifest) {
        entered_manifest = entering.manifest;
        entered_manifest_bytes = 0;
        manifests.erase(manifests.begin(), manifests.lower_bound(entered_manifest));
        has_changed = true;
    }
    for (const uint64_t number : entering.logs) {
        // It may have been deleted meanwhile.
        const auto found = logs.find(number);
        if (found == logs.end() || found->second.is_entered) continue;
        found->second.is_entered = true;
        has_changed = true;
    }
    if (has_changed) write_entries();
}

// MARK: The file

LedgerEntries FileLedger::entries() const {
    LedgerEntries result;
    result.manifest = entered_manifest;
    result.manifest_bytes = entered_manifest_bytes;
    const auto manifest = manifests.find(entered_manifest);
    if (manifest != manifests.end())
        result.manifest_bytes = manifest->second->synced_bytes.load();
    for (const auto &[number, log] : logs) {
        if (!log.is_entered) continue;
        result.logs[number] = log.progress ? log.progress->synced_bytes.load() : log.synced_bytes;
    }
    return result;
}

bool FileLedger::write_entries() {
    uint8_t slot[ledger_slot_bytes];
    const uint64_t number = writing_number + 1;
    encode_ledger(entries(), number, slot);
    if (!is_there) {
        if (!make_file(slot)) return false;
        is_there = true;
    } else {
        if (descriptor < 0)
            descriptor = open((folder + "/" + name).c_str(), O_WRONLY | O_CLOEXEC);
        // A slot that is torn now is the one that the next attempt writes.
        if (descriptor < 0 || !write_all(descriptor, slot, sizeof slot, number % 2 * sizeof slot) ||
            fdatasync(descriptor) != 0)
            return false;
    }
    writing_number = number;
    return true;
}

/// The first writing: whole or absent.
bool FileLedger::make_file(const uint8_t *slot) {
    const std::string path = folder + "/" + name;
    const std::string temporary = path + ".new";
    const int made = open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (made < 0) return false;
    uint8_t bytes[2 * ledger_slot_bytes] = {};
    memcpy(bytes + (writing_number + 1) % 2 * ledger_slot_bytes, slot, ledger_slot_bytes);
    const bool is_written = write_all(made, bytes, sizeof bytes, 0) && fsync(made) == 0;
    close(made);
    return is_written && rename(temporary.c_str(), path.c_str()) == 0 && sync_folder(folder);
}

int32_t remove_ledger(const std::string &folder) {
    const std::string path = folder + "/" + FileLedger::name;
    if (unlink(path.c_str()) != 0) {
        if (errno == ENOENT) return mrdb_ok;
        return report(rocksdb::Status::IOError(path, strerror(errno)));
    }
    sync_folder(folder);
    return mrdb_ok;
}

}  // namespace martlet
