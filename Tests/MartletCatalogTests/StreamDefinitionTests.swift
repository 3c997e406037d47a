import MartletCatalog
import MartletEncoding
import MartletModel
import MartletTestBasics
import Testing

@Suite struct StreamDefinitionTests {
    private static func stream(_ random: inout SeededRandom) -> StreamDefinition {
        func time(_ random: inout SeededRandom) -> Timestamp {
            Timestamp(secondsSince1970: Double.random(in: 0...4e9, using: &random))
        }
        let isOn = random.chance(1, in: 2)
        var stream = StreamDefinition(
            table: "Tab", label: "2026-11-20T10:01:39.632", tableID: UInt32(random.below(1 << 32)),
            tableUUID: "u", viewType: random.pick([.keysOnly, .newImage, .oldImage]),
            key: KeySchema(
                hash: [KeyAttribute(name: "pk", type: .binary)],
                range: random.chance(1, in: 2) ? [KeyAttribute(name: "é", type: .number)] : []),
            created: time(&random), disabled: isOn ? nil : time(&random),
            horizon: UInt64(random.below(1 << 62)))
        for number in 0..<UInt64(random.below(5)) {
            if stream.shards.last?.isOpen == true {
                stream.closeShard(last: number * 10, now: time(&random))
            }
            stream.openShard(first: number * 10 + 1, now: time(&random))
        }
        return stream
    }

    @Test("a stream's record says all of it", arguments: 0..<50 as Range<UInt64>)
    func records(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let stream = Self.stream(&random)
        let stored = try ItemRecord(verifying: stream.record.bytes)
        #expect(try StreamDefinition(record: stored) == stream, "\(random)")
    }

    @Test("a record that misses a member, has another or one of another type is refused")
    func refusals() throws {
        var random = SeededRandom(seed: 3)
        var stream = Self.stream(&random)
        stream.shards = [.init(first: 3, created: stream.created)]
        let item = stream.storedItem
        for entry in item.entries where entry.name != "disabled" {
            var broken = item
            broken[entry.name] = nil
            #expect(throws: CorruptRecord.self, "\(entry.name)") {
                try StreamDefinition(record: ItemRecord(broken))
            }
            broken[entry.name] = .bool(true)
            #expect(throws: CorruptRecord.self, "\(entry.name)") {
                try StreamDefinition(record: ItemRecord(broken))
            }
        }
        for (name, value) in [
            ("more", .bool(true)), ("format", .number(DecimalNumber(2))),
            ("horizon", .number(DecimalNumber(-1))),
            ("shards", .list([.map(["first": .number(DecimalNumber(1))])])),
            ("view", .string("ALL")), ("table", .string("a")),
        ] as [(Text, AttributeValue)] {
            var broken = item
            broken[name] = value
            #expect(throws: CorruptRecord.self, "\(name)") {
                try StreamDefinition(record: ItemRecord(broken))
            }
        }
    }

    @Test("keys say table, label and sequence, and order as they do")
    func keys() throws {
        let names: [(TableName, String)] = [
            ("a.b", "2026-01-01T00:00:00.000"), ("a.b", "2026-01-01T00:00:00.001"),
            ("a.b.c", "2025-01-01T00:00:00.000"), ("a0b", "2025-01-01T00:00:00.000"),
        ]
        let keys = names.map { StreamKey.stream($0.1, of: $0.0) }
        for (key, name) in zip(keys, names) {
            let parts = try #require(StreamKey.parts(of: key))
            #expect(parts.table == name.0 && parts.label == name.1)
        }
        for (left, right) in zip(keys, keys.dropFirst()) {
            #expect(left.lexicographicallyPrecedes(right))
        }
        #expect(
            keys.map { $0.starts(with: StreamKey.streams(of: "a.b")) } == [
                true, true, false, false,
            ])
        #expect(StreamKey.parts(of: [0x08, 65, 66, 67]) == nil)
        #expect(StreamKey.parts(of: [0x08, 65, 66, 67, 0]) == nil)

        let bytes: [UInt8] = [0x09, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 3, 4]
        #expect(StreamKey.record(0x102, 0x304) == bytes)
        #expect(try StreamKey.sequence(inKey: bytes) == 0x304)
        #expect(throws: CorruptRecord.self) { try StreamKey.sequence(inKey: bytes + [0]) }
        #expect(StreamKey.nextSequence == [0x09])
        #expect(StreamKey.encode(nextSequence: 0x304) == [4, 3, 0, 0, 0, 0, 0, 0])
        #expect(try StreamKey.decodeNextSequence([4, 3, 0, 0, 0, 0, 0, 0]) == 0x304)
        #expect(throws: CorruptRecord.self) { try StreamKey.decodeNextSequence([1]) }
    }
}
