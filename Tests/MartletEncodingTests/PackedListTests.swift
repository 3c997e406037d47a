@testable import MartletEncoding
import MartletModel
import MartletTestBasics
import Testing

@Suite struct PackedListTests {
    private typealias Kind = SeededRandom.NumberKind

    private func tag(of list: [AttributeValue]) -> ItemRecord.ValueTag? {
        ItemRecord(["v": .list(list)]).withAttributes { cursor in
            _ = cursor.bytes()
            return cursor.tag()
        }
    }

    private func numbers(_ texts: [String]) -> [AttributeValue] {
        texts.map { .number(try! DecimalNumber(parsing: $0)) }
    }

    @Test("vectors are packed in the smallest form that gives back every digit")
    func forms() throws {
        var random = SeededRandom(seed: 11)
        let forms: [(Kind, ItemRecord.ValueTag, bytes: Int)] = [
            (.floats, .floats, 4), (.widenedFloats, .widenedFloats, 4), (.doubles, .doubles, 8),
        ]
        for (kind, form, bytes) in forms {
            for count in [8, 9, 127, 128, 384, 1_536, 16_384] {
                // One number that has many digits, so that no smaller form may do by chance.
                let last = kind == .doubles ? "0.7071067811865476" : "0.5"
                let list =
                    (1..<count).map { _ in AttributeValue.number(random.number(kind)) }
                    + numbers([last])
                let item: Item = ["v": .list(list)]
                let record = ItemRecord(item)
                #expect(tag(of: list) == form, "\(count) \(kind)")
                #expect(record.item == item, "\(count) \(kind)")
                #expect(record.bytes.count < 40 + count * bytes, "\(count) \(kind)")
            }
        }
    }

    @Test("other lists are stored as they are written")
    func unpackedLists() {
        let float = "0.12345678"
        let eight = numbers([String](repeating: float, count: 8))
        #expect(tag(of: eight) == .floats)
        #expect(tag(of: []) == .list)
        #expect(tag(of: Array(eight.dropLast())) == .list)
        for other: AttributeValue in [.null, .string("1"), .bool(true), .list([]), .list(eight)] {
            for place in 0...8 {
                var mixed = eight
                mixed.insert(other, at: place)
                #expect(tag(of: mixed) == .list)
                #expect(ItemRecord(["v": .list(mixed)]).item == ["v": .list(mixed)])
            }
        }
        // Digits that no binary value prints: too many, not the nearest, not the shortest.
        for text in [
            "0.123456789012345678", "0.10000000000000001", "0.30000000000000003", "1e39", "1e-46",
            "9007199254740993", "0.1234567890123456",
        ] {
            for place in 0...8 {
                var list = eight
                list.insert(numbers([text])[0], at: place)
                #expect(ItemRecord(["v": .list(list)]).item == ["v": .list(list)], "\(text)")
                #expect(tag(of: list) != .floats && tag(of: list) != .widenedFloats, "\(text)")
            }
        }
        // Three bytes each as they are; four bytes packed.
        #expect(tag(of: numbers((0..<9).map { "\($0)" })) == .list)
        #expect(tag(of: numbers((0..<9).map { "\($0)00" })) == .floats)
    }

    @Test(
        "lists of numbers come back digit for digit, wherever they are", arguments: [1, 2, 3])
    func roundTrips(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for step in 0..<800 {
            let list = random.numbers(0...40)
            let item: Item = [
                "a": .list([.list(list), .map(["x": .list(random.numbers(0...12)), "y": .null])]),
                "v": .list(list), "z": random.value(),
            ]
            let record = try ItemRecord(verifying: ItemRecord(item).bytes)
            #expect(record.item == item, "seed \(seed), step \(step)")
            for entry in item {
                #expect(
                    record.value(named: entry.name) == entry.value, "seed \(seed), step \(step)")
            }
            let part: Item = ["v": .list(list)]
            let projected = record.projected { $0("v") }
            #expect(projected == ItemRecord(part), "seed \(seed), step \(step)")
            #expect(projected.sizeBytes == part.sizeBytes, "seed \(seed), step \(step)")
        }
    }

    @Test("a vector's floats are the nearest ones, however it is stored", arguments: [4, 5])
    func vectors(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for step in 0..<400 {
            let list = random.numbers(0...40)
            let record = ItemRecord(["id": .string("a"), "v": .list(list)])
            let floats: [Float]? = list.reduce(into: []) { floats, value in
                guard case .number(let number) = value, let float = Float(number.description),
                    float.isFinite
                else {
                    floats = nil
                    return
                }
                floats?.append(float)
            }
            let vector = record.vector(named: "v", dimensions: list.count)
            #expect(vector?.elements == floats, "seed \(seed), step \(step)")
            if let vector {
                #expect(
                    vector.sizeBytes == AttributeValue.list(list).sizeBytes,
                    "seed \(seed), step \(step)")
            }
            #expect(record.floats(named: "v", count: list.count) == floats)
            #expect(record.floats(named: "v", count: list.count + 1) == nil)
            if !list.isEmpty { #expect(record.floats(named: "v", count: list.count - 1) == nil) }
        }
    }

    @Test("what is no vector of the asked length has no floats")
    func notVectors() {
        let eight = numbers([String](repeating: "0.12345678", count: 8))
        let item: Item = [
            "big": .list(eight + numbers(["1e39"])), "list": .list(numbers(["1", "2.5"])),
            "mixed": .list(numbers(["1"]) + [.string("2")]), "n": numbers(["1"])[0],
            "packed": .list(eight),
            "set": .numberSet(SortedSet(distinct: [DecimalNumber(1), DecimalNumber(2)])!),
        ]
        let record = ItemRecord(item)
        for (name, count) in [("big", 9), ("mixed", 2), ("n", 1), ("set", 2), ("absent", 0)] {
            #expect(record.floats(named: Text(name), count: count) == nil, "\(name)")
        }
        for count in [-1, 0, 1, 7, 9, 1 << 40, Int.max] {
            #expect(record.floats(named: "packed", count: count) == nil, "\(count)")
            #expect(record.floats(named: "list", count: count) == nil, "\(count)")
        }
        #expect(
            record.floats(named: "packed", count: 8) == [Float](repeating: 0.12345678, count: 8))
        #expect(record.floats(named: "list", count: 2) == [1, 2.5])
    }

    @Test("a double in the middle of two floats gives the float that its decimal is nearest to")
    func middles() {
        var random = SeededRandom(seed: 6)
        var list: [AttributeValue] = []
        for _ in 0..<2_000 {
            let float = Float.random(in: 0.1...1, using: &random)
            let middle = (Double(float) + Double(float.nextUp)) / 2
            list += numbers([middle.description])
        }
        list += numbers(["1.1754942e-38", "1.0000000000000001e-45", "1e-50"])
        #expect(tag(of: list) == .doubles)
        let floats = list.map { value in
            guard case .number(let number) = value else { return Float.nan }
            return Float(number.description)!
        }
        #expect(ItemRecord(["v": .list(list)]).floats(named: "v", count: list.count) == floats)
    }

    @Test("a forged packed list is read inside its bounds, and what is no number in it is zero")
    func forgeries() throws {
        func record(_ value: [UInt8]) throws -> ItemRecord {
            var body: [UInt8] = [ItemRecord.version, 0, 0, 0, 0, 0, 1, 0, 0, 0, 12, 0, 1, 0x61]
            body += value
            body.appendLittleEndian(body.withUnsafeBytes(crc32c))
            return try ItemRecord(verifying: body)
        }
        func list(_ record: ItemRecord) -> [AttributeValue]? {
            guard case .list(let elements) = record.value(named: "a") else { return nil }
            return elements
        }
        let one = Float(1).bitPattern
        for (tag, width) in [(11, 4), (12, 4), (13, 8)] as [(UInt8, Int)] {
            for room in 0...(2 * width) {
                // Counts beyond the record, and a size that no list of so many numbers has.
                for count in [[2], [0xFF, 0x7F], [0xFF, 0xFF, 0xFF, 0xFF, 0x7F]] as [[UInt8]] {
                    let size: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 0x7F]
                    let forged = try record(
                        [tag] + count + size + [UInt8](repeating: 0, count: room))
                    #expect(
                        list(forged)
                            == [AttributeValue](
                                repeating: .number(.zero), count: room / width))
                    let sizeBytes = forged.projected { $0("a") }.sizeBytes
                    #expect(sizeBytes <= 1 + 3 + 16 * (room / width))
                    #expect((forged.floats(named: "a", count: 2) == nil) == (room < 2 * width))
                    #expect(forged.floats(named: "a", count: Int(Int32.max)) == nil)
                }
            }
            for cut in [[tag], [tag, 8], [tag, 0x80], [tag, 8, 0x80]] {
                #expect(try list(record(cut)) == [])
                #expect(try record(cut).floats(named: "a", count: 8) == nil)
            }
        }
        // Infinities, and what is too large or too small to be a number of DynamoDB's.
        var bytes: [UInt8] = [11, 4, 11]
        for bits in [
            Float.infinity.bitPattern, Float.nan.bitPattern, (-0.0 as Float).bitPattern, one,
        ] {
            bytes.appendLittleEndian(bits)
        }
        #expect(try list(record(bytes)) == numbers(["0", "0", "0", "1"]))
        #expect(try record(bytes).floats(named: "a", count: 4) == [0, 0, 0, 1])
        bytes = [13, 4, 11]
        for value in [Double.infinity, 1e126, -1e-131, 1] {
            bytes.appendLittleEndian(value.bitPattern)
        }
        #expect(try list(record(bytes)) == numbers(["0", "0", "0", "1"]))
        #expect(try record(bytes).floats(named: "a", count: 4) == [0, 0, 0, 1])
    }
}
