/// A store over another. What it does not do itself, the other does; but giving back space, which a
/// layer must ask for.
package protocol LayeredStore: KeyValueStore {
    var base: any KeyValueStore { get }
}

extension LayeredStore {
    package func value(forKey key: [UInt8]) throws(StorageError) -> [UInt8]? {
        try base.value(forKey: key)
    }

    package func withValue(
        forKey key: [UInt8], _ body: (RawSpan) throws(StorageError) -> Void
    ) throws(StorageError) -> Bool {
        try base.withValue(forKey: key, body)
    }

    package func values(forKeys keys: [[UInt8]]) throws(StorageError) -> [[UInt8]?] {
        try base.values(forKeys: keys)
    }

    package func cursor(
        over range: KeyRange, _ direction: ScanDirection
    ) throws(StorageError) -> any KeyValueCursor {
        try base.cursor(over: range, direction)
    }

    package func snapshot() throws(StorageError) -> any KeyValueSnapshot { try base.snapshot() }

    package func commit(
        _ batch: borrowing WriteBatch, _ durability: Durability
    ) throws(StorageError) {
        try base.commit(batch, durability)
    }

    package func approximateSizeBytes(of range: KeyRange) throws(StorageError) -> UInt64 {
        try base.approximateSizeBytes(of: range)
    }

    package func sync() throws(StorageError) { try base.sync() }

    package func close() throws(StorageError) { try base.close() }

    package var statistics: StoreStatistics { base.statistics }
}
