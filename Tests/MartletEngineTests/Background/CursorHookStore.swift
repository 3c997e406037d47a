import MartletKeyValue
import MartletThreads

/// A store that calls a test when somebody has opened a cursor, before the cursor is used: what
/// happens then is in the store, but the cursor does not see it.
final class CursorHookStore: KeyValueStore {
    typealias Hook = @Sendable (KeyRange) -> Void

    private let base: any KeyValueStore
    private let hook = Locked<Hook?>(nil)

    init(_ base: any KeyValueStore) { self.base = base }

    func onCursor(_ hook: @escaping Hook) { self.hook.withLock { $0 = hook } }

    func cursor(
        over range: KeyRange, _ direction: ScanDirection
    ) throws(StorageError) -> any KeyValueCursor {
        let cursor = try base.cursor(over: range, direction)
        if let hook = hook.withLock({ $0 }) { hook(range) }
        return cursor
    }

    func commit(
        _ batch: borrowing WriteBatch, _ durability: Durability
    ) throws(StorageError) {
        try base.commit(batch, durability)
    }

    func snapshot() throws(StorageError) -> any KeyValueSnapshot { try base.snapshot() }

    func approximateSizeBytes(of range: KeyRange) throws(StorageError) -> UInt64 {
        try base.approximateSizeBytes(of: range)
    }

    func sync() throws(StorageError) { try base.sync() }
    func close() throws(StorageError) { try base.close() }
    var statistics: StoreStatistics { base.statistics }

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
}
