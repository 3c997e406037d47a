// Whether the records of a stream follow from each other: what one of them says an item was before is
// what the last one said it became, and what the last of all says is what the table holds.
//
// Keeps 16 bytes for each item: hashes of its key and of its record. Two records with one hash would
// pass for the same, which misses a fault in one of 2^64 cases.

internal import MartletCatalog
internal import MartletEncoding
internal import MartletKeyValue
internal import MartletModel

struct StreamChain {
    private enum State: Equatable {
        case absent
        /// With the hash of the record; nil where the stream does not show it.
        case present(UInt64?)

        func mayBe(_ other: State) -> Bool {
            switch (self, other) {
            case (.absent, .absent): true
            case (.present(let a), .present(let b)): a == nil || b == nil || a == b
            default: false
            }
        }
    }

    private var states: [UInt64: State] = [:]

    /// - Returns: whether the record follows from those before it.
    mutating func take(_ record: StreamRecord, of stream: StreamDefinition) -> Bool {
        guard let hash = Self.keyHash(record, stream.key) else { return true }
        let before: State =
            record.event == .insert ? .absent : .present(record.oldImage.map(Self.hash))
        defer {
            states[hash] =
                record.event == .remove ? .absent : .present(record.newImage.map(Self.hash))
        }
        // What was before the first record is not known: the horizon may have passed it.
        return states[hash]?.mayBe(before) ?? true
    }

    /// Row keys of items that are not what the last records of them say.
    func keysThatDiffer(
        from rows: any KeyValueReadable, in table: TableDefinition
    ) throws(StorageError) -> [[UInt8]] {
        var left = states
        var found: [[UInt8]] = []
        let cursor = try rows.cursor(
            over: .prefix(OrderedKey.tablePrefix(.item, table.id)), .forward)
        while let (key, value) = try cursor.next() {
            guard let state = left.removeValue(forKey: Self.hash(ofRowKey: key)) else { continue }
            let isSame = state.mayBe(.present(value.withUnsafeBytes(OrderedKey.partitionHash)))
            if !isSame { found.append(key) }
        }
        for state in left.values where state != .absent {
            // The item is gone, and nothing says so: the table stands for it.
            found.append(OrderedKey.tablePrefix(.item, table.id))
        }
        return found
    }

    private static func keyHash(_ record: StreamRecord, _ key: KeySchema) -> UInt64? {
        let shown = record.keys(key)
        guard let primary = try? key.primaryKey(ofItem: shown) else { return nil }
        return hash(ofRowKey: primary.rowKey(inTable: 0))
    }

    /// Of what follows the space and the table's id.
    private static func hash(ofRowKey key: [UInt8]) -> UInt64 {
        key.withUnsafeBytes { OrderedKey.partitionHash(UnsafeRawBufferPointer(rebasing: $0[5...])) }
    }

    private static func hash(_ record: ItemRecord) -> UInt64 {
        record.bytes.withUnsafeBytes(OrderedKey.partitionHash)
    }
}
