// The storage seam. The engine above knows only this file; RocksDB, memory and the fault injectors
// are below it. All calls block, so they belong on threads, never on the cooperative pool.
//
// Stores and snapshots may be used from many threads at once. A cursor belongs to one thread at a
// time. A commit is seen by every read that begins after it returns.

/// How long a commit lasts once it has returned.
package enum Durability: Sendable {
    /// Until the disk is lost: power may fail right after.
    case sync
    /// Until the machine stops; the process may crash. When later commits survive a power failure,
    /// so do all before them.
    case async
}

package enum ScanDirection: Sendable {
    case forward
    case reverse
}

/// A walk over a range as it was at one moment, unmoved by later commits.
package protocol KeyValueCursor: AnyObject {
    /// The next row in the cursor's direction, or nil after the last.
    ///
    /// The first call gives the smallest key of the range, or the largest in reverse.
    func next() throws(StorageError) -> (key: [UInt8], value: [UInt8])?

    /// Moves, so that the next row is the first one not before `key` in the cursor's direction:
    /// the smallest key ≥ `key`, or the largest ≤ `key` in reverse. A `key` outside the range means
    /// the nearest end of it, so the walk never leaves the range. May go back to rows already seen.
    func seek(to key: [UInt8])

    /// Gives rows to `body` until it returns false or the range ends, without copying them: the
    /// spans live during the call. The row that made `body` stop is consumed.
    ///
    /// - Returns: whether the range came to its end.
    func forEachRow(
        _ body: (_ key: RawSpan, _ value: RawSpan) throws(StorageError) -> Bool
    ) throws(StorageError) -> Bool
}

/// Reading, by a store (each call sees the newest state) or a snapshot (all see one state).
package protocol KeyValueReadable: Sendable {
    /// The value under `key`, or nil. Copies the value at most once.
    func value(forKey key: [UInt8]) throws(StorageError) -> [UInt8]?

    /// Lends the value under `key` to `body` without copying it.
    ///
    /// - Returns: whether there is one; `body` runs only then.
    func withValue(
        forKey key: [UInt8], _ body: (RawSpan) throws(StorageError) -> Void
    ) throws(StorageError) -> Bool

    /// The values under several keys, in the order asked, as of one moment. Cheaper than one call
    /// for each.
    func values(forKeys keys: [[UInt8]]) throws(StorageError) -> [[UInt8]?]

    /// A cursor before the first row of `range`. It sees one moment: that of the snapshot, or of
    /// this call.
    func cursor(
        over range: KeyRange, _ direction: ScanDirection
    ) throws(StorageError) -> any KeyValueCursor
}

/// The state of a store at one moment. Dropping the last reference releases it; while it lives, the
/// store keeps what it sees, so long-lived ones cost space.
package protocol KeyValueSnapshot: AnyObject, KeyValueReadable {}

/// An ordered map from byte strings to byte strings, changed by atomic batches.
package protocol KeyValueStore: AnyObject, KeyValueReadable {
    func snapshot() throws(StorageError) -> any KeyValueSnapshot

    /// Applies all of `batch`, in order, or nothing.
    ///
    /// After an error other than `closed` the batch may or may not be found when the store is
    /// opened again, but never a part of it.
    func commit(_ batch: borrowing WriteBatch, _ durability: Durability) throws(StorageError)

    /// About how much space the rows of `range` take, compressed as they are; recent writes may be
    /// missing. Cheap: reads no rows.
    func approximateSizeBytes(of range: KeyRange) throws(StorageError) -> UInt64

    /// Gives back the space of a range that was deleted and will not be written or read again, in
    /// the background, once no snapshot from before this call is left. Cheaper than what the store
    /// does by itself for large deleted ranges, because nothing is read.
    ///
    /// - Warning: Rows put into the range later may vanish.
    func reclaimSpace(ofAbandoned range: KeyRange)

    /// Makes earlier `async` commits as durable as `sync` ones.
    func sync() throws(StorageError)

    /// Syncs and lets go of files and locks. Later calls on the store, its snapshots and cursors
    /// throw `closed`; a second `close` does nothing. Files stay open until the snapshots and
    /// cursors that are still referenced are dropped.
    func close() throws(StorageError)

    /// Sizes and counters that are cheap to read. All zero once closed.
    var statistics: StoreStatistics { get }
}

extension KeyValueStore {
    /// Nothing to do, for stores that free rows as they are deleted.
    package func reclaimSpace(ofAbandoned range: KeyRange) {}
}

/// What a store can cheaply say about itself.
package struct StoreStatistics: Sendable, Equatable {
    /// Bytes of table, blob and log files.
    package var diskBytes: UInt64 = 0
    /// Of those, the log.
    package var logBytes: UInt64 = 0
    /// About how many bytes of tables and blob files are of rows that are there.
    package var liveBytes: UInt64 = 0
    /// Bytes of rows held in memory before they go to table files, or all rows of a memory store.
    package var memtableBytes: UInt64 = 0
    /// Bytes of table-file blocks cached in memory, with indexes and filters.
    package var blockCacheBytes: UInt64 = 0
    /// About how many rows there are.
    package var approximateRowCount: UInt64 = 0
    /// How often commits began to be slowed or held for background work since the store was opened.
    package var writeStallCount: UInt64 = 0
    /// Snapshots not yet released.
    package var snapshotCount: UInt64 = 0
    /// Bytes background compaction still has to rewrite.
    package var pendingCompactionBytes: UInt64 = 0
    /// Whether commits are refused after a failed background write, until the store is reopened.
    package var refusesWrites = false

    package init() {}
}
