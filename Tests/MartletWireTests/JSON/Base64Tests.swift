import Foundation
import Testing

@testable import MartletWire

@Suite struct Base64Tests {
    private func decode(_ text: String) throws(Base64Failure) -> [UInt8] {
        let result = Array(text.utf8).withUnsafeBufferPointer { bytes in
            Result { () throws(Base64Failure) in try Base64.decode(bytes) }
        }
        return try result.get()
    }

    @Test("bytes of every short length survive, and the text is RFC 4648's")
    func roundTrips() throws {
        for length in 0...64 {
            var random = FuzzRandom(state: UInt64(length))
            let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
            let text = Base64.encoded(bytes)
            #expect(text == Data(bytes).base64EncodedString())
            #expect(try decode(text) == bytes)
        }
    }

    @Test("texts that are not strict base64 are refused for the first reason that applies")
    func refusesLaxTexts() {
        let cases: [(String, Base64Failure)] = [
            ("A", .length(1)), ("AAA", .length(3)), ("23456", .length(5)), ("AAA=A", .length(5)),
            ("AA*A", .character(UInt8(ascii: "*"))), ("AA A", .character(UInt8(ascii: " "))),
            ("AA_A", .character(UInt8(ascii: "_"))), ("AA-A", .character(UInt8(ascii: "-"))),
            ("A===", .lastCharacter), ("====", .lastCharacter), ("AA=A", .lastCharacter),
            ("=AAA", .lastCharacter), ("AB==", .lastCharacter), ("AAB=", .lastCharacter),
        ]
        for (text, failure) in cases {
            #expect(throws: failure, "\(text)") { try decode(text) }
        }
    }
}
