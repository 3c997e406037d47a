// DynamoDB's number: zero, or a decimal of 1 to 38 significant digits whose magnitude lies between
// 1e-130 and 9.99…e125. It never passes through binary floating point.
//
// A value is kept as the text that the service answers: a sign if negative, plain digits, no
// exponent, no leading or trailing zeros (`0`, `-12.5`, `0.001`). Equal numbers have equal texts,
// so equality and hashing are the text's, most numbers need no allocation, and reading and writing
// JSON copy bytes. Arithmetic unpacks the text into a 128-bit integer and a power of ten.

/// A decimal number as DynamoDB stores it.
public struct DecimalNumber: Hashable, Sendable, CustomStringConvertible {
    /// Canonical plain text, at most 38 significant digits.
    public let description: String

    /// What a numeral or the result of arithmetic can have wrong with it.
    public enum Failure: Error, Sendable, Equatable {
        case notNumeric
        case overflow
        case underflow
        case tooManyDigits
    }

    public static let maximumDigits = 38
    /// Range of the power of ten of the first significant digit.
    public static let exponentRange = -130...125

    public static let zero = DecimalNumber(canonical: "0")

    /// Trusts that `text` has the form that the header describes.
    package init(canonical text: String) {
        description = text
    }

    public init(_ value: Int) {
        description = String(value)
    }

    /// Reads a numeral: sign, digits with at most one point, exponent; nothing around it.
    public init(parsing text: String) throws(Failure) {
        var text = text
        let result = text.withUTF8 { bytes -> Result<DecimalNumber, Failure> in
            do throws(Failure) {
                return .success(try DecimalNumber(parsing: bytes))
            } catch {
                return .failure(error)
            }
        }
        self = try result.get()
    }

    /// Reads a numeral from UTF-8 bytes.
    /// - Complexity: O(count); allocates only when the canonical text exceeds 15 bytes.
    package init(parsing bytes: UnsafeBufferPointer<UInt8>) throws(Failure) {
        // Most numerals are written as they are answered.
        if Self.isCanonical(bytes) {
            description = String(decoding: bytes, as: UTF8.self)
        } else {
            let unpacked = try Unpacked(numeral: bytes)
            description = unpacked.plainText
        }
    }

    public var isNegative: Bool { description.utf8.first == UInt8(ascii: "-") }

    public var isZero: Bool { description == "0" }

    /// The value as an integer, where it is one and fits.
    public var integer: Int? { Int(description) }

    /// The nearest binary value, for display and approximate work only.
    public var double: Double { Double(description)! }
}

extension DecimalNumber: Comparable {
    public static func < (left: DecimalNumber, right: DecimalNumber) -> Bool {
        switch (left.isNegative, right.isNegative) {
        case (true, false): true
        case (false, true): false
        case (false, false): magnitudePrecedes(left.description, right.description)
        case (true, true): magnitudePrecedes(right.description, left.description)
        }
    }

    /// Orders two canonical texts of the same sign by magnitude.
    private static func magnitudePrecedes(_ left: String, _ right: String) -> Bool {
        let point = UInt8(ascii: ".")
        let minus = UInt8(ascii: "-")
        var left = left.utf8[...]
        var right = right.utf8[...]
        if left.first == minus { left = left.dropFirst() }
        if right.first == minus { right = right.dropFirst() }
        let leftWhole = left.firstIndex(of: point) ?? left.endIndex
        let rightWhole = right.firstIndex(of: point) ?? right.endIndex
        let leftDigits = left.distance(from: left.startIndex, to: leftWhole)
        let rightDigits = right.distance(from: right.startIndex, to: rightWhole)
        if leftDigits != rightDigits { return leftDigits < rightDigits }
        return left.lexicographicallyPrecedes(right)
    }
}

extension DecimalNumber {
    /// The exact sum, or the reason it cannot be stored. Never rounds.
    public func adding(_ other: DecimalNumber) throws(Failure) -> DecimalNumber {
        try Self.sum(Unpacked(self), Unpacked(other))
    }

    /// The exact difference, or the reason it cannot be stored. Never rounds.
    public func subtracting(_ other: DecimalNumber) throws(Failure) -> DecimalNumber {
        var negated = Unpacked(other)
        negated.isNegative.toggle()
        return try Self.sum(Unpacked(self), negated)
    }

    private static func sum(_ a: Unpacked, _ b: Unpacked) throws(Failure) -> DecimalNumber {
        if a.magnitude == 0 { return try DecimalNumber(b) }
        if b.magnitude == 0 { return try DecimalNumber(a) }
        let (high, low) = a.exponent >= b.exponent ? (a, b) : (b, a)
        // `low` ends in a nonzero digit at its exponent, and so does the sum. If scaling `high`
        // overflows 128 bits, that digit and the first one are at least 39 places apart.
        let shift = high.exponent - low.exponent
        guard shift <= maximumDigits else { throw .tooManyDigits }
        let (scaled, overflows) = high.magnitude.multipliedReportingOverflow(
            by: Unpacked.powerOfTen(shift))
        guard !overflows else { throw .tooManyDigits }
        var result = Unpacked(isNegative: high.isNegative, magnitude: 0, exponent: low.exponent)
        if high.isNegative == low.isNegative {
            let (total, overflows) = scaled.addingReportingOverflow(low.magnitude)
            guard !overflows else { throw .tooManyDigits }
            result.magnitude = total
        } else if scaled >= low.magnitude {
            result.magnitude = scaled - low.magnitude
        } else {
            result.magnitude = low.magnitude - scaled
            result.isNegative = low.isNegative
        }
        return try DecimalNumber(result)
    }

    private init(_ unpacked: Unpacked) throws(Failure) {
        var unpacked = unpacked
        try unpacked.normalize()
        description = unpacked.plainText
    }
}
