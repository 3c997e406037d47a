// The ledger: a small file of our own in the store's folder, `martlet.files`, which says what must be
// there at the next opening. C++ only.
//
// RocksDB takes a MANIFEST that ends early for one whose last change was never finished, and a log
// that is gone for one that was not needed. Both then open with rows missing, and the table files that
// nothing names any more are deleted. So this file names the MANIFEST in use and the logs that commits
// went to, and says how much of each was certainly on the device.
//
// The invariant: at every moment, also after a power failure, the ledger asks for nothing that is not
// there. It is a lower bound.
//
// - A log is entered after its first bytes were written and the folder was synced; it is struck out,
//   durably, before it is deleted. If that fails it is not deleted.
// - A MANIFEST is entered after CURRENT names it and the folder was synced. RocksDB numbers its files
//   upward, so one with a greater number than the entered one means that nothing was entered since: the
//   program stopped at that point, or another program used the folder. The rest of the ledger says
//   nothing then.
// - How many bytes are asked for is what was in the file when a sync that returned began.
//
// It is written when one of these names changes, when the MANIFEST is synced, and with the first bytes
// of each log: some times for each table file, never for a commit. What cannot be written is left as
// it is, for an older lower bound is one, too.
//
// Two slots of 4096 bytes, written in turn, so that a torn write leaves the other. Integers are
// little-endian:
//
//   offset  bytes  field
//   0       8      magic: "MLFILES" and a zero byte
//   8       4      CRC-32C of the slot's bytes from 12 on
//   12      4      version, 1
//   16      8      number of this writing; the valid slot with the greater one counts
//   24      8      number of the MANIFEST; 0 before there is one
//   32      8      how many of its bytes were synced
//   40      8      n, count of logs
//   48      16n    for each log its number, and how many of its bytes were synced; ascending
//   ...            zeros
//
// Spec: docs/format/data-directory.md.

#ifndef MARTLET_ROCKSDB_SHIM_LEDGER_H
#define MARTLET_ROCKSDB_SHIM_LEDGER_H

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace martlet {

/// How much of a file there is. Written by who writes the file, read by the ledger.
struct FileProgress {
    std::atomic<uint64_t> written_bytes{0};
    std::atomic<uint64_t> synced_bytes{0};
};

/// What a slot says.
struct LedgerEntries {
    uint64_t manifest = 0;
    uint64_t manifest_bytes = 0;
    /// How many bytes were synced, by number.
    std::map<uint64_t, uint64_t> logs;
};

/// Thread safety: all calls may come from any thread.
class FileLedger {
public:
    static constexpr const char *name = "martlet.files";

    /// `syncs_commits`: whether RocksDB syncs the folder with a log's first commit.
    FileLedger(const std::string &folder, bool syncs_commits)
        : folder(folder), syncs_commits(syncs_commits) {}
    ~FileLedger();
    FileLedger(const FileLedger &) = delete;
    FileLedger &operator=(const FileLedger &) = delete;

    const std::string folder;
    const bool syncs_commits;

    // Opening: before RocksDB, and before anything is changed (shim_ledger_check.cpp).

    /// Reads what the folder must hold, and looks whether it does. Without a ledger it need not hold
    /// anything: an older program's, or a copy.
    int32_t check();
    /// After a `check` that failed: whether what is wrong is no more than a log that is gone or too
    /// short, or the ledger itself. What is left can be opened then, without the ledger.
    bool is_openable_without() const { return is_removable; }

    /// How many bytes of a log must be whole records; 0 for one that is not entered.
    uint64_t synced_bytes_of_log(uint64_t number) const;
    bool has_log(uint64_t number) const;
    /// Before a log is cut to `byte_count`. False: it must not be.
    bool lower_log(uint64_t number, uint64_t byte_count);

    // Following RocksDB (shim_ledger.cpp).

    std::shared_ptr<FileProgress> created_log(uint64_t number);
    std::shared_ptr<FileProgress> created_manifest(uint64_t number);
    /// After a log's first bytes were written.
    void has_records();
    /// Before a log is deleted. False: it must not be.
    bool strike_out(uint64_t log);
    void synced_manifest(uint64_t number);
    /// After CURRENT was replaced.
    void changed_current();

    /// What a sync of the folder makes last.
    struct Entering {
        uint64_t manifest;
        std::vector<uint64_t> logs;
    };
    Entering before_folder_sync() const;
    void after_folder_sync(const Entering &entering);

private:
    struct Log {
        /// None for one of an earlier opening.
        std::shared_ptr<FileProgress> progress;
        /// At least so many.
        uint64_t synced_bytes = 0;
        bool is_entered = false;
    };

    mutable std::mutex mutex;
    std::map<uint64_t, Log> logs;
    std::map<uint64_t, std::shared_ptr<FileProgress>> manifests;
    /// What CURRENT names.
    uint64_t current_manifest = 0;
    uint64_t entered_manifest = 0;
    uint64_t entered_manifest_bytes = 0;

    int descriptor = -1;
    bool is_there = false;
    mutable bool is_removable = false;
    /// Of the last writing that is known to have succeeded.
    uint64_t writing_number = 0;

    int32_t check_manifest() const;
    int32_t check_logs_are_there() const;

    // With the mutex held.
    LedgerEntries entries() const;
    bool write_entries();
    bool make_file(const uint8_t *slot);
};

constexpr size_t ledger_slot_bytes = 4096;

/// One slot's bytes.
void encode_ledger(const LedgerEntries &entries, uint64_t writing_number, uint8_t *slot);
/// False for bytes that are no slot.
bool decode_ledger(const uint8_t *slot, LedgerEntries *entries, uint64_t *writing_number);

/// Removes the folder's ledger, and syncs the folder.
int32_t remove_ledger(const std::string &folder);

bool sync_folder(const std::string &folder);

/// How many of the first `byte_count` bytes of a file of log records are whole records with what lies
/// between them: fewer when one is damaged, or when the file ends (shim_log_check.cpp).
uint64_t intact_bytes(const std::string &path, uint64_t byte_count);

/// The number in a name that is `prefix`, digits and `suffix`; 0 for another name.
uint64_t number_in(const std::string &name, const std::string &prefix, const std::string &suffix);
/// The MANIFEST that CURRENT names; 0 when it cannot be read as one.
uint64_t manifest_in_current(const std::string &folder);

}  // namespace martlet

#endif
