package import MartletEngine
internal import MartletKeyValue
internal import MartletRocksDBStore

/// What a program may choose when it opens a database.
public struct DatabaseOptions: Sendable {
    public enum Durability: Sendable {
        /// A write that was answered survives power loss.
        case sync
        /// A write that was answered survives the end of the process; power loss may take the
        /// last writes, always the latest first. For data that can be made again.
        case async
    }

    public var durability = Durability.sync
    /// Bounds the memory of the process, whatever the data's size: caches and buffers get what is
    /// left after the program itself, but never less than 8 MiB. Requests under way come
    /// on top, and vectors on their way into an index, as many bytes again at most. What your program
    /// has of its own comes on top, too, and what its allocator keeps of memory that was freed:
    /// `martlet` sets it up so that this is little, a library leaves that to the program.
    public var memoryBudgetBytes = 256 << 20
    /// What the program needs beside caches and buffers: code, threads, the allocator's slack.
    static let overheadBytes = 48 << 20
    /// A folder whose folders are the buckets of exports, imports and bulk puts, as `--s3-root` of
    /// `martlet serve`; nil: there are none, and what would begin such a job is refused. Jobs that were
    /// left unfinished go on when the database is opened with it.
    public var bucketRoot: String?
    package var engine = EngineOptions()

    public init() {}

    var store: RocksDBOptions {
        var store = RocksDBOptions()
        store.memoryBudgetBytes = max(
            RocksDBOptions.minimumMemoryBudgetBytes, memoryBudgetBytes - Self.overheadBytes)
        store.durability = durability == .sync ? .sync : .async
        return store
    }
}
