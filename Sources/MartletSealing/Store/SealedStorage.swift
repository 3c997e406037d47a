// Where sealed data is kept: on a disk, in memory, or elsewhere. All that comes here is sealed or
// random, so a storage may be anybody's.
//
// A storage keeps two small parts by themselves, because old ones must not be kept, and any number of
// records under names of at most 13 bytes. It need not order or understand any of it.

package import MartletKeyValue

package protocol SealedStorage: SealedReading, AnyObject {
    /// The keyring as it was last given; nil when there is none.
    func keyring() throws(SealingError) -> [UInt8]?

    /// Replaces the keyring, all or nothing, and durably. The old one is made unreadable as far as
    /// the storage can.
    func replaceKeyring(_ bytes: [UInt8]) throws(SealingError)

    /// What `noteAnchor` last kept; nil when there is none. Kept for the life of the machine at
    /// least: power loss may bring back an earlier one.
    func anchor() throws(SealingError) -> [UInt8]?
    /// Of always the same length.
    func noteAnchor(_ bytes: [UInt8]) throws(StorageError)

    /// Gives all records to `body`, by ascending names; spans live during the call.
    func forEachRecord(
        _ body: (_ name: RawSpan, _ bytes: RawSpan) throws(SealingError) -> Void
    ) throws(SealingError)

    /// The same for names from `lower` on and below `upper`.
    func forEachRecord(
        from lower: [UInt8], below upper: [UInt8],
        _ body: (_ name: RawSpan, _ bytes: RawSpan) throws(SealingError) -> Void
    ) throws(SealingError)

    /// Where the directory's file may be, in a folder that is there; nil where there is none. Its
    /// contents are sealed, and can be made again from the records.
    var directoryPath: String? { get }

    /// Applies puts and deletions of single records, all or nothing. A storage that cannot do that
    /// applies them in their order and may stop anywhere: what is left of a commit that failed is
    /// recognised when the storage is opened, and removed with the next commit. (Puts of new names
    /// come first, then the head, then deletions.)
    func commit(_ batch: borrowing WriteBatch, _ durability: Durability) throws(StorageError)

    /// The records of this moment.
    func snapshot() throws(StorageError) -> any SealedReading

    /// Bytes that it takes; 0 when it cannot say.
    var byteCount: UInt64 { get }

    func sync() throws(StorageError)
    /// Later calls throw `closed`.
    func close() throws(StorageError)
}

extension SealedStorage {
    package var directoryPath: String? { nil }

    package func forEachRecord(
        from lower: [UInt8], below upper: [UInt8],
        _ body: (_ name: RawSpan, _ bytes: RawSpan) throws(SealingError) -> Void
    ) throws(SealingError) {
        let range = KeyRange(lower: lower, upper: upper)
        try forEachRecord { name, bytes throws(SealingError) in
            if name.withUnsafeBytes({ range.contains(Array($0)) }) { try body(name, bytes) }
        }
    }
}

package protocol SealedReading: Sendable {
    /// Lends a record.
    /// - Returns: whether there is one.
    func withRecord(
        named name: [UInt8], _ body: (RawSpan) throws(StorageError) -> Void
    ) throws(StorageError) -> Bool

    /// As of one moment, in the order asked.
    func records(named names: [[UInt8]]) throws(StorageError) -> [[UInt8]?]
}

/// Two parts that lie beside the records.
package protocol SealedSideParts: Sendable {
    func keyring() throws(SealingError) -> [UInt8]?
    func replaceKeyring(_ bytes: [UInt8]) throws(SealingError)
    func anchor() throws(SealingError) -> [UInt8]?
    func noteAnchor(_ bytes: [UInt8]) throws(StorageError)
}

/// Sealed records as the rows of a key-value store: on disk, in memory, or with faults.
package final class KeyValueSealedStorage: SealedStorage {
    private let store: any KeyValueStore
    private let parts: any SealedSideParts
    private let range: KeyRange
    private let staysOpen: Bool
    package let directoryPath: String?

    /// - Parameters:
    ///   - range: where the records are.
    ///   - staysOpen: `close` closes nothing, so that rows in memory can be opened again.
    ///   - directoryPath: where the directory's file may be; nil for nowhere.
    package init(
        _ store: any KeyValueStore, _ parts: any SealedSideParts, range: KeyRange = .all,
        staysOpen: Bool = false, directoryPath: String? = nil
    ) {
        self.directoryPath = directoryPath
        self.store = store
        self.parts = parts
        self.range = range
        self.staysOpen = staysOpen
    }

    package func keyring() throws(SealingError) -> [UInt8]? { try parts.keyring() }
    package func replaceKeyring(_ bytes: [UInt8]) throws(SealingError) {
        try parts.replaceKeyring(bytes)
    }
    package func anchor() throws(SealingError) -> [UInt8]? { try parts.anchor() }
    package func noteAnchor(_ bytes: [UInt8]) throws(StorageError) {
        try parts.noteAnchor(bytes)
    }

    package func forEachRecord(
        _ body: (_ name: RawSpan, _ bytes: RawSpan) throws(SealingError) -> Void
    ) throws(SealingError) {
        try forEachRecord(in: range, body)
    }

    package func forEachRecord(
        from lower: [UInt8], below upper: [UInt8],
        _ body: (_ name: RawSpan, _ bytes: RawSpan) throws(SealingError) -> Void
    ) throws(SealingError) {
        try forEachRecord(in: KeyRange(lower: lower, upper: upper), body)
    }

    private func forEachRecord(
        in range: KeyRange,
        _ body: (_ name: RawSpan, _ bytes: RawSpan) throws(SealingError) -> Void
    ) throws(SealingError) {
        var failure: SealingError?
        do throws(StorageError) {
            let cursor = try store.cursor(over: range, .forward)
            _ = try cursor.forEachRow { name, bytes in
                do throws(SealingError) {
                    try body(name, bytes)
                    return true
                } catch {
                    failure = error
                    return false
                }
            }
        } catch {
            throw .storage(error)
        }
        if let failure { throw failure }
    }

    package func commit(
        _ batch: borrowing WriteBatch, _ durability: Durability
    ) throws(StorageError) {
        try store.commit(batch, durability)
    }

    package func snapshot() throws(StorageError) -> any SealedReading {
        KeyValueSealedSnapshot(snapshot: try store.snapshot())
    }

    package func withRecord(
        named name: [UInt8], _ body: (RawSpan) throws(StorageError) -> Void
    ) throws(StorageError) -> Bool {
        try store.withValue(forKey: name, body)
    }

    package func records(named names: [[UInt8]]) throws(StorageError) -> [[UInt8]?] {
        try store.values(forKeys: names)
    }

    package var byteCount: UInt64 {
        let statistics = store.statistics
        return statistics.diskBytes + statistics.memtableBytes
    }

    package func sync() throws(StorageError) { try store.sync() }
    package func close() throws(StorageError) { if !staysOpen { try store.close() } }
}

private struct KeyValueSealedSnapshot: SealedReading {
    let snapshot: any KeyValueSnapshot

    func withRecord(
        named name: [UInt8], _ body: (RawSpan) throws(StorageError) -> Void
    ) throws(StorageError) -> Bool {
        try snapshot.withValue(forKey: name, body)
    }

    func records(named names: [[UInt8]]) throws(StorageError) -> [[UInt8]?] {
        try snapshot.values(forKeys: names)
    }
}
