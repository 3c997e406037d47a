import MartletModel
import Testing

@testable import MartletExpressions

/// A generator whose whole run follows from its seed (SplitMix64).
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}

@Suite struct FuzzTests {
    private static let seeds = [
        "(#a = :v OR NOT size(x) > :v) AND attribute_exists(l[1].z)",
        "a BETWEEN :l AND :h AND b IN (:v, c, size(d)) OR begins_with(e, :s)",
        "NOT (contains(a, :s) AND attribute_type(b, :t)) OR a <> b",
        "SET a = if_not_exists(a, :v) + :v, b[3].c = list_append(b, :l) REMOVE c ADD d :v DELETE e :x",
        "a, b.c[2], b.d, #a.#b, l[1], l[0].x",
        "pk = :v AND sk BETWEEN :l AND :h",
    ]

    private static let pieces = [
        "(", ")", "[", "]", ".", ",", "=", "<>", "<=", ">", "+", "-", " ", "\n", "a", "b", "_",
        "0", "12", "99999999999", "#a", "#", ":v", ":s", ":", "AND", "or", "NOT", "IN", "BETWEEN",
        "SET", "REMOVE", "ADD", "DELETE", "size(", "contains(", "attribute_exists(",
        "if_not_exists(", "list_append(", "begins_with(", "attribute_type(", "status", "é", "𝄞",
        "\u{0}", "\"", "'", "*",
    ]

    private static let values: AttributeMap = [
        ":v": .number(DecimalNumber(2)), ":l": .list([.null]), ":h": .number(DecimalNumber(3)),
        ":s": .string("x"), ":t": .string("S"), ":x": .stringSet(SortedSet(distinct: ["p"])!),
    ]

    @Test("no text makes the parser, the binder or the evaluator trap", arguments: 0..<8)
    func mutations(_ run: UInt64) {
        var random = Seeded(0x6D61_7274_6C65_7400 + run)
        for _ in 0..<1_500 {
            let text = Self.mutated(&random)
            tryEverything(text, values: Self.values, names: ["#a": "a", "#b": "x.y"])
        }
    }

    private static func mutated(_ random: inout Seeded) -> String {
        var text = Array(seeds.randomElement(using: &random)!.unicodeScalars)
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            let start = Int.random(in: 0...text.count, using: &random)
            let end = Int.random(in: start...min(text.count, start + 6), using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: text.removeSubrange(start..<end)
            case 1: text.insert(contentsOf: text[start..<end], at: start)
            case 2:
                let other = Array(seeds.randomElement(using: &random)!.unicodeScalars)
                let cut = Int.random(in: 0..<other.count, using: &random)
                text.replaceSubrange(start..<end, with: other[cut...].prefix(12))
            default:
                let piece = pieces.randomElement(using: &random)!
                text.replaceSubrange(start..<end, with: Array(piece.unicodeScalars))
            }
        }
        var result = ""
        result.unicodeScalars.append(contentsOf: text)
        return result
    }
}
