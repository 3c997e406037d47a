import Testing

@testable import MartletTransfer

@Suite struct MD5Tests {
    /// The test suite of RFC 1321, A.5.
    static let vectors = [
        ("", "d41d8cd98f00b204e9800998ecf8427e"),
        ("a", "0cc175b9c0f1b6a831c399e269772661"),
        ("abc", "900150983cd24fb0d6963f7d28e17f72"),
        ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
        ("abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"),
        (
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
            "d174ab98d277d9f5a5611c2c9f419d9f"
        ),
        (
            "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
            "57edf4a22be3c955ac49da2e2107b67a"
        ),
    ]

    private func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test("the sums are those of the RFC, also when the text comes in pieces", arguments: vectors)
    func sums(_ text: String, _ expected: String) {
        let bytes = Array(text.utf8)
        #expect(hexadecimal(MD5.digest(of: bytes)) == expected)
        for size in [1, 7, 63, 64, 65] {
            var digest = MD5()
            var position = 0
            while position < bytes.count {
                digest.add(Array(bytes[position..<min(bytes.count, position + size)]))
                position += size
            }
            #expect(hexadecimal(digest.finish()) == expected, "in pieces of \(size)")
        }
    }
}
