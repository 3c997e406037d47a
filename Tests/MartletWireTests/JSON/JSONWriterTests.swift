import Foundation
import MartletModel
import Testing

@testable import MartletWire

func written(_ body: (inout JSONWriter) -> Void) -> String {
    var writer = JSONWriter(capacityBytes: 1)
    body(&writer)
    return String(decoding: writer.bytes, as: UTF8.self)
}

@Suite struct JSONWriterTests {
    @Test("commas come between entries and nowhere else")
    func placesCommas() {
        let text = written { writer in
            writer.beginObject()
            writer.member("a")
            writer.integer(1)
            writer.member("b")
            writer.beginArray()
            writer.endArray()
            writer.member("c")
            writer.beginArray()
            writer.bool(true)
            writer.null()
            writer.beginObject()
            writer.endObject()
            writer.beginObject()
            writer.entry(Text("d\"e"))
            writer.string("{")
            writer.member("f")
            writer.string(":")
            writer.endObject()
            writer.endArray()
            writer.endObject()
        }
        #expect(text == #"{"a":1,"b":[],"c":[true,null,{},{"d\"e":"{","f":":"}]}"#)
    }

    @Test("only quotes, backslashes and control characters are escaped, at every length")
    func escapes() {
        #expect(
            written { $0.string("\"\\/\u{8}\u{C}\n\r\t\u{0}\u{1F}\u{7F}é😀") }
                == #""\"\\/\b\f\n\r\t\u0000\u001F"# + "\u{7F}é😀\"")
        for length in 0...33 {
            let plain = String(repeating: "é", count: length / 2) + (length % 2 == 1 ? "x" : "")
            #expect(written { $0.string(plain) } == "\"\(plain)\"")
            #expect(written { $0.string(plain + "\n" + plain) } == "\"\(plain)\\n\(plain)\"")
        }
    }

    @Test("numbers have the shortest text that reads back, doubles always with a fraction")
    func numbers() {
        for value in [0, 7, -1, 10, 1_000_000, Int.max, Int.min] {
            #expect(written { $0.integer(value) } == "\(value)")
        }
        let doubles: [(Double, String)] = [
            (1, "1.0"), (0.5, "0.5"), (0, "0.0"), (25_000, "25000.0"),
            (1_700_000_000.123, "1700000000.123"), (1_700_000_000, "1700000000.0"),
        ]
        for (value, text) in doubles { #expect(written { $0.double(value) } == text) }
    }

    @Test("what is written reads back equal, for every text of a seeded run")
    func roundTrips() throws {
        let pieces = ["a", "\"", "\\", "\n", "\u{1}", "é", "€", "😀", "longer plain text", "{", ","]
        for seed in UInt64(0)..<2_000 {
            var random = FuzzRandom(state: seed)
            let text = (0..<Int.random(in: 0...20, using: &random))
                .map { _ in pieces.randomElement(using: &random)! }.joined()
            let json = written { $0.string(text) }
            let read = try withReader(json) { reader throws(WireError) in
                let string = try reader.readString().string
                try reader.finish()
                return string
            }
            #expect(read == text, "seed \(seed)")
            let theirs =
                try JSONSerialization.jsonObject(
                    with: Data(json.utf8), options: .fragmentsAllowed) as? String
            #expect(theirs == text, "seed \(seed)")
        }
    }

    @Test("a writer can be used again and grows as needed")
    func isReusable() {
        var writer = JSONWriter(capacityBytes: 1)
        let long = String(repeating: "x", count: 100_000)
        for _ in 0..<3 {
            writer.removeAll()
            writer.string(long)
            #expect(writer.count == long.utf8.count + 2)
        }
    }
}
