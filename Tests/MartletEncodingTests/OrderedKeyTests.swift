import MartletEncoding
import MartletModel
import MartletTestBasics
import Testing

private func n(_ text: String) -> AttributeValue { .number(try! DecimalNumber(parsing: text)) }

@Suite struct OrderedKeyTests {
    private static let values: [(String, AttributeValue)] = [
        ("text, empty", .string("")), ("text, plain", .string("abc")),
        ("text, composed e acute", .string("\u{E9}")),
        ("text, decomposed e acute", .string("e\u{301}")),
        ("text, with a zero byte", .string("a\0b")),
        ("binary, 00 ff 00", .binary([0, 0xFF, 0])),
        ("number, 0", n("0")), ("number, 1", n("1")), ("number, -1", n("-1")),
        ("number, 10", n("10")), ("number, 12.5", n("12.5")), ("number, -12.5", n("-12.5")),
        ("number, 99", n("99")), ("number, 1E-130", n("1E-130")),
        ("number, greatest", n("9.9999999999999999999999999999999999999E125")),
        ("number, least", n("-9.9999999999999999999999999999999999999E125")),
    ]

    private static func rowKey(
        _ space: KeySpace, _ id: UInt32, _ hash: [AttributeValue], _ rest: [AttributeValue] = []
    ) -> [UInt8] {
        var key = OrderedKey.partition(space, id, hash)
        for value in rest { OrderedKey.append(value, to: &key) }
        return key
    }

    private static let rows: [(String, [UInt8])] = [
        ("item of table 1, pk \"a\"", rowKey(.item, 1, [.string("a")])),
        (
            "item of table 0x01020304, pk \"store\", sk 42",
            rowKey(.item, 0x0102_0304, [.string("store")], [n("42")])
        ),
        ("item of table 2, pk 7, sk 00ff", rowKey(.item, 2, [n("7")], [.binary([0, 0xFF])])),
        (
            "row of index 9: US, CA#90210; table key 10",
            rowKey(.indexRow, 9, [.string("US")], [.string("CA#90210"), n("10")])
        ),
        (
            "row of index 10: (a, 1), (b, 2); table key k, -3",
            rowKey(
                .indexRow, 10, [.string("a"), n("1")],
                [.string("b"), n("2"), .string("k"), n("-3")])
        ),
        ("tally of 258", OrderedKey.tablePrefix(.tally, 258)),
    ]

    @Test("keys are written as the format's page says")
    func golden() throws {
        var expected = try GoldenFile("keys-v1.txt").entries
        expected["catalogue row of Music"] = nil  // MartletCatalogTests have it
        var keys = Dictionary(uniqueKeysWithValues: Self.rows)
        for (what, value) in Self.values { keys[what] = encoding(of: value) }
        #expect(Set(keys.keys) == Set(expected.keys))
        for (what, key) in keys { #expect(key.hex == expected[what]?.hex, "\(what)") }
    }

    private func encoding(of value: AttributeValue) -> [UInt8] {
        var key: [UInt8] = []
        OrderedKey.append(value, to: &key)
        return key
    }

    /// Whether one value of a key type precedes another, in DynamoDB's order.
    private func precedes(_ left: AttributeValue, _ right: AttributeValue) -> Bool {
        switch (left, right) {
        case (.string(let a), .string(let b)): a < b
        case (.binary(let a), .binary(let b)): a.lexicographicallyPrecedes(b)
        case (.number(let a), .number(let b)): a < b
        default: preconditionFailure("values of one type")
        }
    }

    @Test("bytes are ordered as the values are", arguments: [1, 2, 3, 4] as [UInt64])
    func order(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<20_000 {
            let pair: (AttributeValue, AttributeValue) =
                switch random.number(0...2) {
                case 0: (.string(random.text(0...6)), .string(random.text(0...6)))
                case 1: (.binary(random.bytes(0...6)), .binary(random.bytes(0...6)))
                default: (.number(random.decimal()), .number(random.decimal()))
                }
            let (left, right) = (encoding(of: pair.0), encoding(of: pair.1))
            #expect(
                left.lexicographicallyPrecedes(right) == precedes(pair.0, pair.1),
                "seed \(seed), \(pair)")
            #expect((left == right) == (pair.0 == pair.1), "seed \(seed), \(pair)")
        }
    }

    @Test("no value's encoding begins another's of its type", arguments: [5, 6] as [UInt64])
    func prefixFree(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<20_000 {
            let kind = random.number(0...2)
            func next() -> AttributeValue {
                switch kind {
                case 0: .string(random.text(0...4))
                case 1: .binary(random.bytes(0...4))
                default: .number(random.decimal())
                }
            }
            let (one, other) = (next(), next())
            guard one != other else { continue }
            #expect(
                !encoding(of: other).starts(with: encoding(of: one)),
                "seed \(seed), \(one) \(other)")
        }
    }

    @Test("a key's values are read back from it", arguments: [9, 10] as [UInt64])
    func readBack(seed: UInt64) {
        for (what, value) in Self.values {
            #expect(read([value], from: Self.rowKey(.item, 1, [value])) == [value], "\(what)")
        }
        var random = SeededRandom(seed: seed)
        for _ in 0..<10_000 {
            let values: [AttributeValue] = [
                .string(random.text(0...6)), .number(random.decimal()),
                .binary(random.bytes(0...6)),
            ].shuffled(using: &random)
            let key = Self.rowKey(.item, 1, [values[0]], Array(values[1...]))
            #expect(read(values, from: key) == values, "seed \(seed), \(values)")
            // Cut anywhere, it is no such key; whatever it is, it is not read past its end.
            let end = random.number(OrderedKey.prefixBytes...key.count - 1)
            #expect(read(values, from: Array(key[..<end])) == nil, "seed \(seed), \(values)")
        }
    }

    /// What `key` has, when these are its attributes' types and nothing follows them.
    private func read(_ types: [AttributeValue], from key: [UInt8]) -> [AttributeValue]? {
        var reader = KeyReader(key)
        var values: [AttributeValue] = []
        for type in types {
            let value: AttributeValue? =
                switch type {
                case .string: reader.text()
                case .number: reader.number()
                default: reader.binary()
                }
            guard let value else { return nil }
            values.append(value)
        }
        return reader.isAtEnd ? values : nil
    }

    @Test(
        "a value's beginning begins exactly the values that begin with it",
        arguments: [7] as [UInt64])
    func beginnings(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<20_000 {
            let (bytes, part) = (random.bytes(0...6), random.bytes(0...3))
            var prefix: [UInt8] = []
            OrderedKey.appendBeginning(.binary(part), to: &prefix)
            // A beginning that ends in a zero byte is followed by 0xFF inside a value.
            #expect(
                encoding(of: .binary(bytes)).starts(with: prefix) == bytes.starts(with: part),
                "seed \(seed), \(bytes) \(part)")
        }
    }

    @Test("composite keys are ordered part by part", arguments: [8] as [UInt64])
    func composites(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<10_000 {
            let left = (random.text(0...3), random.decimal())
            let right = (random.chance(1, in: 2) ? left.0 : random.text(0...3), random.decimal())
            func key(_ parts: (Text, DecimalNumber)) -> [UInt8] {
                Self.rowKey(.item, 1, [.string("p")], [.string(parts.0), .number(parts.1)])
            }
            let isLess = left.0 == right.0 ? left.1 < right.1 : left.0 < right.0
            #expect(key(left).lexicographicallyPrecedes(key(right)) == isLess, "seed \(seed)")
        }
    }

    @Test("the hash is of the partition key alone, and spreads")
    func hashes() {
        let one = Self.rowKey(.item, 1, [.string("a")], [n("1")])
        let other = Self.rowKey(.item, 1, [.string("a")], [n("2")])
        #expect(one[5..<13] == other[5..<13])
        // A thousand partitions in sixteen buckets by the first four bits: none far from 62.
        var buckets = [Int](repeating: 0, count: 16)
        for partition in 0..<1_000 {
            buckets[
                Int(OrderedKey.partition(.item, 1, [.string(Text("user\(partition)"))])[5] >> 4)] +=
                1
        }
        #expect(buckets.allSatisfy { (25...110).contains($0) }, "\(buckets)")
    }
}
