import MartletModel
import Testing

@testable import MartletWire

@Suite struct AttributeMapBuilderTests {
    @Test("entries in any order, with repeats, make the map that inserting them makes")
    func matchesInsertion() {
        // Names that share their first eight bytes, differ after them, or end within them.
        let names: [Text] = [
            "", "a", "a\u{0}", "ab", "abcdefg", "abcdefgh", "abcdefgh\u{0}", "abcdefghi",
            "abcdefghj", "abcdefgi", "b", "é", "\u{7F}", "\u{80}", "😀", "zzzzzzzzzzzzzzzzzzzz",
        ]
        for seed in UInt64(0)..<3_000 {
            var random = FuzzRandom(state: seed)
            let count = seed % 10 == 0 ? 100 : Int.random(in: 0...24, using: &random)
            var builder = AttributeMapBuilder()
            var expected = AttributeMap()
            for position in 0..<count {
                var name = names.randomElement(using: &random)!
                if count == 100 { name = Text("\(name)\(Int.random(in: 0...40, using: &random))") }
                let value = AttributeValue.number(DecimalNumber(position))
                builder.add(name, AttributeMapBuilder.prefix(of: name), value)
                expected[name] = value
            }
            #expect(builder.finish() == expected, "seed \(seed)")
        }
    }
}
