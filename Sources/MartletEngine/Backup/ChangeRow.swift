// What an incremental export knows of an item that changed between its two moments: when it changed
// last, and what it was at the first. What it was at the second is an item row under the same id.
//
//   key    0x0F · id of the export's rows (4, big-endian) · the item's row key after space and id
//   value  offset  bytes  field
//          0       1      format version, 1
//          1       1      0: there was no item, 1: there was one
//          2       8      moment of the last change, microseconds since 1970, little-endian
//          10      …      the item's record, if there was one
//          end - 4 4      CRC-32C of all bytes before it, little-endian
//
// Spec: docs/format/backups.md. Bytes: Tests/MartletEngineTests/Backup/ChangeRowTests.swift.

internal import MartletEncoding

struct ChangeRow: Equatable {
    private static let version: UInt8 = 1
    private static let headerBytes = 10
    private static let checksumBytes = 4

    let moment: UInt64
    /// nil when there was no item.
    let old: ItemRecord?

    init(moment: UInt64, old: ItemRecord?) {
        self.moment = moment
        self.old = old
    }

    var stored: [UInt8] {
        var bytes: [UInt8] = [Self.version, old == nil ? 0 : 1]
        bytes.reserveCapacity(Self.headerBytes + (old?.bytes.count ?? 0) + Self.checksumBytes)
        bytes.appendLittleEndian(moment)
        if let old { bytes.append(contentsOf: old.bytes) }
        let checksum = bytes.withUnsafeBytes { crc32c($0) }
        bytes.appendLittleEndian(checksum)
        return bytes
    }

    init(stored bytes: [UInt8]) throws(CorruptRecord) {
        guard bytes.count >= Self.headerBytes + Self.checksumBytes else {
            throw CorruptRecord("change length")
        }
        let end = bytes.count - Self.checksumBytes
        let checksum = UInt32(truncatingIfNeeded: Self.number(bytes[end...]))
        guard checksum == bytes[..<end].withUnsafeBytes({ crc32c($0) }) else {
            throw CorruptRecord("change checksum")
        }
        guard bytes[0] == Self.version, bytes[1] <= 1,
            bytes[1] == 1 || end == Self.headerBytes
        else { throw CorruptRecord("change form") }
        moment = Self.number(bytes[2..<Self.headerBytes])
        old =
            bytes[1] == 1
            ? try ItemRecord(verifying: Array(bytes[Self.headerBytes..<end])) : nil
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
