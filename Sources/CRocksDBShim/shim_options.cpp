// How the store is tuned, and why. Figures: 2 cores, rows of 300 bytes, everything else equal.

#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>

#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/table_properties_collectors.h>

#include "shim_internal.h"

namespace {

constexpr uint64_t kibibyte = 1024;
constexpr uint64_t mebibyte = 1024 * kibibyte;

/// Says nothing: errors come back as codes, and a log file would cost time at every open.
class SilentLogger final : public rocksdb::Logger {
public:
    SilentLogger() : rocksdb::Logger(rocksdb::InfoLogLevel::NUM_INFO_LOG_LEVELS) {}
    using rocksdb::Logger::Logv;
    void Logv(const char *, va_list) override {}
    void LogHeader(const char *, va_list) override {}
};

struct TableFiles {
    uint64_t bytes = 0;
    int count = 0;
};

TableFiles table_files(const std::string &path) {
    TableFiles files;
    DIR *directory = opendir(path.c_str());
    if (!directory) return files;
    while (const dirent *entry = readdir(directory)) {
        const std::string name = entry->d_name;
        struct stat status;
        if (name.size() > 4 && name.compare(name.size() - 4, 4, ".sst") == 0 &&
            stat((path + "/" + name).c_str(), &status) == 0) {
            files.bytes += static_cast<uint64_t>(status.st_size);
            files.count++;
        }
    }
    closedir(directory);
    return files;
}

rocksdb::BlockBasedTableOptions make_table_options(
    const TableFiles &files, const mrdb_options &options, std::shared_ptr<rocksdb::Cache> cache) {
    rocksdb::BlockBasedTableOptions table;
    table.block_cache = std::move(cache);
    // A random read takes 3.5 us at a million rows; 8 KiB blocks make it 3.8, 16 KiB 5.1, and save
    // 3 and 5 % of space. A hash index inside the blocks makes no difference.
    table.block_size = 4 * kibibyte;
    table.format_version = 5;
    table.checksum = rocksdb::kXXH3;
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    table.whole_key_filtering = true;
    // Indexes and filters live in the cache, so that the budget holds whatever the data's size.
    table.cache_index_and_filter_blocks = true;
    table.cache_index_and_filter_blocks_with_high_priority = true;
    table.pin_l0_filter_and_index_blocks_in_cache = true;
    // They are some 1.5 % of the table files. Where they would crowd rows out, new files have them
    // in parts: a hit is 6 % slower and a miss 60 %, but neither reads half a megabyte for a row.
    if (files.bytes / 16 > options.memory_budget_bytes) {
        table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
        table.partition_filters = true;
        table.pin_top_level_index_and_filter = true;
    }
    return table;
}

}  // namespace

namespace martlet {

rocksdb::Options make_options(const std::string &path, const mrdb_options &options) {
    const uint64_t budget = options.memory_budget_bytes;
    // The clock cache of this version is experimental, needs the size of its entries beforehand,
    // and gains nothing here.
    rocksdb::LRUCacheOptions cache_options;
    cache_options.capacity = budget - budget / 4;
    // A shard must hold a few filters and indexes of large files.
    cache_options.num_shard_bits = budget >= 64 * mebibyte ? 4 : 1;
    cache_options.high_pri_pool_ratio = 0.5;
    auto cache = rocksdb::NewLRUCache(cache_options);

    const TableFiles files = table_files(path);
    rocksdb::Options result;
    result.create_if_missing = true;
    result.info_log = std::make_shared<SilentLogger>();
    result.table_factory.reset(
        rocksdb::NewBlockBasedTableFactory(make_table_options(files, options, cache)));
    result.prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(options.prefix_length));

    // Memory: a quarter of the budget for rows not yet flushed, one memtable that is written and one
    // that is flushed; whoever writes faster than that waits. It is a quarter of its own. Charged to
    // the cache, it would be the cache's while nothing is written, but what the cache then gives up
    // for it are blocks of 4 KiB here and there, which no heap gives back: the process would have
    // both.
    result.write_buffer_size = budget / 8;
    result.max_write_buffer_number = 2;
    result.arena_block_size = options.memtable_block_bytes;
    // Threads that open table files: RocksDB starts them whether there are files or not.
    result.max_file_opening_threads = std::min(1 + files.count / 8, 8);
    result.max_open_files = options.open_file_limit;

    // A look for a key that is not there, as before each new item, takes 0.13 us instead of 0.7;
    // that costs 2 % more memory.
    result.memtable_prefix_bloom_size_ratio = 0.02;
    result.memtable_whole_key_filtering = true;

    // Files. Most rows are in the last level: zstd there takes 16 % less space than LZ4, and a
    // random read that misses the cache 0.4 us more.
    result.compression = rocksdb::kLZ4Compression;
    result.bottommost_compression = rocksdb::kZSTD;
    result.bottommost_compression_opts.enabled = true;
    result.bottommost_compression_opts.level = 1;
    result.level_compaction_dynamic_level_bytes = true;
    result.target_file_size_base = 32 * mebibyte;
    result.max_bytes_for_level_base = 128 * mebibyte;
    result.enable_blob_files = options.blob_threshold_bytes > 0;
    result.min_blob_size = options.blob_threshold_bytes;
    result.blob_compression_type = rocksdb::kLZ4Compression;
    result.blob_cache = cache;
    result.blob_file_size = 64 * mebibyte;
    result.enable_blob_garbage_collection = true;
    result.blob_garbage_collection_age_cutoff = 0.25;
    result.blob_garbage_collection_force_threshold = 0.5;
    // Files full of deletions are compacted early: expiry and queues leave many behind.
    result.table_properties_collector_factories.push_back(
        rocksdb::NewCompactOnDeletionCollectorFactory(32 * 1024, 16 * 1024));

    // The log. Recovery drops what follows the first bad record; check_logs has made sure by then
    // that nothing acknowledged does.
    result.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
    result.paranoid_checks = true;
    result.max_total_wal_size = budget;

    // After a failed write the store refuses more until it is opened again: a log that was written
    // on after an error might hold less than was acknowledged.
    result.max_bgerror_resume_count = 0;

    // One thread commits.
    result.allow_concurrent_memtable_write = false;
    result.enable_write_thread_adaptive_yield = false;

    result.max_background_jobs = options.background_job_limit;
    result.skip_stats_update_on_db_open = true;
    result.stats_dump_period_sec = 0;
    result.stats_persist_period_sec = 0;
    result.manifest_preallocation_size = 64 * kibibyte;
    result.max_manifest_file_size = 16 * mebibyte;
    result.keep_log_file_num = 1;
    return result;
}

}  // namespace martlet
