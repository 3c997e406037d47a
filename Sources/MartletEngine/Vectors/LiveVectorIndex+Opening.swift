// What there is of an index when the database is opened: the file of its last checkpoint and the
// journal's later lines, or else the items.

internal import MartletCatalog
internal import MartletEncoding
internal import MartletIndexes
internal import MartletKeyValue
internal import MartletThreads
internal import MartletVectors
internal import Synchronization

extension LiveVectorIndex {
    /// The items that the index holds: all of the table, or, while it is being filled, those up to
    /// where that has come. What is beyond is neither searched nor told of when it changes.
    func itemsToTakeIn() throws(StorageError) -> KeyRange? {
        try Self.itemsToTakeIn(
            in: store.snapshot(), index: definition.id, table: table, keyPrefix: keyPrefix)
    }

    /// - Parameter rows: of one moment, or of a store that nobody writes to.
    static func itemsToTakeIn(
        in rows: any KeyValueReadable, index id: UInt32, table: TableName, keyPrefix: [UInt8]
    ) throws(StorageError) -> KeyRange? {
        var range = KeyRange.prefix(keyPrefix)
        if let position = try rows.value(forKey: VectorJournal.walkKey(id)) {
            range.upper = position + [0]
            return range
        }
        guard let bytes = try rows.value(forKey: CatalogKey.table(table)) else { return nil }
        do throws(CorruptRecord) {
            let stored = try TableDefinition(record: ItemRecord(verifying: bytes))
            let index = stored.vectorIndexes.first { $0.id == id }
            return index?.status == .active ? range : nil
        } catch {
            throw StorageError(error, in: "catalogue")
        }
    }

    /// The sequence of the journal's last line; 0 when it has none.
    static func lastSequence(
        in store: any KeyValueStore, index id: UInt32
    ) throws(StorageError) -> UInt64 {
        let cursor = try store.cursor(over: .prefix(VectorJournal.prefix(id)), .reverse)
        guard let (key, _) = try cursor.next() else { return 0 }
        return try sequence(inKey: key)
    }

    static func sequence(inKey key: [UInt8]) throws(StorageError) -> UInt64 {
        do throws(CorruptRecord) {
            return try VectorJournal.sequence(inKey: key)
        } catch {
            throw StorageError(error, in: "journal")
        }
    }

    /// Has the journal's lines after what the graph holds wait for the carrier.
    func replayJournal() throws(StorageError) {
        let position = book.withLock { $0.carriedSequence }
        var range = KeyRange.prefix(VectorJournal.prefix(definition.id))
        range.lower = VectorJournal.key(definition.id, position + 1)
        let cursor = try store.cursor(over: range, .forward)
        while let (key, rowKey) = try cursor.next() {
            guard rowKey.starts(with: keyPrefix) else {
                throw .corruption(file: nil, offset: nil, detail: "journal: row key")
            }
            let change = PendingChange(
                sequence: try Self.sequence(inKey: key), key: HashedKey(rowKey), content: .unread)
            book.withLock { $0.publish(change) }
        }
    }
}
