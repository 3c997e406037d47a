// Deep texts on a thread with the smallest stack that the program uses: reading and forgetting them
// must fit.

import MartletTestBasics
import Testing

@testable import MartletPartiQL

@Suite struct StackTests {
    private static func nested(_ open: String, _ middle: String, _ close: String, _ count: Int)
        -> String
    {
        "SELECT * FROM t WHERE " + String(repeating: open, count: count) + middle
            + String(repeating: close, count: count)
    }

    @Test("no nesting overflows a stack of 512 KiB, as deep as it is read and deeper")
    func deepTexts() {
        onSmallStack {
            for count in [20, 23, 31, 44, 45, 46, 47, 48, 49, 60, 100, 800] {
                for (open, middle, close) in [
                    ("(", "a = 1", ")"), ("NOT ", "a = 1", ""), ("NOT (", "a = 1", ")"),
                    ("(b = 2 AND ", "a = 1", ")"), ("(b = 2 OR ", "a = 1", ")"),
                    ("a = [", "1", "]"), ("[", "1", "]"), ("{'a': ", "1", "}"), ("- ", "1", ""),
                    ("a[", "1", "]"), ("size(", "a", ")"), ("(SELECT * FROM t WHERE ", "a", ")"),
                ] {
                    _ = notation(Self.nested(open, middle, close, count))
                }
                let sums = String(repeating: " + 1", count: count)
                _ = notation("UPDATE t SET a = b\(sums) WHERE pk = 1")
            }
        }
    }
}
