// Numerals against schoolbook decimals: an array of digits and a power of ten. Two numerals, with a
// `;` between them.
//
//   * Both agree on what is a numeral, whether it can be stored, and how it is answered.
//   * What is answered reads as itself.
//   * Order is the order of values, and of ordered keys. A sum that can be stored, less one of its
//     terms, is the other one.

internal import MartletEncoding
internal import MartletModel

extension Fuzzer {
    static let numbers = Fuzzer(
        "numbers",
        words: [
            "0", "00", "9", "99999999999999999999", "-", "+", ".", "e", "E-", "130", "125", ";",
        ],
        seeds: { _ in
            [
                "0;-0", "12.5;-12.50", "1e-130;1E125", "1;0.1", "+.5e+1;5",
                "9.9999999999999999999999999999999999999e125;1",
                "0.00000000000000000000000000000000000001;1e5",
                "1e99999999999999999999;-1e-9999999",
            ].map { Array($0.utf8) }
        },
        check: { bytes throws(Finding) in
            let parts = bytes.split(separator: UInt8(ascii: ";"), maxSplits: 1)
            var numbers: [(number: DecimalNumber, plain: Schoolbook)] = []
            for part in parts {
                if let pair = try read(Array(part)) { numbers.append(pair) }
            }
            guard numbers.count == 2 else { return }
            let (a, x) = numbers[0]
            let (b, y) = numbers[1]
            try require((a < b) == (x < y) && (b < a) == (y < x), "order")
            try require((a == b) == (x == y), "equality")
            try require((a < b) == key(a).lexicographicallyPrecedes(key(b)), "order of keys")
            guard let sum = try? a.adding(b) else { return }
            try require(sum == (try? b.adding(a)), "the sum depends on the order of its terms")
            try require((try? sum.subtracting(b)) == a, "a + b - b is not a")
            try require((try? DecimalNumber(parsing: sum.description)) == sum, "no canonical sum")
        })

    private static func key(_ number: DecimalNumber) -> [UInt8] {
        var key: [UInt8] = []
        OrderedKey.append(.number(number), to: &key)
        return key
    }

    /// The number of a numeral; nil when it is none that can be stored.
    private static func read(
        _ numeral: [UInt8]
    ) throws(Finding) -> (number: DecimalNumber, plain: Schoolbook)? {
        let expected = Schoolbook(numeral)
        guard let number = numeral.withUnsafeBufferPointer({ try? DecimalNumber(parsing: $0) })
        else {
            try require(expected?.stored == nil, "refused a number")
            return nil
        }
        guard let expected, let text = expected.stored else { throw Finding("took no number") }
        try require(number.description == text, "\(number) is not \(text)")
        try require((try? DecimalNumber(parsing: text)) == number, "no canonical text")
        return (number, expected)
    }
}

private struct Schoolbook: Equatable {
    /// Most significant first, without zeros around them; none for zero.
    private var digits: [UInt8]
    /// Power of ten of the first digit.
    private var leading: Int
    private var isNegative: Bool

    /// nil for what is no numeral.
    init?(_ numeral: [UInt8]) {
        var rest = numeral[...]
        func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
        let sign = rest.first
        if sign == 0x2D || sign == 0x2B { rest.removeFirst() }
        let whole = rest.prefix(while: isDigit)
        rest = rest.dropFirst(whole.count)
        var fraction = rest.prefix(0)
        if rest.first == 0x2E {
            rest.removeFirst()
            fraction = rest.prefix(while: isDigit)
            rest = rest.dropFirst(fraction.count)
        }
        guard !whole.isEmpty || !fraction.isEmpty else { return nil }
        var exponent = 0
        if rest.first == 0x65 || rest.first == 0x45 {
            rest.removeFirst()
            let exponentSign = rest.first
            if exponentSign == 0x2D || exponentSign == 0x2B { rest.removeFirst() }
            guard !rest.isEmpty, rest.allSatisfy(isDigit) else { return nil }
            // Inputs are far shorter than what is cut off here.
            exponent = Int(String(decoding: rest.drop { $0 == 48 }, as: UTF8.self)) ?? 0
            if exponent == 0, rest.contains(where: { $0 != 48 }) { exponent = 1 << 50 }
            exponent = min(exponent, 1 << 50)
            if exponentSign == 0x2D { exponent = -exponent }
        } else if !rest.isEmpty {
            return nil
        }
        let all = (whole + fraction).map { $0 - 48 }
        let significant = all.drop { $0 == 0 }
        digits = Array(significant)
        while digits.last == 0 { digits.removeLast() }
        leading = digits.isEmpty ? 0 : exponent + whole.count - 1 - (all.count - significant.count)
        isNegative = sign == 0x2D && !digits.isEmpty
    }

    /// The text that is stored; nil when it cannot be.
    var stored: String? {
        guard !digits.isEmpty else { return "0" }
        guard digits.count <= 38, (-130...125).contains(leading) else { return nil }
        let text = digits.map { String($0) }.joined()
        let zeros = { (count: Int) in String(repeating: "0", count: count) }
        let sign = isNegative ? "-" : ""
        if leading < 0 { return sign + "0." + zeros(-leading - 1) + text }
        if leading + 1 >= digits.count { return sign + text + zeros(leading + 1 - digits.count) }
        return sign + text.prefix(leading + 1) + "." + text.dropFirst(leading + 1)
    }

    static func < (left: Schoolbook, right: Schoolbook) -> Bool {
        if left.isNegative != right.isNegative { return left.isNegative }
        return left.isNegative ? right.magnitudePrecedes(left) : left.magnitudePrecedes(right)
    }

    private func magnitudePrecedes(_ other: Schoolbook) -> Bool {
        if digits.isEmpty || other.digits.isEmpty { return digits.isEmpty && !other.digits.isEmpty }
        if leading != other.leading { return leading < other.leading }
        return digits.lexicographicallyPrecedes(other.digits)
    }
}
