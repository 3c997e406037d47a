// What an opening compares the folder with: the ledger (shim_ledger.h).

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cinttypes>

#include "shim_internal.h"
#include "shim_ledger.h"

namespace {

/// A file's beginning, up to `count` bytes; false when it cannot be read, which `errno` tells.
bool read_file(const std::string &path, size_t count, std::string *bytes) {
    const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return false;
    bytes->resize(count);
    size_t length = 0;
    while (length < count) {
        const ssize_t got = read(descriptor, bytes->data() + length, count - length);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) {
            const int failure = errno;
            close(descriptor);
            errno = failure;
            return false;
        }
        if (got == 0) break;
        length += static_cast<size_t>(got);
    }
    close(descriptor);
    bytes->resize(length);
    return true;
}

std::string numbered(const char *format, uint64_t number) {
    char text[64];
    snprintf(text, sizeof text, format, number);
    return text;
}

std::string manifest_name(uint64_t number) { return numbered("MANIFEST-%06" PRIu64, number); }
std::string log_name(uint64_t number) { return numbered("%06" PRIu64 ".log", number); }

bool size_of(const std::string &path, uint64_t *byte_count) {
    struct stat status;
    if (stat(path.c_str(), &status) != 0) return false;
    *byte_count = static_cast<uint64_t>(status.st_size);
    return true;
}

}  // namespace

namespace martlet {

uint64_t number_in(const std::string &name, const std::string &prefix, const std::string &suffix) {
    if (name.size() <= prefix.size() + suffix.size() || name.compare(0, prefix.size(), prefix) != 0 ||
        name.compare(name.size() - suffix.size(), suffix.size(), suffix) != 0)
        return 0;
    const std::string digits =
        name.substr(prefix.size(), name.size() - prefix.size() - suffix.size());
    if (digits.size() > 18 || digits.find_first_not_of("0123456789") != std::string::npos) return 0;
    return strtoull(digits.c_str(), nullptr, 10);
}

uint64_t manifest_in_current(const std::string &folder) {
    std::string text;
    if (!read_file(folder + "/CURRENT", 64, &text)) return 0;
    return number_in(text, "MANIFEST-", "\n");
}

int32_t FileLedger::check() {
    std::string bytes;
    is_removable = false;
    if (!read_file(folder + "/" + name, 2 * ledger_slot_bytes, &bytes)) {
        if (errno != ENOENT)
            return report(rocksdb::Status::IOError(folder + "/" + name, strerror(errno)));
        const uint64_t manifest = manifest_in_current(folder);
        uint64_t byte_count;
        if (manifest != 0 && !size_of(folder + "/" + manifest_name(manifest), &byte_count))
            return report_missing(manifest_name(manifest).c_str(), "it is missing");
        return mrdb_ok;
    }
    is_there = true;
    LedgerEntries found;
    // It has its size before it has its name.
    for (uint64_t index = 0; index < 2 && bytes.size() == 2 * ledger_slot_bytes; index++) {
        LedgerEntries slot;
        uint64_t number;
        const auto *start = reinterpret_cast<const uint8_t *>(bytes.data()) + index * ledger_slot_bytes;
        if (!decode_ledger(start, &slot, &number) || number % 2 != index || number <= writing_number)
            continue;
        writing_number = number;
        found = slot;
    }
    if (writing_number == 0) {
        is_removable = true;
        return report_corruption(name, 0, "it is cut off, or neither of its two slots is whole");
    }
    if (found.manifest == 0) return mrdb_ok;

    uint64_t byte_count;
    if (!size_of(folder + "/CURRENT", &byte_count)) return report_missing("CURRENT", "it is missing");
    current_manifest = manifest_in_current(folder);
    if (current_manifest == 0) return report_corruption("CURRENT", 0, "it names no MANIFEST");
    // Nothing was entered since it changed.
    if (current_manifest > found.manifest) return mrdb_ok;
    if (current_manifest < found.manifest) {
        const std::string text = "it names " + manifest_name(current_manifest) + ", and " +
                                 manifest_name(found.manifest) + " was in use after that";
        return report_corruption("CURRENT", 0, text.c_str());
    }
    entered_manifest = found.manifest;
    entered_manifest_bytes = found.manifest_bytes;
    for (const auto &[number, synced_bytes] : found.logs) logs[number] = {nullptr, synced_bytes, true};
    if (const int32_t code = check_manifest()) return code;
    return check_logs_are_there();
}

int32_t FileLedger::check_manifest() const {
    const std::string file = manifest_name(entered_manifest);
    uint64_t byte_count;
    if (!size_of(folder + "/" + file, &byte_count))
        return report_missing(file.c_str(), "it is missing");
    const uint64_t intact = intact_bytes(folder + "/" + file, entered_manifest_bytes);
    if (intact >= entered_manifest_bytes) return mrdb_ok;
    const std::string text =
        byte_count < entered_manifest_bytes
            ? "it has " + std::to_string(byte_count) + " bytes, and was synced up to byte " +
                  std::to_string(entered_manifest_bytes)
            : "a record is damaged, and was synced";
    return report_corruption(file.c_str(), intact, text.c_str());
}

int32_t FileLedger::check_logs_are_there() const {
    std::string first;
    std::string text;
    uint64_t end = 0;
    bool is_missing = false;
    for (const auto &[number, log] : logs) {
        uint64_t byte_count = 0;
        const std::string file = log_name(number);
        const bool is_there = size_of(folder + "/" + file, &byte_count);
        if (is_there && byte_count >= log.synced_bytes) continue;
        if (!first.empty()) {
            text += "; " + file + " is not whole, either";
            continue;
        }
        first = file;
        is_missing = !is_there;
        end = byte_count;
        text = is_there ? "commits were synced up to byte " + std::to_string(log.synced_bytes) +
                              ", and it is cut off"
                        : "it has commits, and is missing";
    }
    if (first.empty()) return mrdb_ok;
    is_removable = true;
    if (is_missing) return report_missing(first.c_str(), text.c_str());
    return report_corruption(first.c_str(), end, text.c_str());
}

uint64_t FileLedger::synced_bytes_of_log(uint64_t number) const {
    const std::lock_guard<std::mutex> guard(mutex);
    const auto found = logs.find(number);
    return found == logs.end() ? 0 : found->second.synced_bytes;
}

bool FileLedger::has_log(uint64_t number) const {
    const std::lock_guard<std::mutex> guard(mutex);
    return logs.count(number) > 0;
}

}  // namespace martlet
