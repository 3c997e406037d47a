// Statements that were broken at random: whatever comes, reading them ends, soon and with little of
// the stack.

import MartletModel
import MartletTestBasics
import Testing

@testable import MartletPartiQL

@Suite struct FuzzTests {
    private static let statements = [
        "SELECT a, b.c[0] FROM \"t\".\"i\" WHERE pk = 'x' AND sk BETWEEN 1 AND 2 ORDER BY sk DESC",
        "SELECT * FROM t WHERE a IN [1, 'x', NULL] OR NOT begins_with(b, ?) AND size(c) > 3 -- end",
        "INSERT INTO t VALUE {'pk': 'it''s', 'l': [1, {'m': <<1, 2.5e3>>}], 'b': TRUE}",
        "UPDATE t SET a = a + 1, b = list_append(b, [?]) REMOVE c.d[3] WHERE pk = 1 RETURNING ALL NEW *",
        "DELETE FROM t WHERE pk = 'x' AND a IS NOT MISSING RETURNING ALL OLD *",
        "EXISTS(SELECT * FROM t WHERE pk = 1 AND (a = 2 OR b <> 3)) /* so */",
    ]
    private static let pieces = [
        "(", ")", "[", "]", "{", "}", "<<", ">>", "'", "\"", "`", "?", ";", ",", ".", ":", "*",
        "+", "-", "--", "/*", "*/", "=", "<", ">", "!=", "||", " ", "\n", "\u{0}", "ä", "😀", "1",
        ".5", "1e", "SELECT", "FROM", "WHERE", "NOT", "AND", "OR", "IN", "IS", "BETWEEN", "LIKE",
        "SET", "REMOVE", "DELETE", "UPDATE", "INSERT INTO", "VALUE", "EXISTS", "MISSING", "NULL",
        "RETURNING", "ORDER BY", "LIMIT", "x",
    ]

    @Test("a statement broken at random is read or refused, never more")
    func mutations() {
        var random = SeededRandom(seed: testSetting("MARTLET_TEST_SEED") ?? 77)
        var refused = 0
        let rounds = Int(testSetting("MARTLET_TEST_ROUNDS") ?? 20_000)
        for _ in 0..<rounds {
            var scalars = Array(random.pick(Self.statements).unicodeScalars)
            for _ in 0...random.below(4) {
                let position = random.below(scalars.count + 1)
                switch random.below(3) {
                case 0:
                    scalars.insert(
                        contentsOf: random.pick(Self.pieces).unicodeScalars, at: position)
                case 1 where !scalars.isEmpty:
                    let end = min(scalars.count, position + random.below(6))
                    scalars.removeSubrange(position..<end)
                default:
                    let from = random.below(scalars.count + 1)
                    let to = min(scalars.count, from + random.below(12))
                    scalars.insert(contentsOf: Array(scalars[from..<to]), at: position)
                }
            }
            var text = ""
            text.unicodeScalars.append(contentsOf: scalars)
            let parameters = Array(repeating: AttributeValue.string("x"), count: random.below(3))
            if notation(text, parameters).hasPrefix("!") { refused += 1 }
        }
        #expect(refused > rounds / 10 && refused < rounds, "\(random)")
    }

    @Test("however deep a text nests, it is refused before the stack is")
    func depth() {
        for opening in ["(", "[", "{'a':", "<<", "NOT ", "- ", "size(", "a[", "(SELECT * FROM "] {
            let text =
                "SELECT * FROM t WHERE " + String(repeating: opening, count: 8000 / opening.count)
            #expect(notation(text).hasPrefix("! Statement wasn't well formed"), "\(opening)")
        }
        for chain in ["+ 1 ", "= 1 ", "|| 'x' ", "IS MISSING ", "BETWEEN 1 AND 2 "] {
            let text =
                "SELECT * FROM t WHERE 1 " + String(repeating: chain, count: 8000 / chain.count)
            #expect(notation(text).hasPrefix("! Statement wasn't well formed"), "\(chain)")
        }
    }

    @Test("long chains of AND and OR are flat")
    func chains() {
        let terms = Array(repeating: "a=1", count: 1000)
        for word in [" AND ", " OR "] {
            let text = "SELECT * FROM t WHERE " + terms.joined(separator: word)
            #expect(!notation(text).hasPrefix("!"))
        }
    }
}
