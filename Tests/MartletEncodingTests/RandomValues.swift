import MartletModel
import MartletTestBasics

extension SeededRandom {
    /// Bytes of few kinds, with zeros, 0xFF and common beginnings.
    mutating func bytes(_ lengths: ClosedRange<Int>) -> [UInt8] {
        (0..<number(lengths)).map { _ in
            [0x00, 0x00, 0x01, 0x61, 0x62, 0xFE, 0xFF, 0xFF].randomElement(using: &self)!
        }
    }

    mutating func text(_ lengths: ClosedRange<Int>) -> Text {
        Text(
            (0..<number(lengths)).map { _ in
                ["\0", "\u{1}", "a", "b", "z", "\u{7F}", "\u{E9}", "\u{FFFD}", "\u{1F600}"]
                    .randomElement(using: &self)!
            }.joined())
    }

    /// A number of any magnitude and length; integers and near neighbours are common.
    mutating func decimal() -> DecimalNumber {
        if chance(1, in: 4) { return DecimalNumber(number(-20...20)) }
        while true {
            let digits = (0..<number(1...38)).map { _ in
                String(chance(1, in: 3) ? [0, 9].randomElement(using: &self)! : number(0...9))
            }.joined()
            let sign = chance(1, in: 2) ? "-" : ""
            let exponent = chance(1, in: 2) ? number(-3...3) : number(-160...125)
            if let number = try? DecimalNumber(parsing: "\(sign)\(digits)e\(exponent)") {
                return number
            }
        }
    }

    mutating func keyValue() -> AttributeValue {
        switch number(0...2) {
        case 0: .string(text(0...6))
        case 1: .binary(bytes(0...6))
        default: .number(decimal())
        }
    }

    mutating func value(depth: Int = 4) -> AttributeValue {
        switch number(0...(depth > 0 ? 11 : 8)) {
        case 0: return .null
        case 1: return .bool(chance(1, in: 2))
        case 2: return .string(text(0...200))
        case 3: return .binary(bytes(0...40))
        case 4, 5: return .number(decimal())
        case 6:
            return .stringSet(
                SortedSet(distinct: Array(Set((0...number(0...5)).map { _ in text(0...4) })))!)
        case 7:
            return .numberSet(
                SortedSet(distinct: Array(Set((0...number(0...5)).map { _ in decimal() })))!)
        case 8:
            return .binarySet(
                SortedSet(
                    distinct: Array(Set((0...number(0...5)).map { _ in Binary(bytes(0...4)) })))!)
        case 9: return .list((0..<number(0...6)).map { _ in value(depth: depth - 1) })
        case 10: return .list(numbers(0...24))
        default: return .map(item(0...6, depth: depth - 1))
        }
    }

    /// What a list of numbers may hold.
    enum NumberKind: CaseIterable {
        case floats, widenedFloats, doubles, integers, decimals
    }

    mutating func number(_ kind: NumberKind) -> DecimalNumber {
        let text =
            switch kind {
            case .floats: Float.random(in: -1...1, using: &self).description
            case .widenedFloats: Double(Float.random(in: -1...1, using: &self)).description
            case .doubles: Double.random(in: -1...1, using: &self).description
            case .integers: String(number(-100...100))
            case .decimals: decimal().description
            }
        return try! DecimalNumber(parsing: text)
    }

    /// Numbers of one kind; at times one or two of others among them.
    mutating func numbers(_ counts: ClosedRange<Int>) -> [AttributeValue] {
        let kind = pick(NumberKind.allCases)
        var numbers = (0..<number(counts)).map { _ in AttributeValue.number(number(kind)) }
        while !numbers.isEmpty, chance(1, in: 3) {
            numbers[below(numbers.count)] =
                chance(1, in: 8) ? .null : .number(number(pick(NumberKind.allCases)))
        }
        return numbers
    }

    mutating func item(_ counts: ClosedRange<Int> = 0...30, depth: Int = 4) -> Item {
        var item = Item()
        for _ in 0..<number(counts) { item[text(1...9)] = value(depth: depth) }
        return item
    }
}
