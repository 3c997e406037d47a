// A decimal of few digits as integers: what is between a number's canonical text and the binary
// value that a packed list keeps of it.
//
// Normal form: `digits` is not divisible by ten; zero is 0 × 10^0 without a sign. So two of these
// are equal when, and only when, their canonical texts are. All arithmetic here is exact: integers
// of 64 and 128 bits for ordinary magnitudes, the standard library for the rest.

internal import MartletModel

/// ± digits × 10^exponent.
package struct DecimalDigits: Equatable, Sendable {
    package var isNegative: Bool
    /// At most 18 decimal digits.
    package var digits: UInt64
    package var exponent: Int

    static let zero = DecimalDigits(isNegative: false, digits: 0, exponent: 0)

    /// 64 bits hold 18 digits and a few bits more, which `quotient` needs.
    static let maximumCount = 18

    /// Room that `write(to:)` needs: sign, `0.`, zeros, digits, and 8 bytes that it spoils.
    package static let writingBytes = 168

    /// Number of digits; 0 for zero.
    var count: Int { Self.count(of: digits) }

    private static func count(of digits: UInt64) -> Int {
        // 1233 / 4096 is log10(2), close enough for 64 bits.
        let estimate = ((UInt64.bitWidth - digits.leadingZeroBitCount) &* 1233) >> 12
        return digits >= powersOfTen[estimate] ? estimate + 1 : estimate
    }

    /// The number's size as DynamoDB counts it: see `DecimalNumber.sizeBytes`.
    var sizeBytes: Int {
        guard digits != 0 else { return 1 }
        let leading = exponent + count - 1
        return 1 + (leading >> 1) - (exponent >> 1) + 1 + (isNegative ? 1 : 0)
    }

    private static let powersOfTen: [UInt64] = [
        1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000,
        10_000_000_000, 100_000_000_000, 1_000_000_000_000, 10_000_000_000_000,
        100_000_000_000_000, 1_000_000_000_000_000, 10_000_000_000_000_000,
        100_000_000_000_000_000, 1_000_000_000_000_000_000, 10_000_000_000_000_000_000,
    ]
}

/// From text.
extension DecimalDigits {
    /// Reads a canonical text; nil when it has more than 18 digits between the first and the last
    /// that is not zero. Other texts give other digits, read from inside their bounds.
    init?(canonical text: UnsafeBufferPointer<UInt8>) {
        var start = 0
        var end = text.count
        isNegative = text.first == UInt8(ascii: "-")
        if isNegative { start = 1 }
        guard start < end else { return nil }
        exponent = 0
        if text[start] == UInt8(ascii: "0") {
            start += 2  // the point, too
            exponent = min(start - end, 0)
            while start < end, text[start] == UInt8(ascii: "0") { start += 1 }
            guard start < end else {
                self = .zero
                return
            }
            guard end - start <= Self.maximumCount else { return nil }
            digits = Self.digits(text, start, end, after: 0)
            return
        }
        var point = start
        var whole: UInt64 = 0
        while point < end, text[point] != UInt8(ascii: ".") {
            whole = whole &* 10 &+ UInt64(text[point] & 15)
            point += 1
        }
        guard point == end else {
            guard end - start - 1 <= Self.maximumCount else { return nil }
            exponent = point + 1 - end
            digits = Self.digits(text, point + 1, end, after: whole)
            return
        }
        while end - start > 1, text[end - 1] == UInt8(ascii: "0") {
            end -= 1
            exponent += 1
        }
        guard end - start <= Self.maximumCount else { return nil }
        digits = exponent == 0 ? whole : Self.digits(text, start, end, after: 0)
    }

    /// The decimal digits at `start ..< end`, behind those of `value`.
    @inline(__always)
    private static func digits(
        _ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int, after value: UInt64
    ) -> UInt64 {
        var value = value
        var place = start
        while end - place >= 8 {
            let word = UnsafeRawPointer(text.baseAddress! + place).loadUnaligned(as: UInt64.self)
            value = value &* 100_000_000 &+ eightDigits(UInt64(littleEndian: word))
            place += 8
        }
        while place < end {
            value = value &* 10 &+ UInt64(text[place] & 15)
            place += 1
        }
        return value
    }

    /// The value of eight digits, the first of which is in the lowest byte: neighbours are joined
    /// to pairs, pairs to fours, fours to the value.
    @inline(__always)
    private static func eightDigits(_ word: UInt64) -> UInt64 {
        var word = word & 0x0F0F_0F0F_0F0F_0F0F
        word = (word &* 10 &+ word >> 8) & 0x00FF_00FF_00FF_00FF
        word = (word &* 100 &+ word >> 16) & 0x0000_FFFF_0000_FFFF
        return (word &* 10_000 &+ word >> 32) & 0xFFFF_FFFF
    }

    /// Reads what the standard library prints; zero for what is no number of DynamoDB's.
    init(description: String) {
        var text = description
        let number = text.withUTF8 { text in
            try? DecimalNumber.Unpacked(numeral: text)
        }
        guard let number, let digits = UInt64(exactly: number.magnitude) else {
            self = .zero
            return
        }
        self.init(isNegative: number.isNegative, digits: digits, exponent: number.exponent)
    }
}

/// To text.
extension DecimalDigits {
    /// Writes the canonical text; `place` has room for `writingBytes`.
    /// - Returns: the text's length.
    package func write(to place: UnsafeMutablePointer<UInt8>) -> Int {
        var end = place
        if isNegative {
            end.pointee = UInt8(ascii: "-")
            end += 1
        }
        let count = count
        let whole = count + exponent  // digits before the point
        guard count > 0 else {
            end.pointee = UInt8(ascii: "0")
            return 1
        }
        if whole <= 0 {
            end[0] = UInt8(ascii: "0")
            end[1] = UInt8(ascii: ".")
            end += 2
            end.update(repeating: UInt8(ascii: "0"), count: -whole)
            end += -whole
            writeDigits(count, to: end)
            return end + count - place
        }
        writeDigits(count, to: end)
        if exponent >= 0 {
            (end + count).update(repeating: UInt8(ascii: "0"), count: exponent)
            return end + whole - place
        }
        for digit in stride(from: count, to: whole, by: -1) { end[digit] = end[digit - 1] }
        end[whole] = UInt8(ascii: ".")
        return end + count + 1 - place
    }

    /// Writes the digits, and spoils up to 7 bytes behind them.
    @inline(__always)
    private func writeDigits(_ count: Int, to place: UnsafeMutablePointer<UInt8>) {
        let raw = UnsafeMutableRawPointer(place)
        func store(_ word: UInt64, at offset: Int) {
            raw.storeBytes(of: word.littleEndian, toByteOffset: offset, as: UInt64.self)
        }
        if count <= 8 {
            store(Self.text(of: digits) >> UInt64(8 * (8 - count)), at: 0)
            return
        }
        let (upper, low) = digits.quotientAndRemainder(dividingBy: 100_000_000)
        if count <= 16 {
            store(Self.text(of: upper) >> UInt64(8 * (16 - count)), at: 0)
        } else {
            let (high, middle) = upper.quotientAndRemainder(dividingBy: 100_000_000)
            store(Self.text(of: high) >> UInt64(8 * (24 - count)), at: 0)
            store(Self.text(of: middle), at: count - 16)
        }
        store(Self.text(of: low), at: count - 8)
    }

    /// Eight digits as text, the first one in the lowest byte. Fours are parted into pairs and
    /// pairs into digits, all at once, by multiplying with reciprocals.
    @inline(__always)
    private static func text(of value: UInt64) -> UInt64 {
        let (high, low) = value.quotientAndRemainder(dividingBy: 10_000)
        var word = high | low << 32
        let hundreds = ((word &* 10_486) >> 20) & 0x0000_007F_0000_007F
        word = hundreds | (word &- hundreds &* 100) << 16
        let tens = ((word &* 103) >> 10) & 0x000F_000F_000F_000F
        word = tens | (word &- tens &* 10) << 8
        return word | 0x3030_3030_3030_3030
    }

    var number: DecimalNumber {
        let text = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.writingBytes) {
            let count = write(to: $0.baseAddress!)
            return String(
                decoding: UnsafeBufferPointer(rebasing: $0[..<count]), as: UTF8.self)
        }
        return DecimalNumber(canonical: text)
    }
}
