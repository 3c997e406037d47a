// Base64 (RFC 4648, section 4) as the service reads it: whole groups of four, padding only where it
// is due, no line breaks, and no stray bits in the last character.

/// What a text that should be base64 has wrong with it.
enum Base64Failure: Error, Equatable {
    /// The length, in characters, is not a multiple of four.
    case length(Int)
    case character(UInt8)
    /// Padding in the wrong place, or bits set behind the last byte.
    case lastCharacter
}

enum Base64 {
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// The value of each character; 0xFF for a byte outside the alphabet.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 0xFF, count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }()

    static func decode(_ text: UnsafeBufferPointer<UInt8>) throws(Base64Failure) -> [UInt8] {
        guard text.count % 4 == 0 else { throw .length(text.count) }
        guard !text.isEmpty else { return [] }
        var padding = 0
        while padding < 2, text[text.count - 1 - padding] == UInt8(ascii: "=") { padding += 1 }
        var failure: Base64Failure?
        let size = text.count / 4 * 3 - padding
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { output, used in
            failure = decode(text, characters: text.count - padding, into: output)
            used = failure == nil ? size : 0
        }
        if let failure { throw failure }
        return bytes
    }

    private static func decode(
        _ text: UnsafeBufferPointer<UInt8>, characters: Int,
        into output: UnsafeMutableBufferPointer<UInt8>
    ) -> Base64Failure? {
        var (bits, bitCount, written) = (UInt32(0), 0, 0)
        return values.withUnsafeBufferPointer { values in
            for position in 0..<characters {
                let value = values[Int(text[position])]
                guard value != 0xFF else {
                    return text[position] == UInt8(ascii: "=")
                        ? .lastCharacter : .character(text[position])
                }
                bits = bits << 6 | UInt32(value)
                bitCount += 6
                if bitCount >= 8 {
                    bitCount -= 8
                    output[written] = UInt8(truncatingIfNeeded: bits >> UInt32(bitCount))
                    written += 1
                }
            }
            return bits & (1 << UInt32(bitCount) - 1) == 0 ? nil : .lastCharacter
        }
    }

    /// The length of the text for `count` bytes.
    static func encodedCount(_ count: Int) -> Int { (count + 2) / 3 * 4 }

    /// Writes `encodedCount(bytes.count)` characters.
    static func encode(
        _ bytes: UnsafeBufferPointer<UInt8>, to output: UnsafeMutablePointer<UInt8>
    ) {
        alphabet.withUnsafeBufferPointer { alphabet in
            var written = 0
            var position = 0
            while bytes.count - position >= 3 {
                let group =
                    UInt32(bytes[position]) << 16 | UInt32(bytes[position + 1]) << 8
                    | UInt32(bytes[position + 2])
                output[written] = alphabet[Int(group >> 18)]
                output[written + 1] = alphabet[Int(group >> 12 & 63)]
                output[written + 2] = alphabet[Int(group >> 6 & 63)]
                output[written + 3] = alphabet[Int(group & 63)]
                position += 3
                written += 4
            }
            let rest = bytes.count - position
            guard rest > 0 else { return }
            let second = rest == 2 ? UInt32(bytes[position + 1]) : 0
            let group = UInt32(bytes[position]) << 16 | second << 8
            output[written] = alphabet[Int(group >> 18)]
            output[written + 1] = alphabet[Int(group >> 12 & 63)]
            output[written + 2] = rest == 2 ? alphabet[Int(group >> 6 & 63)] : UInt8(ascii: "=")
            output[written + 3] = UInt8(ascii: "=")
        }
    }

    static func encoded(_ bytes: [UInt8]) -> String {
        let size = encodedCount(bytes.count)
        return String(unsafeUninitializedCapacity: size) { output in
            guard let start = output.baseAddress else { return 0 }
            bytes.withUnsafeBufferPointer { encode($0, to: start) }
            return size
        }
    }
}
