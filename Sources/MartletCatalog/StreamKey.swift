// Rows of streams.
//
//   key                                                  value
//   0x08 · table name in UTF-8 · 0x00 · label in UTF-8   item record (`StreamDefinition+Record.swift`)
//   0x09                                                 next sequence (8, little-endian)
//   0x09 · table id (4, b.-e.) · sequence (8, b.-e.)     stream record (docs/format/streams.md)
//
// Names have no zero byte, so streams ascend by table name, then by label, which is the order of
// ListStreams. Sequences rise with every record and every end of a shard and are never used again:
// the next one is written in the batch of whatever took those below it.
// Spec: docs/format/streams.md.

package import MartletEncoding

package enum StreamKey {
    /// What the keys of all streams begin with.
    package static let streams: [UInt8] = [KeySpace.stream.rawValue]

    /// What the keys of a table's streams begin with.
    package static func streams(of table: TableName) -> [UInt8] {
        streams + Array(table.description.utf8) + [0]
    }

    package static func stream(_ label: String, of table: TableName) -> [UInt8] {
        streams(of: table) + Array(label.utf8)
    }

    /// The table and the label in a stream's key; nil for any other key.
    package static func parts(
        of key: some Collection<UInt8>
    ) -> (table: TableName, label: String)? {
        guard key.first == KeySpace.stream.rawValue, let end = key.firstIndex(of: 0) else {
            return nil
        }
        let name = String(decoding: key[key.startIndex..<end].dropFirst(), as: UTF8.self)
        let label = String(decoding: key[end...].dropFirst(), as: UTF8.self)
        return TableName.isValid(name) && !label.isEmpty ? (TableName(name), label) : nil
    }

    // MARK: Records

    package static let nextSequence = RowSequence.nextKey(.streamRecord)
    package static let firstSequence = RowSequence.first

    package static func record(_ tableID: UInt32, _ sequence: UInt64) -> [UInt8] {
        RowSequence.key(.streamRecord, tableID, sequence)
    }

    /// The sequence in a record's key.
    package static func sequence(inKey key: [UInt8]) throws(CorruptRecord) -> UInt64 {
        try RowSequence.number(inKey: key)
    }

    package static func encode(nextSequence: UInt64) -> [UInt8] {
        RowSequence.encode(next: nextSequence)
    }

    package static func decodeNextSequence(_ bytes: [UInt8]) throws(CorruptRecord) -> UInt64 {
        try RowSequence.decodeNext(bytes)
    }
}
