import MartletEncoding
import MartletModel
import MartletTestBasics
import Testing

@Suite struct StreamRecordTests {
    private static let key = ItemRecord(["pk": .string("a")])
    private static let old = ItemRecord(["pk": .string("a"), "v": .bool(false)])
    private static let new = ItemRecord(["pk": .string("a"), "v": .bool(true)])

    private static let records: [(String, StreamRecord)] = [
        (
            "insert, keys only",
            StreamRecord(event: .insert, millisecondsSince1970: 0, keys: key)
        ),
        (
            "modify, both images",
            StreamRecord(
                event: .modify, millisecondsSince1970: 1_795_168_899_632, oldImage: old,
                newImage: new)
        ),
        (
            "modify, old image",
            StreamRecord(event: .modify, millisecondsSince1970: 1, oldImage: old)
        ),
        ("remove, keys only", StreamRecord(event: .remove, millisecondsSince1970: 2, keys: key)),
        (
            "removed by time to live, old image",
            StreamRecord(
                event: .remove, isExpiry: true, millisecondsSince1970: .max, oldImage: old)
        ),
    ]

    @Test("records have the bytes that the format says, and are read back from them")
    func golden() throws {
        let file = try GoldenFile("stream-records-v1.txt")
        #expect(file.entries.keys.sorted() == Self.records.map(\.0).sorted())
        for (name, record) in Self.records {
            let bytes = try #require(file.entries[name])
            #expect(record.bytes.hex == bytes.hex, "\(name)")
            #expect(try StreamRecord(stored: bytes) == record, "\(name)")
        }
    }

    @Test("a record with any bit flipped, cut short or drawn out is refused, never trapped on")
    func damage() throws {
        for (name, record) in Self.records {
            let bytes = record.bytes
            for position in bytes.indices {
                for bit in 0..<8 {
                    var damaged = bytes
                    damaged[position] ^= 1 << bit
                    #expect(throws: CorruptRecord.self, "\(name), byte \(position)") {
                        try StreamRecord(stored: damaged)
                    }
                }
                #expect(throws: CorruptRecord.self) {
                    try StreamRecord(stored: Array(bytes[..<position]))
                }
            }
            #expect(throws: CorruptRecord.self) { try StreamRecord(stored: bytes + [0]) }
        }
    }

    @Test("with a right checksum, too, what no writer writes is refused")
    func forged() {
        let forgeries: [[UInt8]] = [
            // No part; an unknown event, flag, version; a part that is longer than the record.
            [1, 0] + Array(repeating: 0, count: 8),
            [1, 3] + Array(repeating: 0, count: 8),
            [1, 0x40] + Array(repeating: 0, count: 8),
            [2, 8] + Array(repeating: 0, count: 8),
            [1, 8] + Array(repeating: 0, count: 8) + [255, 255, 255, 255],
            [1, 8] + Array(repeating: 0, count: 8) + [255, 0],
        ]
        for forgery in forgeries {
            var bytes = forgery
            bytes.appendLittleEndian(forgery.withUnsafeBytes(crc32c))
            #expect(throws: CorruptRecord.self) { try StreamRecord(stored: bytes) }
        }
    }
}
