// The sequence of ids, kept so that no id is ever used again:
//
//   key    value
//   0x02   next id (4, little-endian)
//
// No table's key is so short.

package import MartletEncoding

extension CatalogKey {
    package static let nextID = tables

    package static func encode(nextID: UInt32) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendLittleEndian(nextID)
        return bytes
    }

    package static func decodeNextID(_ bytes: [UInt8]) throws(CorruptRecord) -> UInt32 {
        guard bytes.count == 4 else { throw CorruptRecord("next id") }
        return bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
}
