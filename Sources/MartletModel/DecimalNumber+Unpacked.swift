extension DecimalNumber {
    /// A number as sign × magnitude × 10^exponent, for arithmetic and for ordered keys.
    /// Normal form: magnitude below 10^38 and not divisible by ten; zero has exponent 0, no sign.
    package struct Unpacked: Equatable {
        package var isNegative: Bool
        package var magnitude: UInt128
        package var exponent: Int

        package init(isNegative: Bool, magnitude: UInt128, exponent: Int) {
            self.isNegative = isNegative
            self.magnitude = magnitude
            self.exponent = exponent
        }

        package init(_ number: DecimalNumber) {
            isNegative = false
            magnitude = 0
            exponent = 0
            var fractionDigits = 0
            var sawPoint = false
            var pendingZeros = 0
            for byte in number.description.utf8 {
                switch byte {
                case UInt8(ascii: "-"): isNegative = true
                case UInt8(ascii: "."): sawPoint = true
                default:
                    if sawPoint { fractionDigits += 1 }
                    // Zeros wait until a later digit needs them: 1e125 has 125 of them at its end.
                    if byte == UInt8(ascii: "0") {
                        if magnitude != 0 { pendingZeros += 1 }
                    } else {
                        magnitude =
                            magnitude * Self.powerOfTen(pendingZeros + 1) + UInt128(byte - 48)
                        pendingZeros = 0
                    }
                }
            }
            exponent = pendingZeros - fractionDigits
        }

        /// Reads any numeral that DynamoDB accepts, into normal form.
        package init(numeral bytes: UnsafeBufferPointer<UInt8>) throws(Failure) {
            isNegative = false
            magnitude = 0
            exponent = 0
            var position = 0
            func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }

            if let sign = peek(), sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
                isNegative = sign == UInt8(ascii: "-")
                position += 1
            }
            var digitCount = 0  // all digits read
            var significant = 0  // digits taken into the magnitude, zeros between them included
            var pendingZeros = 0
            var fractionDigits = 0
            var sawPoint = false
            while let byte = peek() {
                if byte == UInt8(ascii: "."), !sawPoint {
                    sawPoint = true
                } else if byte &- 48 < 10 {
                    digitCount += 1
                    if sawPoint { fractionDigits += 1 }
                    if byte == 48 {
                        if significant > 0 { pendingZeros += 1 }
                    } else {
                        significant += pendingZeros + 1
                        if significant <= maximumDigits {
                            magnitude = magnitude * Self.powerOfTen(pendingZeros + 1)
                            magnitude += UInt128(byte - 48)
                        }
                        pendingZeros = 0
                    }
                } else {
                    break
                }
                position += 1
            }
            guard digitCount > 0 else { throw .notNumeric }
            var written = 0
            if let mark = peek(), mark | 0x20 == UInt8(ascii: "e") {
                position += 1
                written = try Self.readExponent(bytes, &position)
            }
            guard position == bytes.count else { throw .notNumeric }
            guard significant > 0 else {
                self = Unpacked(isNegative: false, magnitude: 0, exponent: 0)
                return
            }
            exponent = written + pendingZeros - fractionDigits
            let leading = exponent + significant - 1
            if leading > exponentRange.upperBound { throw .overflow }
            if leading < exponentRange.lowerBound { throw .underflow }
            if significant > maximumDigits { throw .tooManyDigits }
        }

        /// Reads an exponent's sign and digits; a huge one saturates, which is out of range anyway.
        private static func readExponent(
            _ bytes: UnsafeBufferPointer<UInt8>, _ position: inout Int
        ) throws(Failure) -> Int {
            var isNegative = false
            if position < bytes.count, bytes[position] == 0x2B || bytes[position] == 0x2D {
                isNegative = bytes[position] == 0x2D
                position += 1
            }
            let start = position
            var value = 0
            while position < bytes.count, bytes[position] &- 48 < 10 {
                value = min(value * 10 + Int(bytes[position] - 48), 1 << 40)
                position += 1
            }
            guard position > start else { throw .notNumeric }
            return isNegative ? -value : value
        }

        /// Brings the result of arithmetic into normal form, or says why it cannot be stored.
        mutating func normalize() throws(Failure) {
            guard magnitude != 0 else {
                self = Unpacked(isNegative: false, magnitude: 0, exponent: 0)
                return
            }
            while magnitude % 10 == 0 {
                magnitude /= 10
                exponent += 1
            }
            let digits = digitCount
            let leading = exponent + digits - 1
            if leading > exponentRange.upperBound { throw .overflow }
            if leading < exponentRange.lowerBound { throw .underflow }
            if digits > maximumDigits { throw .tooManyDigits }
        }

        /// Number of decimal digits of the magnitude; 0 for zero.
        package var digitCount: Int {
            var count = 0
            var rest = magnitude
            while rest >= 10_000_000_000_000_000_000 {
                rest /= 10_000_000_000
                count += 10
            }
            var word = UInt64(truncatingIfNeeded: rest)
            while word > 0 {
                word /= 10
                count += 1
            }
            return count
        }

        /// Sign, plain digits, no exponent: the text that DynamoDB answers.
        var plainText: String {
            guard magnitude != 0 else { return "0" }
            let digits = digitCount
            let whole = digits + exponent  // digits before the point
            let padding = max(0, exponent) + max(0, 1 - whole)
            // A sign, a point, and zeros before or after the digits.
            return String(unsafeUninitializedCapacity: digits + padding + 2) { text in
                var end = 0
                func append(_ byte: UInt8) {
                    text[end] = byte
                    end += 1
                }
                if isNegative { append(UInt8(ascii: "-")) }
                if whole <= 0 {
                    append(UInt8(ascii: "0"))
                    append(UInt8(ascii: "."))
                    for _ in whole..<0 { append(UInt8(ascii: "0")) }
                }
                // Digits come off the low end, so they are placed from behind.
                let hasPointInside = exponent < 0 && whole > 0
                let start = end
                end += digits + (hasPointInside ? 1 : 0)
                var place = end
                var rest = magnitude
                for position in stride(from: digits, to: 0, by: -1) {
                    if hasPointInside && position == whole {
                        place -= 1
                        text[place] = UInt8(ascii: ".")
                    }
                    let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
                    place -= 1
                    text[place] = UInt8(digit) + 48
                    rest = quotient
                }
                assert(place == start)
                for _ in 0..<max(0, exponent) { append(UInt8(ascii: "0")) }
                return end
            }
        }

        /// 10^power, for powers of 0 to 38.
        static func powerOfTen(_ power: Int) -> UInt128 { powersOfTen[power] }

        private static let powersOfTen: [UInt128] = {
            var powers: [UInt128] = [1]
            for _ in 1...maximumDigits { powers.append(powers.last! * 10) }
            return powers
        }()
    }
}
