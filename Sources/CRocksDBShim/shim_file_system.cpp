// The file system as RocksDB sees it: the system's own, but for new logs and files no one reads.

#include <rocksdb/file_system.h>

#include "shim_internal.h"

namespace {

class StoreFileSystem final : public rocksdb::FileSystemWrapper {
public:
    explicit StoreFileSystem(uint64_t log_chunk_bytes)
        : FileSystemWrapper(rocksdb::FileSystem::Default()), log_chunk_bytes(log_chunk_bytes) {}

    const char *Name() const override { return "MartletStoreFileSystem"; }

    rocksdb::IOStatus NewWritableFile(
        const std::string &path, const rocksdb::FileOptions &options,
        std::unique_ptr<rocksdb::FSWritableFile> *file,
        rocksdb::IODebugContext *context) override {
        const std::string name = path.substr(path.rfind('/') + 1);
        // The options are the program's. RocksDB goes on without their file, and opens in half the
        // time: it would write it, sync it and its folder, and read it to compare.
        if (name.compare(0, 8, "OPTIONS-") == 0)
            return rocksdb::IOStatus::NotSupported("options are not kept");
        const rocksdb::IOStatus status = target()->NewWritableFile(path, options, file, context);
        const bool is_log = name.size() > 4 && name.compare(name.size() - 4, 4, ".log") == 0;
        if (status.ok() && is_log && log_chunk_bytes > 0)
            *file = martlet::fill_ahead(path, std::move(*file), log_chunk_bytes);
        return status;
    }

private:
    const uint64_t log_chunk_bytes;
};

}  // namespace

namespace martlet {

std::unique_ptr<rocksdb::Env> make_environment(uint64_t log_chunk_bytes) {
    return rocksdb::NewCompositeEnv(std::make_shared<StoreFileSystem>(log_chunk_bytes));
}

}  // namespace martlet
