// What a user may choose; everything else is chosen in CRocksDBShim (shim_options.cpp).

package import MartletKeyValue
internal import CRocksDBShim
import Glibc

package struct RocksDBOptions: Sendable {
    package static let minimumMemoryBudgetBytes = 8 << 20

    /// Bounds cached blocks with their indexes and filters, and rows not yet in files, together.
    /// Nothing is taken before it is used. At least `minimumMemoryBudgetBytes`.
    package var memoryBudgetBytes = 256 << 20

    /// Memtables, which have a quarter of the budget, are made of blocks of so many bytes: large
    /// enough for an allocator to map each by itself, and few enough for it to do so.
    package var memtableBlockBytes: Int {
        let pages = memoryBudgetBytes / 64 / 4096
        return min(max(pages * 4096, 256 << 10), 4 << 20)
    }

    /// What commits will ask for. With `async`, opening after a power failure drops what follows
    /// the first gap in the log; with `sync`, a gap that intact records follow is `corruption`.
    package var durability = Durability.sync

    /// Values at least this long are kept apart from their keys, so that compaction does not
    /// rewrite them.
    package var blobThresholdBytes = 16 << 10

    /// Threads that flush and compact.
    package var backgroundJobLimit = 2

    package init() {}

    /// Keys of one partition share this many bytes: space 1, table 4, hash 8.
    static let partitionPrefixByteCount: UInt32 = 13

    var native: mrdb_options {
        precondition(memoryBudgetBytes >= Self.minimumMemoryBudgetBytes)
        precondition(blobThresholdBytes > 0 && backgroundJobLimit > 0)
        return mrdb_options(
            memory_budget_bytes: UInt64(memoryBudgetBytes),
            memtable_block_bytes: UInt64(memtableBlockBytes),
            blob_threshold_bytes: UInt64(blobThresholdBytes),
            open_file_limit: Self.openFileLimit,
            background_job_limit: Int32(backgroundJobLimit),
            prefix_length: Self.partitionPrefixByteCount,
            drops_log_after_damage: durability == .async,
            log_chunk_bytes: durability == .sync ? logChunkBytes : 0,
            opens_without_blobs: false)
    }

    /// A fraction of what the log of one memtable grows to. Larger chunks make no commit faster,
    /// but the one that fills them slower.
    private var logChunkBytes: UInt64 { UInt64(min(memoryBudgetBytes / 64, 1 << 20)) }

    /// Half of what the process may open: the rest is for sockets and for the host program.
    private static var openFileLimit: Int32 {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            return 256
        }
        return Int32(clamping: min(max(limit.rlim_cur / 2, 64), 4096))
    }
}
