internal import Glibc
package import MartletModel

/// Text between quotes as it stands in the input: valid UTF-8 and valid escapes, still escaped.
/// It points into the input and lives no longer.
package struct JSONString {
    let start: UnsafePointer<UInt8>
    let count: Int
    let hasEscapes: Bool

    /// The bytes between the quotes.
    package var raw: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: start, count: count) }

    package var text: Text { Text(string) }

    package var string: String {
        hasEscapes
            ? String(decoding: unescaped, as: UTF8.self) : String(decoding: raw, as: UTF8.self)
    }

    /// Calls `body` with the bytes that the string stands for.
    func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        hasEscapes ? unescaped.withUnsafeBufferPointer(body) : body(raw)
    }

    /// Whether the string stands for exactly these bytes.
    @inline(__always)
    package func equals(_ name: StaticString) -> Bool {
        guard !hasEscapes else { return withBytes { $0.elementsEqual(name.bytes) } }
        return count == name.utf8CodeUnitCount && memcmp(start, name.utf8Start, count) == 0
    }

    /// Lets a `switch` over a member's name list the names it knows.
    @inline(__always)
    package static func ~= (name: StaticString, string: JSONString) -> Bool { string.equals(name) }

    // MARK: Escapes

    private var unescaped: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        var position = 0
        while position < count {
            let byte = start[position]
            position += 1
            guard byte == UInt8(ascii: "\\") else {
                bytes.append(byte)
                continue
            }
            let mark = start[position]
            position += 1
            switch mark {
            case UInt8(ascii: "b"): bytes.append(0x08)
            case UInt8(ascii: "f"): bytes.append(0x0C)
            case UInt8(ascii: "n"): bytes.append(0x0A)
            case UInt8(ascii: "r"): bytes.append(0x0D)
            case UInt8(ascii: "t"): bytes.append(0x09)
            case UInt8(ascii: "u"):
                var scalar = codeUnit(at: position)
                position += 4
                if scalar & 0xFC00 == 0xD800 {
                    // The reader has checked that the other half follows.
                    scalar = 0x10000 + (scalar & 0x3FF) << 10 + codeUnit(at: position + 2) & 0x3FF
                    position += 6
                }
                bytes.append(contentsOf: UTF8.encode(Unicode.Scalar(scalar)!)!)
            default: bytes.append(mark)
            }
        }
        return bytes
    }

    private func codeUnit(at position: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 << 4 | UInt32(hexDigitValue(start[position + $1])!) }
    }
}

extension StaticString {
    @inline(__always)
    var bytes: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: utf8Start, count: utf8CodeUnitCount)
    }
}

/// The value of a hexadecimal digit in either case.
func hexDigitValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
}
