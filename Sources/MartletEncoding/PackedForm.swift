// Lists of numbers that binary values stand for: vectors, as clients send them.
//
// A list of at least eight elements, all of them numbers, is packed in the first of these forms in
// which every number comes back digit for digit, if that is shorter than the numbers' texts:
//
//   floats        4 bytes   a Float, whose shortest decimal the number is
//   widenedFloats 4 bytes   a Float that became a Double, whose shortest decimal the number is:
//                           what a program with 64-bit numbers sends of a 32-bit vector
//   doubles       8 bytes   a Double, whose shortest decimal the number is
//
// So the form follows from the list alone, and equal items have equal records. `DecimalDigits` says
// what the shortest decimal is.

protocol PackedForm {
    /// The binary value, as it is stored.
    associatedtype Bits: FixedWidthInteger & UnsignedInteger

    static var tag: ItemRecord.ValueTag { get }

    /// The value from which the number comes back; nil if there is none.
    static func bits(of number: DecimalDigits) -> Bits?

    /// The number that the value stands for; zero if it stands for none.
    static func number(of bits: Bits) -> DecimalDigits
}

/// Every decimal of up to 6 digits in the range of `Float`, and of up to 15 in that of `Double`, is
/// the shortest of the value nearest to it: only longer ones are compared. None that is longer than
/// 9 or 17 digits is.
enum FloatForm: PackedForm {
    static var tag: ItemRecord.ValueTag { .floats }

    @inline(__always)
    static func bits(of number: DecimalDigits) -> UInt32? {
        let count = number.count
        guard count <= 9 else { return nil }
        let value = number.nearestFloat
        guard
            (count <= 6 && value.isNormal) || DecimalDigits(shortest: value) == number
        else { return nil }
        return value.bitPattern
    }

    @inline(__always)
    static func number(of bits: UInt32) -> DecimalDigits {
        DecimalDigits(shortest: Float(bitPattern: bits))
    }
}

enum WidenedFloatForm: PackedForm {
    static var tag: ItemRecord.ValueTag { .widenedFloats }

    @inline(__always)
    static func bits(of number: DecimalDigits) -> UInt32? {
        guard let bits = DoubleForm.bits(of: number) else { return nil }
        let double = Double(bitPattern: bits)
        let float = Float(double)
        return Double(float) == double ? float.bitPattern : nil
    }

    @inline(__always)
    static func number(of bits: UInt32) -> DecimalDigits {
        DecimalDigits(shortest: Double(Float(bitPattern: bits)))
    }
}

enum DoubleForm: PackedForm {
    static var tag: ItemRecord.ValueTag { .doubles }

    @inline(__always)
    static func bits(of number: DecimalDigits) -> UInt64? {
        let count = number.count
        guard count <= 17 else { return nil }
        // The range of DynamoDB's numbers is inside that of normal doubles.
        let value = number.nearestDouble
        guard count <= 15 || DecimalDigits(shortest: value) == number else { return nil }
        return value.bitPattern
    }

    @inline(__always)
    static func number(of bits: UInt64) -> DecimalDigits {
        DecimalDigits(shortest: Double(bitPattern: bits))
    }
}
