extension [UInt8] {
    /// Appends an integer, most significant byte first: its bytes order as it does.
    package mutating func appendBigEndian<I: FixedWidthInteger & UnsignedInteger>(_ value: I) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }

    package mutating func appendLittleEndian<I: FixedWidthInteger & UnsignedInteger>(_ value: I) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }

    /// Appends an unsigned number in groups of seven bits, lowest first (LEB128).
    package mutating func appendVarint(_ value: Int) {
        var rest = UInt(value)
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(rest))
    }
}
