// Records as they are stored, with the right checksum on whatever they say: what a checksum keeps
// away in practice is let in here.
//
//   * No record makes its reader read elsewhere, go too deep, or take more memory than it is worth.
//   * What a record is read as is read again when it is written.

internal import MartletEncoding
internal import MartletModel

extension Fuzzer {
    static let itemRecords = Fuzzer(
        "item-records",
        allocation: (64 << 10, 4 << 10),
        seeds: { repository in
            ["items-v2.txt", "items-v1.txt"].flatMap(repository.golden).map { $0.dropLast(4) }
        },
        check: { bytes throws(Finding) in
            guard let record = try? ItemRecord(verifying: checked(Array(bytes))) else { return }
            let item = record.item
            _ = json(of: record)
            // Each of these reads the whole record again.
            for entry in item.prefix(4) {
                _ = record.value(named: entry.name)
                _ = record.hasAttribute(named: entry.name)
                _ = record.removing(entry.name).item
                _ = record.vector(named: entry.name, dimensions: 3)
            }
            let again = ItemRecord(item)
            try require(again.item == item, "another item after being stored")
            try require(
                (try? ItemRecord(verifying: again.bytes)) == again, "it refuses its own record")
        })

    static let streamRecords = Fuzzer(
        "stream-records",
        seeds: { $0.golden("stream-records-v1.txt").map { $0.dropLast(4) } },
        check: { bytes throws(Finding) in
            let stored = checked(withCheckedParts(Array(bytes)))
            guard let record = try? StreamRecord(stored: stored) else { return }
            try require(
                StreamRecord.milliseconds(ofStored: stored) == record.millisecondsSince1970,
                "another time without the rest")
            try require((try? StreamRecord(stored: record.bytes)) == record, "another record")
            for part in [record.keys, record.oldImage, record.newImage] {
                if let part { _ = json(of: part) }
            }
        })

    /// The body of a record with its checksum.
    private static func checked(_ body: [UInt8]) -> [UInt8] {
        var bytes = body
        bytes.appendLittleEndian(body.withUnsafeBytes(crc32c))
        return bytes
    }

    /// Makes the checksums of the item records in a stream record right.
    private static func withCheckedParts(_ body: [UInt8]) -> [UInt8] {
        guard body.count >= 10 else { return body }
        var body = body
        var position = 10
        for flag in [8, 16, 32] as [UInt8] where body[1] & flag != 0 {
            guard body.count - position >= 4 else { break }
            let length = (0..<4).reduce(0) { $0 | Int(body[position + $1]) << (8 * $1) }
            position += 4
            guard length >= 4, length <= body.count - position else { break }
            let part = checked(Array(body[position..<position + length - 4]))
            body.replaceSubrange(position..<position + length, with: part)
            position += length
        }
        return body
    }
}
