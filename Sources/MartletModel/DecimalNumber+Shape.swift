extension DecimalNumber {
    /// Where a number's significant digits are, read off its canonical text.
    package struct Shape {
        package var isNegative: Bool
        /// Power of ten of the first digit that is not zero, and of the last one.
        package var leading: Int
        package var trailing: Int

        /// Reads a canonical text; nil for zero and for any other text.
        package init?(canonical bytes: UnsafeBufferPointer<UInt8>) {
            isNegative = bytes.first == UInt8(ascii: "-")
            let start = isNegative ? 1 : 0
            guard start < bytes.count, bytes[start] &- 48 < 10 else { return nil }
            var firstDigit = -1  // places of digits that are not zero
            var lastDigit = -1
            var point = bytes.count
            for place in start..<bytes.count {
                let byte = bytes[place]
                if byte &- 49 < 9 {
                    if firstDigit < 0 { firstDigit = place }
                    lastDigit = place
                } else if byte == UInt8(ascii: ".") {
                    guard point == bytes.count, place > start else { return nil }
                    point = place
                } else if byte != UInt8(ascii: "0") {
                    return nil
                }
            }
            guard firstDigit >= 0 else { return nil }
            // No needless zeros: before the whole part, or after the fraction.
            let startsWithZero = bytes[start] == UInt8(ascii: "0")
            guard !startsWithZero || point == start + 1 else { return nil }
            guard point == bytes.count || lastDigit == bytes.count - 1 else { return nil }
            leading = firstDigit < point ? point - firstDigit - 1 : point - firstDigit
            trailing = lastDigit < point ? point - lastDigit - 1 : point - lastDigit
            guard DecimalNumber.exponentRange.contains(leading),
                leading - trailing < DecimalNumber.maximumDigits
            else { return nil }
        }
    }

    /// Whether the bytes are the text of a number as `description` gives it.
    package static func isCanonical(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        if bytes.count == 1, bytes[0] == UInt8(ascii: "0") { return true }
        return Shape(canonical: bytes) != nil
    }

    /// Calls `body` with the text's bytes, which are valid only during the call.
    @inlinable
    package func withUTF8<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        // The text was made by this module, as contiguous UTF-8.
        description.utf8.withContiguousStorageIfAvailable(body)!
    }
}
