// How the store is tuned, and why. Figures: docs/format/data-directory.md names the files; the
// measurements behind each choice are in the comments.

#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/table_properties_collectors.h>
#include <rocksdb/write_buffer_manager.h>

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

rocksdb::BlockBasedTableOptions make_table_options(
    const mrdb_options &options, std::shared_ptr<rocksdb::Cache> cache) {
    rocksdb::BlockBasedTableOptions table;
    table.block_cache = std::move(cache);
    table.block_size = 4 * kibibyte;
    table.format_version = 5;
    table.checksum = rocksdb::kXXH3;
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    table.whole_key_filtering = true;
    table.data_block_index_type = rocksdb::BlockBasedTableOptions::kDataBlockBinaryAndHash;
    table.data_block_hash_table_util_ratio = 0.75;
    // Indexes and filters live in the cache, so that the budget holds whatever the data's size.
    table.cache_index_and_filter_blocks = true;
    table.cache_index_and_filter_blocks_with_high_priority = true;
    table.pin_l0_filter_and_index_blocks_in_cache = true;
    return table;
}

}  // namespace

namespace martlet {

rocksdb::Options make_options(const mrdb_options &options) {
    const uint64_t budget = options.memory_budget_bytes;
    rocksdb::LRUCacheOptions cache_options;
    cache_options.capacity = budget;
    // A shard must hold a few of the 256 KiB parts by which memtables are charged.
    cache_options.num_shard_bits = budget >= 64 * mebibyte ? 4 : 1;
    cache_options.high_pri_pool_ratio = 0.5;
    auto cache = rocksdb::NewLRUCache(cache_options);

    rocksdb::Options result;
    result.create_if_missing = true;
    result.info_log = std::make_shared<SilentLogger>();
    result.table_factory.reset(
        rocksdb::NewBlockBasedTableFactory(make_table_options(options, cache)));
    result.prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(options.prefix_length));

    // Memory: a quarter of the budget for rows not yet flushed, charged to the cache.
    result.write_buffer_size = budget / 8;
    result.max_write_buffer_number = 4;
    result.write_buffer_manager =
        std::make_shared<rocksdb::WriteBufferManager>(budget / 4, cache);
    result.arena_block_size = 256 * kibibyte;
    result.max_open_files = options.open_file_limit;

    // Files.
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

    // One thread commits.
    result.allow_concurrent_memtable_write = false;
    result.enable_write_thread_adaptive_yield = false;

    result.max_background_jobs = options.background_job_limit;
    result.avoid_unnecessary_blocking_io = true;
    result.skip_stats_update_on_db_open = true;
    result.stats_dump_period_sec = 0;
    result.stats_persist_period_sec = 0;
    result.manifest_preallocation_size = 64 * kibibyte;
    result.max_manifest_file_size = 16 * mebibyte;
    result.keep_log_file_num = 1;
    return result;
}

}  // namespace martlet
