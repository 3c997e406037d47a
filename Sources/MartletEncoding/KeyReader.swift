// Reads back what `OrderedKey` appended. A key does not say of which types its attributes are; the
// reader is told, one attribute after the other.

package import MartletModel

package struct KeyReader {
    private let bytes: [UInt8]
    private var position: Int

    /// - Parameter position: where the first attribute begins: after space, id and hash. In a key
    ///   that ends before, there is none.
    package init(_ bytes: [UInt8], from position: Int = OrderedKey.prefixBytes) {
        self.bytes = bytes
        self.position = min(position, bytes.count)
    }

    package var isAtEnd: Bool { position == bytes.count }

    /// The next attribute as text; nil when it is none.
    package mutating func text() -> AttributeValue? {
        unescaped().flatMap { String(validating: $0, as: UTF8.self) }.map { .string(Text($0)) }
    }

    /// The next attribute as binary; nil when its end is missing.
    package mutating func binary() -> AttributeValue? { unescaped().map { .binary($0) } }

    /// The next attribute as a number; nil when it is none.
    package mutating func number() -> AttributeValue? {
        guard position < bytes.count else { return nil }
        let kind = bytes[position]
        position += 1
        if kind == 0x80 { return .number(DecimalNumber(0)) }
        guard kind == 0x81 || kind == 0x7F, position < bytes.count else { return nil }
        let flip: UInt8 = kind == 0x7F ? 0xFF : 0
        let leading = Int(bytes[position] ^ flip) + DecimalNumber.exponentRange.lowerBound
        position += 1
        var digits: [UInt8] = []
        while true {
            guard position < bytes.count else { return nil }
            let pair = bytes[position] ^ flip
            position += 1
            if pair == 0 { break }
            guard pair <= 100 else { return nil }
            digits.append(48 + (pair - 1) / 10)
            digits.append(48 + (pair - 1) % 10)
        }
        // A number has one key: zeros around its digits are of a damaged one.
        guard let first = digits.first, first != 48, !digits.suffix(2).elementsEqual([48, 48])
        else { return nil }
        let sign = flip == 0 ? "" : "-"
        let mantissa = String(decoding: digits, as: UTF8.self)
        let exponent = leading + 1 - digits.count
        return (try? DecimalNumber(parsing: "\(sign)\(mantissa)E\(exponent)")).map { .number($0) }
    }

    private mutating func unescaped() -> [UInt8]? {
        var plain: [UInt8] = []
        var start = position
        while let zero = bytes[start...].firstIndex(of: 0), zero + 1 < bytes.count {
            plain.append(contentsOf: bytes[start..<zero])
            start = zero + 2
            switch bytes[zero + 1] {
            case 0:
                position = start
                return plain
            case 0xFF: plain.append(0)
            default: return nil
            }
        }
        return nil
    }
}
