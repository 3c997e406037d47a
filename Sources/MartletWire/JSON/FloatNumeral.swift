// Numerals as the 32-bit numbers that vectors are made of, rounded to the nearest, ties to even, as
// if with unlimited precision. Vectors come as hundreds of numerals each, so the usual ones take no
// detour: up to 19 digits are an integer, and a double holds that integer times a power of ten to
// within 2 units in its last place. A float has 29 bits less, so that is enough unless the double
// lies that close to the middle between two floats; then, and for rare forms, there is no value, and
// the caller takes the exact way.

/// A numeral at the beginning of some bytes.
struct FloatNumeral {
    /// Never a negative zero.
    let value: Float
    /// Bytes that the numeral took.
    let count: Int
}

extension FloatNumeral {
    /// Reads an optional minus, digits with at most one point between them, an optional exponent.
    /// nil when there is no such numeral, and for the rare ones that need the exact way: of more than
    /// 19 digits, exponents beyond 22, subnormal or infinite values, and those too close to the middle
    /// between two floats.
    ///
    /// - Parameter bytes: what follows the numeral is not looked at, but for one byte that ends it.
    @inline(__always)
    init?(startOf bytes: UnsafeBufferPointer<UInt8>) {
        if bytes.count >= Self.plainRoom, let plain = Self(plain: bytes.baseAddress!) {
            self = plain
        } else {
            self.init(anyStartOf: bytes)
        }
    }

    /// The same of any form.
    @inline(never)
    private init?(anyStartOf bytes: UnsafeBufferPointer<UInt8>) {
        guard let start = bytes.baseAddress else { return nil }
        let end = start + bytes.count
        var next = start
        let isNegative = next < end && next.pointee == UInt8(ascii: "-")
        if isNegative { next += 1 }
        var magnitude: UInt64 = 0
        let whole = next
        Self.readDigits(&next, end, &magnitude)
        var digits = next - whole
        guard digits > 0 else { return nil }
        var exponent = 0
        if next < end, next.pointee == UInt8(ascii: ".") {
            next += 1
            let fraction = next
            if magnitude == 0, digits == 1 {
                // Zeros before the first other digit are not kept, and do not count.
                digits = 0
                while next < end, next.pointee == UInt8(ascii: "0") { next += 1 }
            }
            let kept = next
            Self.readDigits(&next, end, &magnitude)
            guard next > fraction else { return nil }
            exponent = fraction - next
            digits += next - kept
        }
        guard digits <= 19 else { return nil }
        if next < end, next.pointee | 0x20 == UInt8(ascii: "e") {
            next += 1
            guard let power = Self.readExponent(&next, end) else { return nil }
            exponent += power
        }
        guard let nearest = Self.nearest(magnitude, exponent) else { return nil }
        value = isNegative && nearest != 0 ? -nearest : nearest
        count = next - start
    }

    /// Bytes that `init(plain:)` may look at.
    private static let plainRoom = 32

    /// Reads an optional minus, a digit, a point and up to 22 digits, of which 18 count; nil, too,
    /// for zero and what `nearest` does not know.
    @inline(__always)
    private init?(plain start: UnsafePointer<UInt8>) {
        let minus = start.pointee == UInt8(ascii: "-") ? 1 : 0
        let whole = start[minus] &- UInt8(ascii: "0")
        guard whole < 10, start[minus + 1] == UInt8(ascii: ".") else { return nil }
        let fraction = start + minus + 2
        let first = Self.word(at: fraction)
        var digits = Self.digitCount(first)
        var magnitude = Self.append(digits, of: first, to: UInt64(whole))
        let second = Self.word(at: fraction + 8)
        let more = digits == 8 ? Self.digitCount(second) : 0
        magnitude = Self.append(more, of: second, to: magnitude)
        digits += more
        if digits == 16 {
            let third = Self.word(at: fraction + 16)
            let rest = Self.digitCount(third)
            magnitude = Self.append(rest, of: third, to: magnitude)
            digits += rest
            // Zeros at the beginning do not count.
            let zeros =
                whole == 0 ? (first ^ Self.zeroDigits).trailingZeroBitCount / 8 : -1
            guard digits <= 22, digits - zeros <= 18 else { return nil }
        }
        guard digits > 0, magnitude > 0, fraction[digits] | 0x20 != UInt8(ascii: "e"),
            let nearest = Self.nearest(
                Double(Int64(bitPattern: magnitude)) / Self.powersOfTen.span[digits])
        else { return nil }
        value = Float(bitPattern: nearest.bitPattern | UInt32(truncatingIfNeeded: minus) << 31)
        count = minus + 2 + digits
    }

    @inline(__always)
    private static func word(at start: UnsafePointer<UInt8>) -> UInt64 {
        UInt64(littleEndian: UnsafeRawPointer(start).loadUnaligned(as: UInt64.self))
    }

    private static var zeroDigits: UInt64 { 0x3030_3030_3030_3030 }

    /// How many of eight bytes, the first in the lowest, are digits before one that is none. Each
    /// has 3 in its upper half, also after 6 was added; what is carried goes to later bytes only.
    @inline(__always)
    private static func digitCount(_ word: UInt64) -> Int {
        let upper: UInt64 = 0xF0F0_F0F0_F0F0_F0F0
        let others =
            (word & upper ^ zeroDigits) | ((word &+ 0x0606_0606_0606_0606) & upper ^ zeroDigits)
        return others.trailingZeroBitCount / 8
    }

    /// The number with the first `count` of eight digits behind its own.
    @inline(__always)
    private static func append(_ count: Int, of word: UInt64, to number: UInt64) -> UInt64 {
        // At the end of the word they are behind zeros.
        number &* wholePowers.span[count] &+ value(ofDigits: word << UInt64(64 - 8 * count))
    }

    /// Reads digits into a number, which is wrong when they are more than 19.
    @inline(__always)
    private static func readDigits(
        _ next: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ number: inout UInt64
    ) {
        while end - next >= 8 {
            let word = word(at: next)
            guard digitCount(word) == 8 else { break }
            number = number &* 100_000_000 &+ value(ofDigits: word)
            next += 8
        }
        while next < end, next.pointee &- UInt8(ascii: "0") < 10 {
            number = number &* 10 &+ UInt64(next.pointee &- UInt8(ascii: "0"))
            next += 1
        }
    }

    /// The number of eight digits, the first in the lowest byte: pairs, then fours, then eight.
    @inline(__always)
    private static func value(ofDigits word: UInt64) -> UInt64 {
        var word = word & 0x0F0F_0F0F_0F0F_0F0F
        word = (word &* (10 << 8 + 1)) >> 8 & 0x00FF_00FF_00FF_00FF
        word = (word &* (100 << 16 + 1)) >> 16 & 0x0000_FFFF_0000_FFFF
        return (word &* (10_000 << 32 + 1)) >> 32
    }

    /// Reads the rest of an exponent, of at most three digits.
    private static func readExponent(
        _ next: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
    ) -> Int? {
        var isNegative = false
        if next < end, next.pointee == UInt8(ascii: "-") || next.pointee == UInt8(ascii: "+") {
            isNegative = next.pointee == UInt8(ascii: "-")
            next += 1
        }
        let start = next
        var power: UInt64 = 0
        readDigits(&next, end, &power)
        guard (1...3).contains(next - start) else { return nil }
        return isNegative ? -Int(power) : Int(power)
    }

    /// The float nearest to magnitude × 10^exponent; nil where that is not certain.
    @inline(__always)
    private static func nearest(_ magnitude: UInt64, _ exponent: Int) -> Float? {
        if magnitude == 0 { return 0 }
        guard exponent.magnitude < powersOfTen.count else { return nil }
        let power = powersOfTen.span[Int(exponent.magnitude)]
        return nearest(exponent < 0 ? Double(magnitude) / power : Double(magnitude) * power)
    }

    /// The float nearest to what this double is within 2 units of; nil where that is not certain.
    @inline(__always)
    private static func nearest(_ near: Double) -> Float? {
        guard near >= Double(Float.leastNormalMagnitude),
            near < Double(Float.greatestFiniteMagnitude)
        else { return nil }
        // The 29 bits that a float does not have; 1 and 28 zeros are the middle.
        let rest = near.bitPattern & 0x1FFF_FFFF
        guard rest &- 0x0FFF_FFFC > 8 else { return nil }
        return Float(near)
    }

    private static let wholePowers: InlineArray<9, UInt64> = [
        1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000,
    ]

    /// Those that a double holds exactly.
    private static let powersOfTen: InlineArray<23, Double> = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
        1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ]
}
