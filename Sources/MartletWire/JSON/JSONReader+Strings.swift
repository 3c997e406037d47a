// Strings are found, not copied: eight bytes at a time up to the first that needs a look, which is
// a quote, a backslash, a control character or the start of a longer UTF-8 sequence.

extension JSONReader {
    /// Reads a string and checks its UTF-8 and its escapes.
    @inline(__always)
    package mutating func readString() throws(WireError) -> JSONString {
        skipWhitespace()
        guard position < count, base[position] == UInt8(ascii: "\"") else { throw .malformed }
        position += 1
        let start = position
        skipPlainText()
        if position < count, base[position] == UInt8(ascii: "\"") {
            position += 1
            return JSONString(
                start: base + start, count: position - 1 - start, hasEscapes: false)
        }
        return try readRestOfString(from: start)
    }

    /// Continues a string at its first byte that is not plain.
    private mutating func readRestOfString(from start: Int) throws(WireError) -> JSONString {
        var hasEscapes = false
        while position < count {
            switch base[position] {
            case UInt8(ascii: "\""):
                position += 1
                return JSONString(
                    start: base + start, count: position - 1 - start, hasEscapes: hasEscapes)
            case UInt8(ascii: "\\"):
                hasEscapes = true
                try skipEscape()
            case 0x80...0xFF:
                let length = utf8SequenceLength(base + position, limit: count - position)
                guard length > 0 else { throw .malformed }
                position += length
            default: throw .malformed
            }
            skipPlainText()
        }
        throw .malformed
    }

    /// Moves to the first byte that ends a run of plain ASCII text, or to the end.
    @inline(__always)
    private mutating func skipPlainText() {
        while count - position >= 8 {
            let word = UnsafeRawPointer(base + position).loadUnaligned(as: UInt64.self)
            let marks = marksInText(UInt64(littleEndian: word))
            if marks != 0 {
                position += marks.trailingZeroBitCount >> 3
                return
            }
            position += 8
        }
        while position < count, isPlain(base[position]) { position += 1 }
    }

    private mutating func skipEscape() throws(WireError) {
        guard position + 1 < count else { throw .malformed }
        switch base[position + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
            UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 2
        case UInt8(ascii: "u"):
            let unit = try codeUnit(at: position + 2)
            position += 6
            if unit & 0xFC00 == 0xD800 {
                guard position + 1 < count, base[position] == UInt8(ascii: "\\"),
                    base[position + 1] == UInt8(ascii: "u"),
                    try codeUnit(at: position + 2) & 0xFC00 == 0xDC00
                else { throw .malformed }
                position += 6
            } else if unit & 0xFC00 == 0xDC00 {
                throw .malformed
            }
        default: throw .malformed
        }
    }

    private func codeUnit(at start: Int) throws(WireError) -> UInt32 {
        guard count - start >= 4 else { throw .malformed }
        var unit: UInt32 = 0
        for offset in 0..<4 {
            guard let digit = hexDigitValue(base[start + offset]) else { throw .malformed }
            unit = unit << 4 | UInt32(digit)
        }
        return unit
    }
}

/// Whether a byte stands for itself inside a string, on its own.
@inline(__always)
func isPlain(_ byte: UInt8) -> Bool {
    byte >= 0x20 && byte < 0x80 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
}

/// Sets the top bit of each byte that is not plain. Bits above the lowest one set may be wrong.
@inline(__always)
func marksInText(_ word: UInt64) -> UInt64 {
    let tops: UInt64 = 0x8080_8080_8080_8080
    let ones: UInt64 = 0x0101_0101_0101_0101
    let quotes = word ^ (ones &* 0x22)
    let backslashes = word ^ (ones &* 0x5C)
    let matches = (quotes &- ones) & ~quotes | (backslashes &- ones) & ~backslashes
    let controls = (word &- (ones &* 0x20)) & ~word
    return (matches | controls | word) & tops
}

/// The length of the well-formed UTF-8 sequence of two to four bytes at `bytes`; 0 if there is none.
/// Overlong forms, surrogates and values past U+10FFFF are refused.
func utf8SequenceLength(_ bytes: UnsafePointer<UInt8>, limit: Int) -> Int {
    func isContinuation(_ offset: Int) -> Bool { bytes[offset] & 0xC0 == 0x80 }
    switch bytes[0] {
    case 0xC2...0xDF:
        return limit >= 2 && isContinuation(1) ? 2 : 0
    case 0xE0...0xEF:
        guard limit >= 3, isContinuation(1), isContinuation(2) else { return 0 }
        if bytes[0] == 0xE0, bytes[1] < 0xA0 { return 0 }
        if bytes[0] == 0xED, bytes[1] > 0x9F { return 0 }
        return 3
    case 0xF0...0xF4:
        guard limit >= 4, isContinuation(1), isContinuation(2), isContinuation(3) else { return 0 }
        if bytes[0] == 0xF0, bytes[1] < 0x90 { return 0 }
        if bytes[0] == 0xF4, bytes[1] > 0x8F { return 0 }
        return 4
    default: return 0
    }
}
