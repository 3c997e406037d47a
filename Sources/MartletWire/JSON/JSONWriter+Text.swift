internal import Glibc
package import MartletModel

extension JSONWriter {
    @inline(__always)
    package mutating func string(_ text: Text) {
        text.withUTF8 { string($0) }
    }

    package mutating func string(_ text: String) {
        var text = text
        text.withUTF8 { string($0) }
    }

    /// A string whose UTF-8 bytes are given.
    @inline(__always)
    package mutating func string(_ bytes: UnsafeBufferPointer<UInt8>) {
        reserve(bytes.count + 3)
        writeComma()
        buffer[count] = UInt8(ascii: "\"")
        advance(by: 1)
        escaped(bytes)
        append(UInt8(ascii: "\""))
    }

    /// The inside of a string.
    @inline(__always)
    mutating func escaped(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let source = bytes.baseAddress else { return }
        reserve(bytes.count + 8)
        let target = buffer + count
        var position = 0
        while bytes.count - position >= 8 {
            let word = UnsafeRawPointer(source + position).loadUnaligned(as: UInt64.self)
            // Longer UTF-8 sequences need no escape.
            let marks = marksInText(UInt64(littleEndian: word) & 0x7F7F_7F7F_7F7F_7F7F)
            guard marks == 0 else { break }
            UnsafeMutableRawPointer(target + position).storeBytes(of: word, as: UInt64.self)
            position += 8
        }
        while position < bytes.count, !needsEscape(source[position]) {
            target[position] = source[position]
            position += 1
        }
        advance(by: position)
        if position < bytes.count {
            escapedSlowly(UnsafeBufferPointer(rebasing: bytes[position...]))
        }
    }

    @inline(never)
    private mutating func escapedSlowly(_ bytes: UnsafeBufferPointer<UInt8>) {
        for byte in bytes {
            guard needsEscape(byte) else {
                append(byte)
                continue
            }
            reserve(6)
            append(UInt8(ascii: "\\"))
            switch byte {
            case 0x08: append(UInt8(ascii: "b"))
            case 0x0C: append(UInt8(ascii: "f"))
            case 0x0A: append(UInt8(ascii: "n"))
            case 0x0D: append(UInt8(ascii: "r"))
            case 0x09: append(UInt8(ascii: "t"))
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(byte)
            default:
                append(UInt8(ascii: "u"))
                append(UInt8(ascii: "0"))
                append(UInt8(ascii: "0"))
                append(UInt8(ascii: "0") + byte >> 4)
                let low = byte & 15
                append(low < 10 ? UInt8(ascii: "0") + low : UInt8(ascii: "A") + low - 10)
            }
        }
    }

    @inline(__always)
    private func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    /// Bytes as a base64 string.
    package mutating func base64(_ bytes: UnsafeBufferPointer<UInt8>) {
        let size = Base64.encodedCount(bytes.count)
        reserve(size + 3)
        writeComma()
        buffer[count] = UInt8(ascii: "\"")
        Base64.encode(bytes, to: buffer + count + 1)
        buffer[count + 1 + size] = UInt8(ascii: "\"")
        advance(by: size + 2)
    }
}
