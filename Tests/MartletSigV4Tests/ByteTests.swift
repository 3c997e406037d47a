import Testing

@testable import MartletSigV4

/// Comparisons that look at eight bytes at once, against the plain definition.
@Suite("Bytes") struct ByteTests {
    /// ASCII's capitals and no other byte have a small form.
    private func plainlyLowercased(_ bytes: [UInt8]) -> [UInt8] {
        bytes.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 + 32 : $0 }
    }

    @Test("letters are equal without their case, and only letters", arguments: [1, 7, 8, 9, 17])
    func ignoringCase(length: Int) {
        for position in [0, length / 2, length - 1] {
            for byte in UInt8.min...UInt8.max {
                // Neighbours with all bits set and none: nothing may carry over from them.
                for filler in [UInt8.min, UInt8.max, UInt8(ascii: "q")] {
                    var bytes = [UInt8](repeating: filler, count: length)
                    bytes[position] = byte
                    for other in [byte, byte ^ 0x20, byte ^ 0x80, byte &+ 1] {
                        var others = bytes
                        others[position] = other
                        let expected = plainlyLowercased(bytes) == plainlyLowercased(others)
                        let equal = bytes.withUnsafeBufferPointer { bytes in
                            others.withUnsafeBufferPointer { bytes.equalsIgnoringCase($0) }
                        }
                        #expect(equal == expected, "\(byte) and \(other)")
                    }
                }
            }
        }
    }

    @Test("pieces between separators, empty ones at both ends too")
    func pieces() {
        for (text, expected) in [
            ("", [""]), (";", ["", ""]), ("a", ["a"]), ("a;b", ["a", "b"]),
            (";a;;b;", ["", "a", "", "b", ""]),
        ] {
            var pieces: [String] = []
            withBytes(of: text) { bytes in
                bytes.forEachPiece(separatedBy: UInt8(ascii: ";")) { pieces.append($0.text) }
            }
            #expect(pieces == expected)
        }
    }
}
