// A store in memory whose cursors wait at a gate once they have given so many rows that a read is
// long by any measure; short reads, points and commits pass freely.

import Glibc
import MartletKeyValue
import Synchronization

final class StalledCursorStore: KeyValueStore {
    static let freeRows = 200

    private struct Gate {
        var isShut = false
        var waitingCount = 0
    }

    private let base = MemoryStore()
    private let gate = Mutex(Gate())

    func shut() { gate.withLock { $0.isShut = true } }

    func open() { gate.withLock { $0.isShut = false } }

    /// Returns when `count` cursors wait.
    func waitForReaders(_ count: Int = 1) {
        while gate.withLock({ $0.waitingCount }) < count { usleep(1000) }
    }

    fileprivate func pass() {
        gate.withLock { $0.waitingCount += 1 }
        while gate.withLock({ $0.isShut }) { usleep(1000) }
        gate.withLock { $0.waitingCount -= 1 }
    }

    func cursor(
        over range: KeyRange, _ direction: ScanDirection
    ) throws(StorageError) -> any KeyValueCursor {
        StalledCursor(try base.cursor(over: range, direction), self)
    }

    func value(forKey key: [UInt8]) throws(StorageError) -> [UInt8]? {
        try base.value(forKey: key)
    }

    func withValue(
        forKey key: [UInt8], _ body: (RawSpan) throws(StorageError) -> Void
    ) throws(StorageError) -> Bool {
        try base.withValue(forKey: key, body)
    }

    func values(forKeys keys: [[UInt8]]) throws(StorageError) -> [[UInt8]?] {
        try base.values(forKeys: keys)
    }

    func snapshot() throws(StorageError) -> any KeyValueSnapshot { try base.snapshot() }

    func commit(
        _ batch: borrowing WriteBatch, _ durability: Durability
    ) throws(StorageError) {
        try base.commit(batch, durability)
    }

    func approximateSizeBytes(of range: KeyRange) throws(StorageError) -> UInt64 {
        try base.approximateSizeBytes(of: range)
    }

    func sync() throws(StorageError) { try base.sync() }

    func close() throws(StorageError) { try base.close() }

    var statistics: StoreStatistics { base.statistics }
}

private final class StalledCursor: KeyValueCursor {
    private let base: any KeyValueCursor
    private let store: StalledCursorStore
    private var rowCount = 0

    init(_ base: any KeyValueCursor, _ store: StalledCursorStore) {
        self.base = base
        self.store = store
    }

    func next() throws(StorageError) -> (key: [UInt8], value: [UInt8])? {
        rowCount += 1
        if rowCount > StalledCursorStore.freeRows { store.pass() }
        return try base.next()
    }

    func seek(to key: [UInt8]) { base.seek(to: key) }

    func forEachRow(
        _ body: (_ key: RawSpan, _ value: RawSpan) throws(StorageError) -> Bool
    ) throws(StorageError) -> Bool {
        try base.forEachRow(body)
    }
}
