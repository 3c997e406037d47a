// From RocksDB's status to a code, a file name and an offset. RocksDB gives the last two only in
// its text, so this file is the one place that reads it.

#include <cctype>
#include <cstdlib>
#include <cstring>

#include "shim_internal.h"

namespace {

thread_local mrdb_error last_error;

void copy_text(char *to, size_t capacity, const std::string &text) {
    const size_t count = std::min(text.size(), capacity - 1);
    memcpy(to, text.data(), count);
    to[count] = 0;
}

bool contains(const std::string &text, const char *part) {
    return text.find(part) != std::string::npos;
}

mrdb_code code_of(const rocksdb::Status &status, const std::string &text) {
    if (status.IsCorruption()) return mrdb_corruption;
    // EFBIG and EDQUOT have no subcode; for the caller they are a full disk.
    if (status.IsNoSpace() || status.subcode() == rocksdb::Status::kSpaceLimit || contains(text, "File too large") ||
        contains(text, "Disk quota exceeded") || contains(text, "No space left"))
        return mrdb_full;
    if (contains(text, "Read-only file system")) return mrdb_read_only;
    if (contains(text, "lock file") || contains(text, "lock hold")) return mrdb_locked;
    if (contains(text, "Permission denied")) return mrdb_permission;
    return mrdb_input_output;
}

/// Cuts folders off every path in `text`, and gives the name of the file it is about.
std::string strip_folders(std::string &text) {
    std::string file;
    size_t position = 0;
    while ((position = text.find('/', position)) != std::string::npos) {
        size_t begin = position;
        while (begin > 0 && !isspace(static_cast<unsigned char>(text[begin - 1]))) begin--;
        size_t end = position;
        while (end < text.size() && !isspace(static_cast<unsigned char>(text[end])) &&
               text[end] != ':' && text[end] != ',')
            end++;
        const std::string path = text.substr(begin, end - begin);
        const std::string name = path.substr(path.rfind('/') + 1);
        // A manifest that names a missing table is not at fault itself.
        if (!name.empty() && (file.empty() || file.compare(0, 8, "MANIFEST") == 0)) file = name;
        text.replace(begin, end - begin, name);
        position = begin + name.size();
    }
    // RocksDB looks for a missing table under its old name last.
    const size_t suffix = file.rfind(".ldb");
    if (suffix != std::string::npos) file.replace(suffix, 4, ".sst");
    return file;
}

}  // namespace

void mrdb_last_error(mrdb_error *error) { *error = last_error; }

namespace martlet {

int32_t report(const rocksdb::Status &status) {
    if (status.ok()) return mrdb_ok;
    std::string text = status.ToString();
    last_error = {};
    last_error.code = code_of(status, text);
    last_error.subcode = status.subcode();
    copy_text(last_error.file, sizeof last_error.file, strip_folders(text));
    const size_t offset = text.find("offset ");
    if (offset != std::string::npos) {
        last_error.has_offset = true;
        last_error.offset = strtoull(text.c_str() + offset + 7, nullptr, 10);
    }
    copy_text(last_error.text, sizeof last_error.text, text);
    return last_error.code;
}

int32_t repeat(const mrdb_error &error) {
    last_error = error;
    return error.code;
}

int32_t report_corruption(const char *file, uint64_t offset, const char *text) {
    last_error = {};
    last_error.code = mrdb_corruption;
    copy_text(last_error.file, sizeof last_error.file, file);
    last_error.has_offset = true;
    last_error.offset = offset;
    copy_text(last_error.text, sizeof last_error.text, text);
    return mrdb_corruption;
}

int32_t report_missing(const char *file, const char *text) {
    report_corruption(file, 0, text);
    last_error.has_offset = false;
    return mrdb_corruption;
}

}  // namespace martlet
