// The file system as RocksDB sees it: the system's own, but for new logs and files no one reads. What
// becomes of logs, MANIFESTs and CURRENT is told to the ledger (shim_ledger.h).

#include <rocksdb/file_system.h>

#include "shim_internal.h"

namespace {

using martlet::FileLedger;
using martlet::FileProgress;
using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

/// A log or a MANIFEST. Thread safety: one thread appends, any may sync.
class FollowedFile final : public rocksdb::FSWritableFileOwnerWrapper {
public:
    /// `manifest`: its number; 0 for a log.
    FollowedFile(
        std::unique_ptr<rocksdb::FSWritableFile> target, std::shared_ptr<FileProgress> progress,
        FileLedger &ledger, uint64_t manifest)
        : FSWritableFileOwnerWrapper(std::move(target)),
          progress(std::move(progress)),
          ledger(ledger),
          manifest(manifest) {}

    IOStatus Append(
        const rocksdb::Slice &data, const IOOptions &options, IODebugContext *context) override {
        return count(data.size(), target()->Append(data, options, context));
    }

    IOStatus Append(
        const rocksdb::Slice &data, const IOOptions &options,
        const rocksdb::DataVerificationInfo &verification, IODebugContext *context) override {
        return count(data.size(), target()->Append(data, options, verification, context));
    }

    IOStatus Sync(const IOOptions &options, IODebugContext *context) override {
        const uint64_t byte_count = progress->written_bytes.load();
        return synced(byte_count, target()->Sync(options, context));
    }

    IOStatus Fsync(const IOOptions &options, IODebugContext *context) override {
        const uint64_t byte_count = progress->written_bytes.load();
        return synced(byte_count, target()->Fsync(options, context));
    }

private:
    const std::shared_ptr<FileProgress> progress;
    FileLedger &ledger;
    const uint64_t manifest;

    IOStatus count(uint64_t byte_count, IOStatus status) {
        if (!status.ok()) return status;
        const uint64_t before = progress->written_bytes.fetch_add(byte_count);
        if (before == 0 && manifest == 0) ledger.has_records();
        return status;
    }

    IOStatus synced(uint64_t byte_count, IOStatus status) {
        if (!status.ok()) return status;
        uint64_t known = progress->synced_bytes.load();
        while (known < byte_count &&
               !progress->synced_bytes.compare_exchange_weak(known, byte_count)) {
        }
        if (manifest != 0) ledger.synced_manifest(manifest);
        return status;
    }
};

/// The store's folder.
class FollowedFolder final : public rocksdb::FSDirectoryWrapper {
public:
    FollowedFolder(std::unique_ptr<rocksdb::FSDirectory> target, FileLedger &ledger)
        : FSDirectoryWrapper(std::move(target)), ledger(ledger) {}

    IOStatus Fsync(const IOOptions &options, IODebugContext *context) override {
        const FileLedger::Entering entering = ledger.before_folder_sync();
        const IOStatus status = FSDirectoryWrapper::Fsync(options, context);
        if (status.ok()) ledger.after_folder_sync(entering);
        return status;
    }

    /// With a reason, because some file systems need no sync for some of them.
    IOStatus FsyncWithDirOptions(
        const IOOptions &options, IODebugContext *context,
        const rocksdb::DirFsyncOptions &reason) override {
        const FileLedger::Entering entering = ledger.before_folder_sync();
        const IOStatus status = FSDirectoryWrapper::FsyncWithDirOptions(options, context, reason);
        if (status.ok()) ledger.after_folder_sync(entering);
        return status;
    }

private:
    FileLedger &ledger;
};

class StoreFileSystem final : public rocksdb::FileSystemWrapper {
public:
    StoreFileSystem(uint64_t log_chunk_bytes, FileLedger &ledger)
        : FileSystemWrapper(rocksdb::FileSystem::Default()),
          log_chunk_bytes(log_chunk_bytes),
          ledger(ledger) {}

    const char *Name() const override { return "MartletStoreFileSystem"; }

    IOStatus NewWritableFile(
        const std::string &path, const FileOptions &options,
        std::unique_ptr<rocksdb::FSWritableFile> *file, IODebugContext *context) override {
        const std::string name = path.substr(path.rfind('/') + 1);
        // The options are the program's. RocksDB goes on without their file, and opens in half the
        // time: it would write it, sync it and its folder, and read it to compare.
        if (name.compare(0, 8, "OPTIONS-") == 0)
            return IOStatus::NotSupported("options are not kept");
        const IOStatus status = target()->NewWritableFile(path, options, file, context);
        if (!status.ok()) return status;
        const uint64_t log = martlet::number_in(name, "", ".log");
        if (log != 0 && log_chunk_bytes > 0)
            *file = martlet::fill_ahead(path, std::move(*file), log_chunk_bytes);
        // Copies of the store are made through this, too, in other folders.
        if (!is_followed(path, name)) return status;
        const uint64_t manifest = martlet::number_in(name, "MANIFEST-", "");
        if (log != 0)
            *file = std::make_unique<FollowedFile>(
                std::move(*file), ledger.created_log(log), ledger, 0);
        else if (manifest != 0)
            *file = std::make_unique<FollowedFile>(
                std::move(*file), ledger.created_manifest(manifest), ledger, manifest);
        return status;
    }

    IOStatus NewDirectory(
        const std::string &path, const IOOptions &options,
        std::unique_ptr<rocksdb::FSDirectory> *folder, IODebugContext *context) override {
        const IOStatus status = target()->NewDirectory(path, options, folder, context);
        if (status.ok() && path == ledger.folder)
            *folder = std::make_unique<FollowedFolder>(std::move(*folder), ledger);
        return status;
    }

    IOStatus RenameFile(
        const std::string &from, const std::string &to, const IOOptions &options,
        IODebugContext *context) override {
        const IOStatus status = target()->RenameFile(from, to, options, context);
        if (status.ok() && to == ledger.folder + "/CURRENT") ledger.changed_current();
        return status;
    }

    IOStatus DeleteFile(
        const std::string &path, const IOOptions &options, IODebugContext *context) override {
        const std::string name = path.substr(path.rfind('/') + 1);
        const uint64_t log = martlet::number_in(name, "", ".log");
        if (log != 0 && is_followed(path, name) && !ledger.strike_out(log))
            return IOStatus::IOError(path, "the list of files cannot be written");
        return target()->DeleteFile(path, options, context);
    }

private:
    const uint64_t log_chunk_bytes;
    FileLedger &ledger;

    bool is_followed(const std::string &path, const std::string &name) const {
        return path.size() == ledger.folder.size() + 1 + name.size() &&
               path.compare(0, ledger.folder.size(), ledger.folder) == 0;
    }
};

}  // namespace

namespace martlet {

std::unique_ptr<rocksdb::Env> make_environment(uint64_t log_chunk_bytes, FileLedger &ledger) {
    return rocksdb::NewCompositeEnv(std::make_shared<StoreFileSystem>(log_chunk_bytes, ledger));
}

}  // namespace martlet
