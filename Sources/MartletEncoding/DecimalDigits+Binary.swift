// Between decimals and binary values, both ways exact: the nearest binary value of a decimal, ties
// to the even one; and the shortest decimal of a binary value, which is
//
//   of the decimals to which no other binary value is nearer (a tie counts for the even one),
//   those of the fewest digits; of these the nearest one; of two as near, the one that ends even.
//
// Stored records rely on these rules: they must never change. They are Swift's `description` and
// the `repr` of Python. Ordinary magnitudes take one multiplication or division of 64 by 64 bits,
// from about 1e-10 to 2^53 for the shortest decimal of a `Double`, to 2^24 for a `Float`'s; the
// standard library does the rest.

package import MartletModel

/// The powers of five that 64 bits hold. With a power of two they are powers of ten.
private let powersOfFive: [UInt64] = [
    1, 5, 25, 125, 625, 3_125, 15_625, 78_125, 390_625, 1_953_125, 9_765_625, 48_828_125,
    244_140_625, 1_220_703_125, 6_103_515_625, 30_517_578_125, 152_587_890_625, 762_939_453_125,
    3_814_697_265_625, 19_073_486_328_125, 95_367_431_640_625, 476_837_158_203_125,
    2_384_185_791_015_625, 11_920_928_955_078_125, 59_604_644_775_390_625,
    298_023_223_876_953_125, 1_490_116_119_384_765_625, 7_450_580_596_923_828_125,
]

/// The nearest binary value.
extension DecimalDigits {
    var nearestDouble: Double {
        var magnitude: Double
        if let integer {
            magnitude = Double(integer)
        } else if let quotient {
            magnitude = Double(quotient.bits) * Self.powerOfTwo(quotient.exponent)
        } else {
            magnitude = Double("\(digits)e\(exponent)")!
        }
        if isNegative { magnitude.negate() }
        return magnitude
    }

    /// Infinite beyond the range of `Float`.
    var nearestFloat: Float {
        var magnitude: Float
        if let integer {
            magnitude = Float(integer)
        } else if let quotient {
            // The one rounding is that to 24 bits: what follows is exact.
            magnitude = Float(
                Double(Float(quotient.bits)) * Self.powerOfTwo(quotient.exponent))
        } else {
            magnitude = Float("\(digits)e\(exponent)")!
        }
        if isNegative { magnitude.negate() }
        return magnitude
    }

    /// The magnitude, where it is an integer of 64 bits.
    @inline(__always)
    private var integer: UInt64? {
        guard exponent >= 0, exponent <= Self.maximumCount else { return nil }
        let power = powersOfFive[exponent] << UInt64(exponent)
        let (product, overflows) = digits.multipliedReportingOverflow(by: power)
        return overflows ? nil : product
    }

    /// The magnitude as bits × 2^exponent, cut off behind 61 bits or more; the lowest bit is set if
    /// anything was cut, so that rounding to fewer bits goes the right way.
    @inline(__always)
    private var quotient: (bits: Int64, exponent: Int)? {
        guard exponent < 0, exponent > -powersOfFive.count else { return nil }
        let divisor = powersOfFive[-exponent]
        let divisorShift = divisor.leadingZeroBitCount
        let shift = digits.leadingZeroBitCount - 2  // so that the quotient is below 2^63
        let (bits, rest) = (divisor << UInt64(divisorShift))
            .dividingFullWidth((digits << UInt64(shift), 0))
        return (
            Int64(bits | (rest == 0 ? 0 : 1)), divisorShift - shift + exponent - UInt64.bitWidth
        )
    }

    @inline(__always)
    private static func powerOfTwo(_ power: Int) -> Double {
        Double(bitPattern: UInt64(1023 + power) << 52)
    }
}

extension DecimalNumber {
    /// The nearest `Float`, infinite beyond its range.
    package var nearestFloat: Float { withUTF8(Self.nearestFloat) }

    /// The nearest `Float` of the number whose canonical text this is.
    static func nearestFloat(canonical text: UnsafeBufferPointer<UInt8>) -> Float {
        if let digits = DecimalDigits(canonical: text) { return digits.nearestFloat }
        return Float(String(decoding: text, as: UTF8.self)) ?? 0
    }
}

/// The shortest decimal.
extension DecimalDigits {
    /// Zero for what is no number of DynamoDB's.
    init(shortest value: Double) {
        let bits = value.significandBitPattern
        let power = Int(value.exponentBitPattern)
        if let integer = UInt64(exactly: value.magnitude), integer < 1 << 53 {
            self.init(isNegative: value < 0, integer: integer)
        } else if power > 0,
            let shortest = Self.shortest(
                bits | 1 << 52, power - 1075, isLowest: bits == 0)
        {
            self = shortest
            isNegative = value < 0
        } else {
            self.init(description: value.description)
        }
    }

    /// Zero for what is no number.
    init(shortest value: Float) {
        let bits = UInt64(value.significandBitPattern)
        let power = Int(value.exponentBitPattern)
        if let integer = UInt64(exactly: value.magnitude), integer < 1 << 24 {
            self.init(isNegative: value < 0, integer: integer)
        } else if power > 0,
            let shortest = Self.shortest(
                bits | 1 << 23, power - 150, isLowest: bits == 0)
        {
            self = shortest
            isNegative = value < 0
        } else {
            self.init(description: value.description)
        }
    }

    /// An integer whose neighbours among the binary values are no further away than 1.
    private init(isNegative: Bool, integer: UInt64) {
        self.init(isNegative: isNegative, digits: integer, exponent: 0)
        removeZeros()
    }

    private mutating func removeZeros() {
        guard digits != 0 else { return }
        while case let (tenth, 0) = digits.quotientAndRemainder(dividingBy: 10) {
            digits = tenth
            exponent += 1
        }
    }

    /// The shortest decimal of significand × 2^power, where 128 bits hold it exactly.
    ///
    /// - Parameter isLowest: whether the significand is the least of its width, so that the
    ///   neighbour below is at half the distance of the one above.
    @inline(__always)
    private static func shortest(
        _ significand: UInt64, _ power: Int, isLowest: Bool
    ) -> DecimalDigits? {
        // As many decimal places as make the interval of the decimals that are nearest to this
        // value at least 1 and less than 10 wide: 1262611 / 2^22 is log10(2), 524031 / 2^22 is
        // -log10(3/4), close enough for every power there is.
        let places = -((power &* 1_262_611 &- (isLowest ? 524_031 : 0)) >> 22)
        guard power < 0, places < powersOfFive.count else { return nil }
        // All that follows is in units of 10^-places / 2^shift.
        let unit = powersOfFive[places]
        let product = significand.multipliedFullWidth(by: unit)
        let value = (UInt128(product.high) << 64 | UInt128(product.low)) << 2
        let shift = UInt64(2 - power - places)
        let upper = value + UInt128(unit) << 1
        let lower = value - UInt128(unit) << (isLowest ? 0 : 1)
        let isEven = significand & 1 == 0
        func isNearest(_ decimal: UInt64) -> Bool {
            let decimal = UInt128(decimal) << shift
            return isEven
                ? lower <= decimal && decimal <= upper : lower < decimal && decimal < upper
        }
        let floor = UInt64(truncatingIfNeeded: value >> shift)
        // At most one multiple of ten is in the interval, and it is shorter than all else in it.
        let tens = floor / 10
        let lowerIsNearest = isNearest(tens * 10)
        if lowerIsNearest || isNearest(tens * 10 + 10) {
            var shortest = DecimalDigits(
                isNegative: false, digits: lowerIsNearest ? tens : tens + 1, exponent: 1 - places)
            shortest.removeZeros()
            return shortest
        }
        let isFloor: Bool
        switch (isNearest(floor), isNearest(floor + 1)) {
        case (true, false): isFloor = true
        case (false, _): isFloor = false
        case (true, true):
            let middle = (UInt128(floor) << 1 + 1) << (shift - 1)
            isFloor = value < middle || (value == middle && floor & 1 == 0)
        }
        return DecimalDigits(
            isNegative: false, digits: isFloor ? floor : floor + 1, exponent: -places)
    }
}
