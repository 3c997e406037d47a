// Ordered row keys: read as any types, and made of any values.
//
//   * What a key is read as has that key and no other.
//   * A value is read as itself, and nothing is left over; keys order as their values do.
//
// Input: how many attributes and of which types, then either a key or the values of two.

internal import MartletEncoding
internal import MartletModel

extension Fuzzer {
    static let rowKeys = Fuzzer(
        "row-keys", words: ["\u{0}", "\u{0}\u{0}", "0", "-1.5", "1e-130", "99"],
        seeds: { repository in
            let keys = repository.golden("keys-v1.txt")
            return keys.flatMap { key in (0..<3).map { [$0] + key } }
                + keys.map { [64 | 0b1001] + $0.dropFirst(OrderedKey.prefixBytes) }
                + [[128, 2, 0x31, 0x30, 1, 0x39], [129, 2, 0x61, 0, 1, 0x61], [130, 1, 0, 0]]
        },
        check: { bytes throws(Finding) in
            var input = InputReader(bytes)
            let shape = input.byte()
            if shape < 128 {
                try checkReading(input.remainder(), types: shape)
            } else {
                try checkOrder(&input, type: shape % 3)
            }
        })

    private static func read(_ type: UInt8, _ reader: inout KeyReader) -> AttributeValue? {
        switch type {
        case 0: reader.text()
        case 1: reader.number()
        default: reader.binary()
        }
    }

    /// Two bits a type, and one for a second attribute.
    private static func checkReading(_ key: [UInt8], types: UInt8) throws(Finding) {
        // As a whole row, which may be shorter than its prefix.
        var row = KeyReader(key)
        _ = read(types & 3, &row)
        var reader = KeyReader(key, from: 0)
        var again: [UInt8] = []
        for type in types & 64 == 0 ? [types & 3] : [types & 3, types >> 2 & 3] {
            guard let value = read(type, &reader) else { return }
            OrderedKey.append(value, to: &again)
        }
        try require(
            reader.isAtEnd ? again == key : key.starts(with: again), "another key of these values")
    }

    private static func checkOrder(_ input: inout InputReader, type: UInt8) throws(Finding) {
        var values: [(value: AttributeValue, key: [UInt8])] = []
        for _ in 0..<2 {
            let text = input.bytes()
            let value: AttributeValue
            switch type {
            case 0: value = .string(Text(String(decoding: text, as: UTF8.self)))
            case 1:
                let numeral = String(decoding: text, as: UTF8.self)
                guard let number = try? DecimalNumber(parsing: numeral) else { return }
                value = .number(number)
            default: value = .binary(text)
            }
            var key: [UInt8] = []
            OrderedKey.append(value, to: &key)
            var reader = KeyReader(key, from: 0)
            try require(read(type, &reader) == value, "another value of its key")
            try require(reader.isAtEnd, "a value's key goes on behind it")
            values.append((value, key))
        }
        let (left, right) = (values[0], values[1])
        let precedes =
            switch (left.value, right.value) {
            case (.string(let left), .string(let right)): left < right
            case (.number(let left), .number(let right)): left < right
            case (.binary(let left), .binary(let right)): left.lexicographicallyPrecedes(right)
            default: false
            }
        try require(left.key.lexicographicallyPrecedes(right.key) == precedes, "order of keys")
    }
}
