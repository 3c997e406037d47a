import Foundation
import Testing

@testable import MartletWire

/// Runs `body` on a reader of `text`.
func withReader<Result>(
    _ text: String, _ body: (inout JSONReader) throws(WireError) -> Result
) throws -> Result {
    let bytes = Array(text.utf8)
    return try bytes.withUnsafeBufferPointer { bytes throws(WireError) in
        var reader = JSONReader(bytes)
        return try body(&reader)
    }
}

func isWellFormed(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBufferPointer { JSONReader.isWellFormed($0) }
}

func isWellFormed(_ text: String) -> Bool { isWellFormed(Array(text.utf8)) }

@Suite struct JSONReaderTests {
    @Test(
        "whatever RFC 8259 allows is well-formed",
        arguments: [
            "{}", "[]", " \t\r\n{ \"a\" : [ 1 , 2 ] } ", "null", "true", "false", "\"\"", "0", "-0",
            "-0.0e-0", "1E+2", "1e2", "0.10", "12345678901234567890123456789012345678901234567890",
            #""\"\\\/\b\f\n\r\t\u0041\uD83D\uDE00""#, "\"\u{7F}\u{80}é€😀\"", "{\"a\":1,\"a\":2}",
            "{\"\":{}}", "[[[[]]]]",
        ])
    func acceptsValid(text: String) {
        #expect(isWellFormed(text))
    }

    @Test(
        "whatever RFC 8259 does not allow is refused",
        arguments: [
            "", " ", "{", "[", "}", "{]", "[}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,}", "[,]",
            "[1,]", "[1 2]", "{\"a\":1 \"b\":2}", "{a:1}", "{'a':1}", "{1:1}", "01", "-", "+1",
            "1.",
            ".5", "1e", "1e+", "0x10", "NaN", "Infinity", "-Infinity", "tru", "TRUE", "nul",
            "nulls",
            "{} {}", "{}x", "[1]]", "// x\n{}", "/* */{}", "\"", "\"a", "\"\\", "\"\\x\"",
            "\"\\u12\"",
            "\"\\u12G4\"", "\"\\uD83D\"", "\"\\uD83Dx\"", "\"\\uD83D\\n\"", "\"\\uD83D\\u0041\"",
            "\"\\uDE00\"", "\"\n\"", "\"\t\"", "\"\u{0}\"", "\u{FEFF}{}", "1\u{A0}",
        ])
    func refusesInvalid(text: String) {
        #expect(!isWellFormed(text))
    }

    @Test(
        "bytes that are not UTF-8 are refused wherever they stand in a string",
        arguments: [
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x41], [0xE0, 0x80, 0x80],
            [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xE2, 0x82],
            [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80],
            [0xF5, 0x80, 0x80, 0x80], [0xF0, 0x9F, 0x98], [0xFE], [0xFF],
        ] as [[UInt8]])
    func refusesInvalidUTF8(sequence: [UInt8]) {
        for lead in 0...17 {
            let padding = [UInt8](repeating: UInt8(ascii: "x"), count: lead)
            let quote = [UInt8(ascii: "\"")]
            #expect(!isWellFormed(quote + padding + sequence + quote))
            #expect(!isWellFormed(quote + padding + sequence + padding + quote))
        }
    }

    @Test("a byte that ends plain text is found at every place of an eight-byte step")
    func findsMarksEverywhere() throws {
        for length in 0...33 {
            for mark in ["\"", "\\n\"", "é\"", "😀\\\"\""] {
                let plain = String(repeating: "p", count: length)
                let text = "\"" + plain + mark + "  "
                let expected: String
                switch mark {
                case "\"": expected = plain
                case "\\n\"": expected = plain + "\n"
                case "é\"": expected = plain + "é"
                default: expected = plain + "😀\""
                }
                let read = try withReader(text) { reader throws(WireError) in
                    let string = try reader.readString().string
                    try reader.finish()
                    return string
                }
                #expect(read == expected, "length \(length), mark \(mark)")
            }
        }
    }

    @Test("escapes stand for what RFC 8259 says")
    func unescapes() throws {
        let text = #""\"\\\/\b\f\n\r\t\u0000\u0041\u00e9\u20AC\uD83D\ude00.""#
        let read = try withReader(text) { reader throws(WireError) in
            try reader.readString().string
        }
        #expect(read == "\"\\/\u{8}\u{C}\n\r\t\u{0}Aé€😀.")
    }

    @Test("a name is known also when it is written with escapes")
    func namesWithEscapes() throws {
        let text = #"{"T\u0061bleName": 1}"#
        let isKnown = try withReader(text) { reader throws(WireError) in
            var progress = try reader.beginObject()
            let name = try reader.nextMember(&progress)!
            switch name {
            case "TableNam": return false
            case "TableName": return true
            default: return false
            }
        }
        #expect(isKnown)
    }

    @Test("nesting is followed to its limit and refused beyond, without exhausting the stack")
    func boundsDepth() {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(isWellFormed(nested(JSONReader.depthLimit)))
        #expect(!isWellFormed(nested(JSONReader.depthLimit + 1)))
        #expect(!isWellFormed(String(repeating: "[", count: 1_000_000)))
        #expect(!isWellFormed(String(repeating: "{\"a\":", count: 1_000_000)))
    }

    @Test("an integer member keeps its whole part and is taken to the nearest end of its type")
    func readsIntegers() throws {
        let cases: [(String, Int, Int)] = [
            ("7", 7, 7), ("-3", -3, -3), ("2.9", 2, 2), ("-2.9", -2, -2), ("1e2", 100, 100),
            ("2147483648", 2_147_483_647, 2_147_483_648),
            ("-99999999999999999999", -2_147_483_648, .min), ("1e300", 2_147_483_647, .max),
        ]
        for (text, asInteger, asLong) in cases {
            let read = try withReader(text + " " + text) { reader throws(WireError) in
                (try reader.readOptionalInteger(.integer), try reader.readOptionalInteger(.long))
            }
            #expect(read.0 == asInteger && read.1 == asLong, "\(text)")
        }
    }
}
