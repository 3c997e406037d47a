import Testing

@testable import MartletSigV4

@Suite("Digests") struct DigestTests {
    @Test(
        "SHA-256 gives the answers of FIPS 180",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ])
    func sha256KnownAnswers(text: String, expected: String) {
        #expect(hex(sha256(text)) == expected)
    }

    @Test("SHA-256 gives FIPS 180's answer for a million letters")
    func sha256Million() {
        #expect(
            hex(sha256(String(repeating: "a", count: 1_000_000)))
                == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    @Test(
        "HMAC-SHA-256 gives the answers of RFC 4231, for keys shorter and longer than a block",
        arguments: [
            (
                [UInt8](repeating: 0x0B, count: 20), "Hi There",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            ),
            (
                Array("Jefe".utf8), "what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            ),
            (
                [UInt8](repeating: 0xAA, count: 131),
                "Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
            ),
        ])
    func hmacKnownAnswers(key: [UInt8], text: String, expected: String) {
        #expect(hex(hmac(Array(text.utf8), key: key)) == expected)
    }

    @Test("a digest is read from 64 hexadecimal digits, and from nothing else")
    func hexDigits() throws {
        let text = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015AD"
        let read = try #require(withBytes(of: text) { Digest(hex: $0) })
        #expect(read.equalsInConstantTime(sha256("abc")))
        #expect(!read.equalsInConstantTime(sha256("abd")))
        for wrong in ["", "ba", String(text.dropLast()), text + "0", text.dropLast() + "g"] {
            #expect(withBytes(of: String(wrong)) { Digest(hex: $0) } == nil)
        }
    }

    @Test("the signing key of AWS's documentation")
    func documentedSigningKey() {
        let key = signingKey(
            secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", date: "20150830",
            region: "us-east-1", service: "iam")
        #expect(hex(key) == "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9")
    }
}
