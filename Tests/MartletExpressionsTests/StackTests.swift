// The deepest texts that 4,096 bytes can hold, on a thread with the smallest stack that the program
// uses: reading, binding, evaluating and forgetting them must fit.

import MartletModel
import MartletTestBasics
import Synchronization
import Testing

@testable import MartletExpressions

@Suite struct StackTests {
    private static func nested(_ open: String, _ middle: String, _ close: String) -> String {
        let count = (4_096 - middle.utf8.count) / (open.utf8.count + close.utf8.count)
        return String(repeating: open, count: count) + middle
            + String(repeating: close, count: count)
    }

    private static let texts = [
        nested("(", "a = :v", ")"), nested("(", "a = :v", ""), nested("(", "", ""),
        nested("NOT ", "a = :v", ""), nested("NOT(", "a = :v", ")"), nested("NOT(", "", ""),
        nested("(a=:v AND ", "b = :v", ")"), nested("(a=:v OR ", "b = :v", ""),
        nested("size(", "a", ")"), nested("size(", "a", ") = :v"), nested("size(", "", ""),
        nested("contains(a,", "b", ")"), nested("a=((", ":v", "))"), nested("a IN (", "a", ")"),
        nested("a=:v AND ", "b = :v", ""), nested("a.", "b = :v", ""), nested("a[0]", "= :v", ""),
    ]

    private static let updates = [
        "SET a = " + nested("(", "b", ")").dropFirst(8),
        "SET a = " + nested("list_append(b,", ":v", ")").dropFirst(28) + "))",
        "SET a = " + nested("if_not_exists(b,", ":v", ")").dropFirst(32) + "))",
        "SET a = " + nested("size(", "b", ")").dropFirst(10),
        "REMOVE a" + String(repeating: ",a", count: 2_000),
    ]

    @Test("no nesting overflows a stack of 512 KiB")
    func deepTexts() {
        let checked = Mutex(0)
        onSmallStack {
            for text in Self.texts + Self.updates {
                for prefix in [text, String(text.dropLast()), text + ")"] {
                    tryEverything(prefix, values: [":v": .list([])])
                    checked.withLock { $0 += 1 }
                }
            }
        }
        #expect(checked.withLock { $0 } == (Self.texts.count + Self.updates.count) * 3)
    }

    @Test("150 functions inside each other are evaluated")
    func deepUpdate() throws {
        let depth = 150
        let text =
            "SET a = " + String(repeating: "list_append(:v,", count: depth) + ":v"
            + String(repeating: ")", count: depth)
        var binder = try ExpressionBinder(names: nil, values: [":v": .list([.null])])
        let update = try binder.update(text)
        let lengths = Mutex<Int?>(nil)
        onSmallStack {
            if case .list(let elements)? = try? update.apply(to: Item())["a"] {
                lengths.withLock { $0 = elements.count }
            }
        }
        #expect(lengths.withLock { $0 } == depth + 1)
    }
}

/// Reads `text` as every kind of expression and uses what comes of it. Errors are fine.
func tryEverything(_ text: String, values: AttributeMap, names: [Text: Text]? = nil) {
    let cache = ParsedExpressionCache(textBytes: 1_024)
    let item: Item = [
        "a": .map(["b": .list([.number(DecimalNumber(1))])]), "b": .list([.string("x")]),
        "c": .stringSet(SortedSet(distinct: ["p"])!),
    ]
    guard var binder = try? ExpressionBinder(names: names, values: values, cache: cache) else {
        return
    }
    _ = (try? binder.condition(text))?.holds(for: item)
    _ = (try? binder.condition(text))?.holds(for: MissingItem())
    _ = (try? binder.projection(text))?.apply(to: item)
    _ = try? binder.keyCondition(text)
    _ = try? binder.searchCondition(text)
    if let update = try? binder.update(text) {
        _ = try? update.apply(to: item)
        _ = update.touchedPart(of: item)
    }
    try? binder.requireAllUsed()
}
