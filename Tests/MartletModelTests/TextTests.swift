import MartletModel
import MartletTestBasics
import Testing

@Suite struct TextTests {
    private let composed = Text("\u{E9}")
    private let decomposed = Text("e\u{301}")

    @Test("texts that only look alike are different")
    func canonicalEquivalents() {
        // Swift's own strings disagree, which is why there is such a type.
        #expect(composed.string == decomposed.string)
        #expect(composed != decomposed)
        #expect(composed.hashValue != decomposed.hashValue)
        #expect(Set([composed, decomposed]).count == 2)
        let map: AttributeMap = [composed: .bool(true), decomposed: .bool(false)]
        #expect(map.count == 2)
        #expect(map[composed] == .bool(true))
    }

    @Test("texts are ordered by their UTF-8 bytes")
    func order() {
        // UTF-16 units put U+1F600 (a surrogate pair) before U+FFFD; bytes do not.
        let ascending: [Text] = [
            "", "\0", "A", "Z", "a", "aa", "ab", "b", decomposed, "z", composed, "\u{FFFD}",
            "\u{1F600}",
        ]
        for (place, text) in ascending.enumerated() {
            for (other, next) in ascending.enumerated() {
                #expect((text < next) == (place < other), "\(place) < \(other)")
                #expect((text == next) == (place == other), "\(place) == \(other)")
            }
        }
    }

    @Test(
        "beginnings and parts are of bytes, not of characters",
        arguments: [
            ("abc", "ab", true, true), ("abc", "", true, true), ("abc", "abc", true, true),
            ("abc", "abcd", false, false), ("abc", "bc", false, true), ("", "", true, true),
            ("", "a", false, false), ("aab", "ab", false, true), ("aaaa", "aab", false, false),
            // "e" begins the decomposed letter and is part of it.
            ("e\u{301}", "e", true, true), ("\u{E9}", "e", false, false),
            ("x\u{E9}", "\u{E9}", false, true), ("x\0y\0z", "\0z", false, true),
        ] as [(String, String, Bool, Bool)])
    func parts(text: String, part: String, begins: Bool, contains: Bool) {
        #expect(Text(text).hasPrefix(Text(part)) == begins)
        #expect(Text(text).contains(Text(part)) == contains)
    }

    @Test("searching agrees with comparing at every place", arguments: [1, 2] as [UInt64])
    func randomSearches(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        func word(_ lengths: ClosedRange<Int>) -> [UInt8] {
            (0..<Int.random(in: lengths, using: &random)).map { _ in
                UInt8.random(in: 97...98, using: &random)
            }
        }
        for _ in 0..<2_000 {
            let (text, part) = (word(0...24), word(0...5))
            let found = (0...text.count).contains { text.dropFirst($0).starts(with: part) }
            let (whole, piece) = (
                Text(String(decoding: text, as: UTF8.self)),
                Text(String(decoding: part, as: UTF8.self))
            )
            #expect(whole.contains(piece) == found, "seed \(seed)")
        }
    }
}
