// The history of a table: for each change of an item what was there before, in the order of the
// changes. Taking lines back from the last one on gives the items of any earlier moment.
//
//   key    0x0B · table id (4) · moment (8) · ordinal (4), all big-endian
//   value  offset  bytes  field
//          0       1      format version, 1
//          1       1      0: there was no item, 1: there was one
//          2       4      n, little-endian
//          6       n      the item's row key after its space and id
//          6 + n   …      the item's record, if there was one
//          end - 4 4      CRC-32C of all bytes before it, little-endian
//
// A moment is that of a write, in microseconds since 1970: all changes of a request have the same.
// It follows the clock, except that it never goes back. Ordinals tell the changes of one moment
// apart and rise, so lines are in the order of their changes.
// Spec: docs/format/keys.md. Bytes: Tests/MartletEngineTests/Backup/HistoryLineTests.swift.

internal import MartletCatalog
internal import MartletEncoding
internal import MartletKeyValue

struct HistoryLine: Equatable {
    private static let version: UInt8 = 1
    private static let headerBytes = 6
    private static let checksumBytes = 4
    private static let keyBytes = 17

    /// The item's row key after its space and id.
    let itemKey: ArraySlice<UInt8>
    /// The item's record; nil when there was none.
    let record: ItemRecord?

    static func key(_ tableID: UInt32, _ point: HistoryPoint) -> [UInt8] {
        var key = OrderedKey.tablePrefix(.history, tableID)
        key.appendBigEndian(point.moment)
        key.appendBigEndian(point.ordinal)
        return key
    }

    static func moment(inKey key: [UInt8]) throws(CorruptRecord) -> UInt64 {
        guard key.count == keyBytes else { throw CorruptRecord("history key") }
        return key[5..<13].reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The value of a line about the item under `rowKey`.
    static func value(_ rowKey: [UInt8], old record: ItemRecord?) -> [UInt8] {
        let key = rowKey[5...]
        var bytes: [UInt8] = []
        bytes.reserveCapacity(
            headerBytes + key.count + (record?.bytes.count ?? 0) + checksumBytes)
        bytes.append(version)
        bytes.append(record == nil ? 0 : 1)
        bytes.appendLittleEndian(UInt32(key.count))
        bytes.append(contentsOf: key)
        if let record { bytes.append(contentsOf: record.bytes) }
        let checksum = bytes.withUnsafeBytes { crc32c($0) }
        bytes.appendLittleEndian(checksum)
        return bytes
    }

    init(stored bytes: [UInt8]) throws(CorruptRecord) {
        guard bytes.count >= Self.headerBytes + Self.checksumBytes else {
            throw CorruptRecord("history length")
        }
        let end = bytes.count - Self.checksumBytes
        guard Self.number(bytes[end...]) == bytes[..<end].withUnsafeBytes({ crc32c($0) }) else {
            throw CorruptRecord("history checksum")
        }
        guard bytes[0] == Self.version, bytes[1] <= 1 else { throw CorruptRecord("history form") }
        let keyEnd = Self.headerBytes + Int(Self.number(bytes[2..<6]))
        guard keyEnd <= end, bytes[1] == 1 || keyEnd == end else {
            throw CorruptRecord("history key length")
        }
        itemKey = bytes[Self.headerBytes..<keyEnd]
        record = bytes[1] == 1 ? try ItemRecord(verifying: Array(bytes[keyEnd..<end])) : nil
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
}

extension HistoryLine {
    /// The latest moment in the histories of a catalogue's tables: new ones must be later, because
    /// its ordinals are not known.
    static func latestMoment(
        in store: any KeyValueReadable, _ directory: TableDirectory
    ) throws(StorageError) -> UInt64 {
        var latest: UInt64 = 0
        for copy in directory.copies.values { latest = max(latest, copy.until?.moment ?? 0) }
        for table in directory.tables.values where table.keepsHistory {
            let cursor = try store.cursor(
                over: .prefix(OrderedKey.tablePrefix(.history, table.id)), .reverse)
            guard let (key, _) = try cursor.next() else { continue }
            do throws(CorruptRecord) {
                latest = max(latest, try moment(inKey: key))
            } catch {
                throw StorageError(error, in: "history")
            }
        }
        return latest
    }
}
