// Rows of the catalogue itself.
//
//   key                              value
//   0x02 · table name in UTF-8       item record of the definition (`TableDefinition+Record.swift`)
//   0x03 · id (4, big-endian)        16 bytes: rows (8), bytes as DynamoDB counts them (8),
//                                    little-endian; of a vector index 8 more: bytes saved, signed
//
// Table rows ascend by name, which is the order of ListTables. Tallies are of tables and of
// indexes, whose ids are drawn from one sequence.
// Spec: docs/format/catalog.md.

package import MartletEncoding

package enum CatalogKey {
    /// What the keys of all tables begin with.
    package static let tables: [UInt8] = [KeySpace.catalog.rawValue]

    package static func table(_ name: TableName) -> [UInt8] {
        tables + Array(name.description.utf8)
    }

    /// The name in a table's key; nil for any other key.
    package static func tableName(in key: some Collection<UInt8>) -> TableName? {
        guard key.first == KeySpace.catalog.rawValue else { return nil }
        let name = String(decoding: key.dropFirst(), as: UTF8.self)
        return TableName.isValid(name) ? TableName(name) : nil
    }

    /// The key of the tally of a table or an index.
    package static func tally(_ id: UInt32) -> [UInt8] {
        OrderedKey.tablePrefix(.tally, id)
    }

    /// The id in a tally's key; nil for any other key.
    package static func tallyID(in key: some Collection<UInt8>) -> UInt32? {
        guard key.first == KeySpace.tally.rawValue, key.count == 5 else { return nil }
        return key.dropFirst().reduce(0) { $0 << 8 | UInt32($1) }
    }
}

extension Tally {
    static let storedBytes = 16
    static let vectorStoredBytes = 24

    /// The tally as it is stored.
    package var stored: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.vectorStoredBytes)
        bytes.appendLittleEndian(UInt64(itemCount))
        bytes.appendLittleEndian(UInt64(sizeBytes))
        if savedBytes != 0 { bytes.appendLittleEndian(UInt64(bitPattern: Int64(savedBytes))) }
        return bytes
    }

    /// Reads a stored tally.
    package init(stored bytes: some Collection<UInt8>) throws(CorruptRecord) {
        guard bytes.count == Self.storedBytes || bytes.count == Self.vectorStoredBytes else {
            throw CorruptRecord("tally length")
        }
        func number(_ bytes: some Sequence<UInt8>) -> UInt64 {
            bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        let count = number(bytes.prefix(8))
        let size = number(bytes.dropFirst(8).prefix(8))
        let saved = Int64(bitPattern: number(bytes.dropFirst(Self.storedBytes)))
        guard let count = Int(exactly: count), let size = Int(exactly: size) else {
            throw CorruptRecord("tally range")
        }
        self.init(itemCount: count, sizeBytes: size, savedBytes: Int(saved))
    }
}
