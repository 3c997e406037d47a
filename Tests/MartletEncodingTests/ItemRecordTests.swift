@testable import MartletEncoding
import MartletModel
import MartletTestBasics
import Testing

private func n(_ text: String) -> AttributeValue { .number(try! DecimalNumber(parsing: text)) }

@Suite struct ItemRecordTests {
    private static let golden: [(String, Item)] = [
        ("empty item", [:]), ("text", ["a": .string("b")]), ("text, empty", ["a": .string("")]),
        ("number", ["n": n("-12.5")]), ("binary", ["b": .binary([0, 1, 0xFF])]),
        ("true, false and null", ["t": .bool(true), "f": .bool(false), "z": .null]),
        (
            "sets",
            [
                "ss": .stringSet(SortedSet(distinct: ["b", "a", "\u{E9}"])!),
                "ns": .numberSet(
                    SortedSet(
                        distinct: ["10", "-1", "2.5"].map { try! DecimalNumber(parsing: $0) })!
                ),
                "bs": .binarySet(SortedSet(distinct: [Binary([2]), Binary([1, 1])])!),
            ]
        ),
        ("list", ["l": .list([n("1"), .string("x"), .list([]), .null])]),
        ("map", ["m": .map(["b": n("2"), "a": .map([:]), "c": .list([.bool(true)])])]),
        (
            "names in byte order",
            ["Z": n("1"), "a": n("2"), "\u{E9}": n("3"), "\u{1F600}": n("4"), "\u{FFFD}": n("5")]
        ),
        ("text of 200 bytes", ["long": .string(Text(String(repeating: "x", count: 200)))]),
    ]

    /// Lists of numbers, some of which are packed since version 2.
    private static let lists: [(String, Item)] = {
        let floats = [
            "0.12345678", "-0.0078125", "3.1415927", "-2.7182817", "0", "0.000012345679",
            "16777216", "1.1754944",
        ].map(n)
        let widened = [
            "0.10000000149011612", "-0.20000000298023224", "0.5", "0", "0.012345679104328156",
            "1.100000023841858", "-3", "0.30000001192092896",
        ].map(n)
        let doubles = [
            "0.1", "0.2", "0.30000000000000004", "-0.7071067811865476", "0.5773502691896258",
            "2.718281828459045", "0", "-1.4142135623730951",
        ].map(n)
        let bounds = ["3.4028235e38", "1e-45", "-0.1", "0.2", "1", "-1", "0", "65504"].map(n)
        return [
            ("packed floats", ["v": .list(floats)]),
            ("packed floats, greatest and least", ["v": .list(bounds)]),
            ("packed widened floats", ["v": .list(widened)]),
            ("packed doubles", ["v": .list(doubles)]),
            (
                "packed inside a map and a list",
                [
                    "m": .map(["l": .list([.list(doubles), .list(floats), .string("x")])]),
                    "v": .list(widened),
                ]
            ),
            ("seven numbers", ["v": .list(Array(floats.dropLast()))]),
            ("eight numbers and a text", ["v": .list(floats + [.string("x")])]),
            ("nine small integers", ["v": .list((0..<9).map { n("\($0)") })]),
            (
                "eight numbers, one of 18 digits",
                ["v": .list(floats.dropLast() + [n("0.123456789012345678")])]
            ),
        ]
    }()

    @Test("records are written and read as the format's page says")
    func goldenRecords() throws {
        let expected = try GoldenFile("items-v2.txt").entries
        let golden = Self.golden + Self.lists
        #expect(Set(golden.map(\.0)) == Set(expected.keys))
        for (what, item) in golden {
            let bytes = try #require(expected[what])
            #expect(ItemRecord(item).bytes.hex == bytes.hex, "\(what)")
            #expect(try ItemRecord(verifying: bytes).item == item, "\(what)")
        }
    }

    @Test("records of version 1 are read, and are then what is written of their items today")
    func oldRecords() throws {
        let old = try GoldenFile("items-v1.txt").entries
        let golden = Self.golden + [("list of eight floats", Self.lists[0].1)]
        #expect(Set(golden.map(\.0)) == Set(old.keys))
        for (what, item) in golden {
            let record = try ItemRecord(verifying: #require(old[what]))
            #expect(record.item == item, "\(what)")
            #expect(record == ItemRecord(item), "\(what)")
        }
    }

    @Test("an item comes back as it was written", arguments: [1, 2, 3] as [UInt64])
    func roundTrips(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for step in 0..<500 {
            let item = random.item()
            let record = try ItemRecord(verifying: ItemRecord(item).bytes)
            #expect(record.item == item, "seed \(seed), step \(step)")
            #expect(record.sizeBytes == item.sizeBytes, "seed \(seed), step \(step)")
            #expect(record.attributeCount == item.count, "seed \(seed), step \(step)")
            for entry in item {
                #expect(
                    record.value(named: entry.name) == entry.value, "seed \(seed), step \(step)")
                #expect(record.hasAttribute(named: entry.name))
            }
            for _ in 0..<10 {
                let name = random.text(0...9)
                #expect(record.value(named: name) == item[name], "seed \(seed), step \(step)")
            }
        }
    }

    @Test("a projection is the record of the chosen attributes", arguments: [8, 9] as [UInt64])
    func projections(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for step in 0..<500 {
            let item = random.item()
            var chosen = Item()
            for entry in item where random.chance(1, in: 2) { chosen[entry.name] = entry.value }
            let names = (chosen.map(\.name) + [random.text(0...9), "absent"]).shuffled(
                using: &random)
            let projected = ItemRecord(item).projected { select in
                for name in names where name == "absent" || chosen[name] != nil { select(name) }
                if let name = chosen.first?.name { select(name) }
            }
            #expect(projected == ItemRecord(chosen), "seed \(seed), step \(step)")
        }
        let wide: Item = ["a": .binary([UInt8](repeating: 7, count: 70_000)), "b": .bool(true)]
        #expect(ItemRecord(wide).projected { $0("b") } == ItemRecord(["b": .bool(true)]))
        let all = ItemRecord(wide).projected { select in
            select("b")
            select("a")
        }
        #expect(all == ItemRecord(wide))
    }

    @Test("a record without an attribute is the record of the others", arguments: [10] as [UInt64])
    func removals(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for step in 0..<500 {
            let item = random.item()
            for name in item.map(\.name) + ["absent"] {
                var rest = item
                rest[name] = nil
                #expect(
                    ItemRecord(item).removing(name) == ItemRecord(rest),
                    "seed \(seed), step \(step)")
            }
        }
        let wide: Item = ["a": .binary([UInt8](repeating: 7, count: 70_000)), "b": .bool(true)]
        #expect(ItemRecord(wide).removing("a") == ItemRecord(["b": .bool(true)]))
    }

    @Test("a record past 64 KB has wide offsets, and an equal item always has equal bytes")
    func wideRecords() throws {
        for length in [65_500, 65_512, 65_513, 65_514, 65_515, 65_516, 65_517, 65_536, 400_000] {
            let item: Item = [
                "a": .string(Text(String(repeating: "x", count: length))), "b": .bool(true),
            ]
            let record = ItemRecord(item)
            #expect(try ItemRecord(verifying: record.bytes).item == item)
            #expect(record.value(named: "b") == .bool(true))
            // The widest narrow record is 65,535 bytes long.
            let narrowLength = record.bytes.count - (record.bytes[1] == 1 ? 4 : 0)
            #expect((record.bytes[1] == 1) == (narrowLength > 65_535), "\(length)")
        }
    }

    @Test("a number that takes more bytes than DynamoDB counts fits its record")
    func longNumbers() throws {
        let numbers: [AttributeValue] = (0..<2_000).map { _ in n("1E125") }
        let item: Item = ["l": .list(numbers)]
        #expect(item.sizeBytes < 10_000)
        #expect(try ItemRecord(verifying: ItemRecord(item).bytes).item == item)
    }

    @Test("every flipped bit and every cut is noticed")
    func damage() throws {
        var random = SeededRandom(seed: 4)
        let bytes = ItemRecord(random.item(5...8)).bytes
        for place in bytes.indices {
            for bit in 0..<8 {
                var damaged = bytes
                damaged[place] ^= 1 << bit
                #expect(throws: CorruptRecord.self) { try ItemRecord(verifying: damaged) }
            }
        }
        for length in 0..<bytes.count {
            #expect(throws: CorruptRecord.self) {
                try ItemRecord(verifying: Array(bytes[..<length]))
            }
        }
    }

    /// The record with a checksum that is right for its bytes, whatever they are.
    private func sealed(_ body: [UInt8]) -> [UInt8] {
        var bytes = body
        bytes.appendLittleEndian(body.withUnsafeBytes(crc32c))
        return bytes
    }

    @Test(
        "a forged record with a right checksum is read inside its bounds",
        arguments: [5, 6, 7] as [UInt64])
    func forgeries(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<4_000 {
            var body = Array(ItemRecord(random.item(0...4, depth: 2)).bytes.dropLast(4))
            switch random.number(0...2) {
            case 0:
                for _ in 0...random.number(0...6) {
                    body[random.number(0...(body.count - 1))] = UInt8(random.number(0...255))
                }
            case 1: body = (0..<random.number(0...80)).map { _ in UInt8(random.number(0...255)) }
            default: body = Array(body.dropLast(random.number(0...(body.count - 1))))
            }
            if body.count > 1, random.chance(4, in: 5) {
                body[0] = random.chance(3, in: 4) ? ItemRecord.version : ItemRecord.oldestVersion
                body[1] &= 1
            }
            guard let record = try? ItemRecord(verifying: sealed(body)) else { continue }
            // What comes out is of no importance; that it comes out, and is usable, is.
            let item = record.item
            for entry in item {
                _ = record.value(named: entry.name)
                _ = entry.value.sizeBytes
                _ = entry.value.hashValue
                _ = record.vector(named: entry.name, dimensions: 8)
            }
            _ = ItemRecord(item)
            _ = record.projected { select in for entry in item { select(entry.name) } }.item
        }
    }

    @Test("a forged number is a number, and forged depth ends")
    func forgedValues() throws {
        func record(_ value: [UInt8]) throws -> ItemRecord {
            var body: [UInt8] = [ItemRecord.version, 0, 0, 0, 0, 0, 1, 0, 0, 0, 12, 0, 1, 0x61]
            body += value
            return try ItemRecord(verifying: sealed(body))
        }
        for text in ["abc", "", "1.", "--1", "01", String(repeating: "9", count: 60)] {
            let value = try record([4, UInt8(text.utf8.count)] + Array(text.utf8)).value(named: "a")
            #expect(value == .number(.zero), "\(text)")
        }
        // A hundred thousand lists of one list each must not take the stack along.
        let deep = try record(
            [UInt8](repeating: 0, count: 0) + (0..<200_000).map { $0 % 2 == 0 ? 9 : 1 })
        let value = try #require(deep.value(named: "a"))
        #expect(value.nestingDepth <= 2 * Limits.nestingLevels)
    }
}

@Suite struct ChecksumTests {
    @Test("CRC-32C has the published values")
    func publishedValues() {
        // RFC 3720, appendix B.4, and the check value of the polynomial's catalogue entry.
        func crc(_ bytes: [UInt8]) -> UInt32 { bytes.withUnsafeBytes(crc32c) }
        #expect(crc(Array("123456789".utf8)) == 0xE306_9283)
        #expect(crc([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(crc([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
        #expect(crc(Array(0..<32)) == 0x46DD_794E)
        #expect(crc(Array((0..<32).reversed())) == 0x113F_DB5C)
        #expect(crc([]) == 0)
    }

    @Test("the processor's instruction and the table agree at every length and alignment")
    func agreesWithTable() {
        var random = SeededRandom(seed: 1)
        let bytes = (0..<300).map { _ in UInt8(random.number(0...255)) }
        bytes.withUnsafeBytes { bytes in
            for start in 0..<9 {
                for end in start...290 {
                    let part = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
                    #expect(crc32c(part) == portableCRC32C(part), "\(start)..<\(end)")
                }
            }
        }
    }
}
