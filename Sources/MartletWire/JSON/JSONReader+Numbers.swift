/// A number as it stands in the input, well-formed and not yet interpreted.
package struct JSONNumber {
    let start: UnsafePointer<UInt8>
    let count: Int
    /// Whether it has neither a fraction nor an exponent.
    package let isInteger: Bool

    /// Its bytes, valid as long as the input.
    package var bytes: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: start, count: count)
    }

    /// The value without its fraction; nil where that needs more than 64 bits.
    package var truncated: Int64? {
        let text = String(decoding: bytes, as: UTF8.self)
        if isInteger { return Int64(text) }
        guard let value = Double(text)?.rounded(.towardZero), abs(value) < 0x1p63 else {
            return nil
        }
        return Int64(value)
    }
}

extension JSONReader {
    /// Reads a number: an optional minus, digits without a leading zero, fraction, exponent.
    package mutating func readNumber() throws(WireError) -> JSONNumber {
        skipWhitespace()
        let start = position
        var isInteger = true
        if byteIs(UInt8(ascii: "-")) { position += 1 }
        if byteIs(UInt8(ascii: "0")) {
            position += 1
        } else {
            try skipDigits()
        }
        if byteIs(UInt8(ascii: ".")) {
            isInteger = false
            position += 1
            try skipDigits()
        }
        if byteIs(UInt8(ascii: "e")) || byteIs(UInt8(ascii: "E")) {
            isInteger = false
            position += 1
            if byteIs(UInt8(ascii: "+")) || byteIs(UInt8(ascii: "-")) { position += 1 }
            try skipDigits()
        }
        return JSONNumber(start: base + start, count: position - start, isInteger: isInteger)
    }

    @inline(__always)
    private func byteIs(_ byte: UInt8) -> Bool {
        position < count && base[position] == byte
    }

    private mutating func skipDigits() throws(WireError) {
        let start = position
        while position < count, base[position] &- UInt8(ascii: "0") < 10 { position += 1 }
        guard position > start else { throw .malformed }
    }
}
