// Rows that are numbered as they come, under the table or index that they belong to, and the number
// that the next one gets:
//
//   key                                     value
//   space (1)                               next number (8, little-endian)
//   space (1) · id (4) · number (8), b.-e.  the row
//
// Numbers rise for ever: the next one is written in the batch of whatever took those below it.

package enum RowSequence {
    /// No row has the number 0.
    package static let first: UInt64 = 1
    private static let keyBytes = 13

    package static func nextKey(_ space: KeySpace) -> [UInt8] { [space.rawValue] }

    package static func key(_ space: KeySpace, _ id: UInt32, _ number: UInt64) -> [UInt8] {
        var key = OrderedKey.tablePrefix(space, id)
        key.appendBigEndian(number)
        return key
    }

    package static func number(inKey key: [UInt8]) throws(CorruptRecord) -> UInt64 {
        guard key.count == keyBytes else { throw CorruptRecord("key of a numbered row") }
        return key[5...].reduce(0) { $0 << 8 | UInt64($1) }
    }

    package static func encode(next: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendLittleEndian(next)
        return bytes
    }

    package static func decodeNext(_ bytes: [UInt8]) throws(CorruptRecord) -> UInt64 {
        guard bytes.count == 8 else { throw CorruptRecord("next sequence") }
        return bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
