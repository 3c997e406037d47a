// Decimal numbers as schoolbook digit arrays: slow, exact, and not sharing a line with the code
// under test. Results are unlimited; `stored` says what DynamoDB would make of one.

import MartletModel
import MartletTestBasics

struct PlainNumber: Equatable {
    /// Most significant first; empty for zero.
    var digits: [Int]
    /// Power of ten of the last digit.
    var exponent: Int
    var isNegative: Bool

    init(digits: [Int], exponent: Int, isNegative: Bool) {
        self.digits = Array(digits.drop { $0 == 0 })
        self.exponent = exponent
        self.isNegative = isNegative
        while let last = self.digits.last, last == 0 {
            self.digits.removeLast()
            self.exponent += 1
        }
        if self.digits.isEmpty {
            self.exponent = 0
            self.isNegative = false
        }
    }

    /// Reads `-12.5e3`; the texts of these tests are well formed.
    init(_ text: String) {
        var mantissa = Substring(text)
        var exponent = 0
        if let mark = mantissa.firstIndex(where: { $0 == "e" || $0 == "E" }) {
            exponent = Int(mantissa[mantissa.index(after: mark)...])!
            mantissa = mantissa[..<mark]
        }
        let isNegative = mantissa.first == "-"
        if mantissa.first == "-" || mantissa.first == "+" { mantissa.removeFirst() }
        if let point = mantissa.firstIndex(of: ".") {
            exponent -= mantissa.distance(from: point, to: mantissa.endIndex) - 1
        }
        self.init(
            digits: mantissa.filter { $0 != "." }.map { $0.wholeNumberValue! }, exponent: exponent,
            isNegative: isNegative)
    }

    /// Digits of both numbers from their common lowest place on, equally many.
    private static func aligned(_ left: PlainNumber, _ right: PlainNumber) -> ([Int], [Int], Int) {
        let lowest = min(left.exponent, right.exponent)
        var a = left.digits + [Int](repeating: 0, count: left.exponent - lowest)
        var b = right.digits + [Int](repeating: 0, count: right.exponent - lowest)
        let length = max(a.count, b.count)
        a.insert(contentsOf: [Int](repeating: 0, count: length - a.count), at: 0)
        b.insert(contentsOf: [Int](repeating: 0, count: length - b.count), at: 0)
        return (a, b, lowest)
    }

    static func + (left: PlainNumber, right: PlainNumber) -> PlainNumber {
        if left.digits.isEmpty { return right }
        if right.digits.isEmpty { return left }
        let (a, b, lowest) = aligned(left, right)
        if left.isNegative == right.isNegative {
            var sum = [Int](repeating: 0, count: a.count + 1)
            for place in a.indices.reversed() {
                let total = a[place] + b[place] + sum[place + 1]
                sum[place + 1] = total % 10
                sum[place] = total / 10
            }
            return PlainNumber(digits: sum, exponent: lowest, isNegative: left.isNegative)
        }
        let isLeftGreater = !a.lexicographicallyPrecedes(b)
        let (great, small) = isLeftGreater ? (a, b) : (b, a)
        var difference = great
        for place in great.indices.reversed() {
            difference[place] -= small[place]
            if difference[place] < 0 {
                difference[place] += 10
                difference[place - 1] -= 1
            }
        }
        return PlainNumber(
            digits: difference, exponent: lowest,
            isNegative: isLeftGreater ? left.isNegative : right.isNegative)
    }

    var negated: PlainNumber {
        PlainNumber(digits: digits, exponent: exponent, isNegative: !isNegative)
    }

    static func < (left: PlainNumber, right: PlainNumber) -> Bool {
        (left + right.negated).isNegative
    }

    /// The text that is stored, or why it is not.
    var stored: Result<String, DecimalNumber.Failure> {
        guard !digits.isEmpty else { return .success("0") }
        let leading = exponent + digits.count - 1
        if leading > 125 { return .failure(.overflow) }
        if leading < -130 { return .failure(.underflow) }
        if digits.count > 38 { return .failure(.tooManyDigits) }
        var text = digits.map(String.init).joined()
        if exponent >= 0 {
            text += String(repeating: "0", count: exponent)
        } else if leading >= 0 {
            text.insert(".", at: text.index(text.startIndex, offsetBy: leading + 1))
        } else {
            text = "0." + String(repeating: "0", count: -leading - 1) + text
        }
        return .success((isNegative ? "-" : "") + text)
    }

    /// Bytes as DynamoDB counts them: base-100 digits between the outermost that are not zero.
    var sizeBytes: Int {
        guard !digits.isEmpty else { return 1 }
        var places = digits
        if exponent.isMultiple(of: 2) == false { places.append(0) }
        if !places.count.isMultiple(of: 2) { places.insert(0, at: 0) }
        return 1 + places.count / 2 + (isNegative ? 1 : 0)
    }
}

extension SeededRandom {
    /// A numeral of up to `digits` significant digits at any magnitude in `exponents`.
    mutating func numeral(digits: ClosedRange<Int> = 1...38, exponents: ClosedRange<Int>) -> String
    {
        let count = Int.random(in: digits, using: &self)
        var text = chance(1, in: 2) ? "-" : chance(1, in: 4) ? "+" : ""
        let point = chance(1, in: 2) ? Int.random(in: 0...count, using: &self) : count
        for place in 0..<count {
            if place == point { text += place == 0 ? "0." : "." }
            // Runs of zeros and nines are where carries and trimming go wrong.
            let digit =
                chance(1, in: 3) ? (chance(1, in: 2) ? 0 : 9) : Int.random(in: 0...9, using: &self)
            text += String(digit)
        }
        if chance(2, in: 3) { text += "e" + String(Int.random(in: exponents, using: &self)) }
        return text
    }
}
