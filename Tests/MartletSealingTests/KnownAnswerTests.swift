// Answers that standards give.

import COpenSSL
import MartletTestBasics
import Testing

@testable import MartletSealing

@Suite("Known answers") struct KnownAnswerTests {
    struct GCMCase: Sendable {
        var key, nonce, plain, associated, sealed: String
    }

    /// McGrew and Viega, "The Galois/Counter Mode of Operation", test cases 13 to 16.
    static let gcmCases = [
        GCMCase(
            key: String(repeating: "00", count: 32), nonce: String(repeating: "00", count: 12),
            plain: "", associated: "", sealed: "530f8afbc74536b9a963b4f1c4cb738b"),
        GCMCase(
            key: String(repeating: "00", count: 32), nonce: String(repeating: "00", count: 12),
            plain: String(repeating: "00", count: 16), associated: "",
            sealed: "cea7403d4d606b6e074ec5d3baf39d18" + "d0d1c8a799996bf0265b98b5d48ab919"),
        GCMCase(
            key: "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
            nonce: "cafebabefacedbaddecaf888",
            plain: "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
            associated: "",
            sealed: "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad"
                + "b094dac5d93471bdec1a502270e3cc6c"),
        GCMCase(
            key: "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
            nonce: "cafebabefacedbaddecaf888",
            plain: "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
            associated: "feedfacedeadbeeffeedfacedeadbeefabaddad2",
            sealed: "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
                + "76fc6ece0f4e1768cddf8853bb2d551b"),
    ]

    @Test("AES-256-GCM seals and opens as its specification says", arguments: gcmCases)
    func gcm(_ answer: GCMCase) throws {
        let context = try #require(martlet_gcm_new(answer.key.hex))
        defer { martlet_gcm_free(context) }
        let plain = answer.plain.hex
        let associated = answer.associated.hex
        var sealed = [UInt8](repeating: 0, count: plain.count + 16)
        #expect(
            martlet_gcm_seal(
                context, answer.nonce.hex, associated, associated.count, plain, plain.count,
                &sealed) == 1)
        #expect(sealed == answer.sealed.hex)
        var opened = [UInt8](repeating: 1, count: plain.count)
        #expect(
            martlet_gcm_open(
                context, answer.nonce.hex, associated, associated.count, sealed, sealed.count,
                &opened) == 1)
        #expect(opened == plain)
        for place in sealed.indices {
            var altered = sealed
            altered[place] ^= 1
            #expect(
                martlet_gcm_open(
                    context, answer.nonce.hex, associated, associated.count, altered,
                    altered.count, &opened) == 0)
            #expect(opened.allSatisfy { $0 == 0 })
        }
    }

    @Test("a block of AES-256 is as FIPS 197, appendix C.3, says")
    func block() {
        let key = Secret("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f".hex)
        let context = key.withBytes { martlet_prf_new($0.baseAddress) }
        defer { martlet_prf_free(context) }
        var result = [UInt8](repeating: 0, count: 16)
        #expect(
            martlet_prf_block(context, "00112233445566778899aabbccddeeff".hex, &result) == 1)
        #expect(result == "8ea2b7ca516745bfeafc49904b496089".hex)
    }

    @Test("HKDF-SHA-256 is as RFC 5869, appendices A.1 to A.3, says")
    func hkdf() {
        func derive(_ key: [UInt8], _ salt: [UInt8], _ info: [UInt8], _ count: Int) -> [UInt8] {
            var result = [UInt8](repeating: 0, count: count)
            #expect(
                martlet_hkdf_sha256(
                    key, key.count, salt, salt.count, info, info.count, &result, count) == 1)
            return result
        }
        let repeated = [UInt8](repeating: 0x0B, count: 22)
        #expect(
            derive(repeated, Array(0...12), Array(0xF0...0xF9), 42)
                == ("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
                + "34007208d5b887185865").hex)
        #expect(
            derive(Array(0x00...0x4F), Array(0x60...0xAF), Array(0xB0...0xFF), 82)
                == ("b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"
                + "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71"
                + "cc30c58179ec3e87c14c01d5c1f3434f1d87").hex)
        #expect(
            derive(repeated, [], [], 42)
                == ("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
                + "9d201395faa4b61a96c8").hex)
    }

    @Test("a nonce is four zeros and its number, big-endian")
    func nonces() {
        let bytes = Nonce(0x0102_0304_0506_0708).withBytes {
            Array(UnsafeBufferPointer(start: $0, count: 12))
        }
        #expect(bytes == [0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8])
    }

    @Test("no text shows a secret")
    func silence() {
        let secret = Secret([UInt8](repeating: 0xA7, count: 32))
        var dumped = ""
        dump(secret, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), dumped] {
            #expect(!text.contains("167") && !text.lowercased().contains("a7a7"))
        }
    }

    @Test("secrets are equal by all their bytes")
    func equality() {
        let bytes = [UInt8](0..<32)
        #expect(Secret(bytes).isEqual(to: Secret(bytes)))
        #expect(!Secret(bytes).isEqual(to: Secret(bytes[..<31])))
        for place in bytes.indices {
            var other = bytes
            other[place] ^= 128
            #expect(!Secret(bytes).isEqual(to: Secret(other)))
        }
    }
}

extension String {
    var hex: [UInt8] {
        let digits = Array(utf8).map { UInt8($0 > 96 ? $0 - 87 : $0 - 48) }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}
