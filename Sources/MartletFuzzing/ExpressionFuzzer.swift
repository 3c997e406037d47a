// Every kind of expression, with placeholders of every type, tried on an item. The first byte of the
// input is the kind.
//
//   * Reading an expression ends, with little of the stack, and says the same each time, also with
//     spaces around it.
//   * A condition holds for an item if it holds for its record, a projection takes the same of both,
//     and what an update makes can be stored.

internal import MartletEncoding
internal import MartletExpressions
internal import MartletModel

extension Fuzzer {
    private static let kinds = [
        "condition", "filter", "update", "projection", "keyCondition", "searchCondition",
    ]

    static let expressions = Fuzzer(
        "expressions",
        words: [
            "(", ")", "[0]", "[", "]", ".", ",", "=", "<>", "<=", ">", "+", "-", " ", "#a", "#b",
            ":v", ":s", ":l", ":x", ":m", "AND ", " OR ", "NOT ", " IN (", " BETWEEN ", "SET ",
            "REMOVE ", "ADD ", "DELETE ", "size(", "contains(", "attribute_exists(",
            "attribute_not_exists(", "attribute_type(", "begins_with(", "if_not_exists(",
            "list_append(", "99999999999", "status",
        ],
        allocation: (256 << 10, 8 << 10),
        seeds: { repository in
            repository.cases(Set(kinds)).map { word, text in
                [UInt8(kinds.firstIndex(of: word)!)] + Array(text.utf8)
            }
        },
        check: { bytes throws(Finding) in
            var input = InputReader(bytes)
            let kind = kinds[input.below(kinds.count)]
            let text = String(decoding: input.remainder(), as: UTF8.self)
            let outcome = try Fuzzer.outcome(kind, text)
            try require(try Fuzzer.outcome(kind, text) == outcome, "another outcome")
            guard let outcome, text.utf8.count < Limits.expressionBytes - 2 else { return }
            try require(try Fuzzer.outcome(kind, " \(text)\n") == outcome, "spaces change it")
        })

    private static let names: [Text: Text] = ["#a": "s", "#b": "x.y", "#p": "n", "#n": "l"]

    private static let values: AttributeMap = [
        ":v": .number(DecimalNumber(2)), ":h": .number(DecimalNumber(3)), ":w": .bool(true),
        ":s": .string("ab"), ":t": .string("S"), ":p": .string(""), ":l": .list([.null]),
        ":x": .stringSet(SortedSet(distinct: ["a", "p"])!), ":m": .map(["k": .null]),
        ":b": .binary([1, 0, 2]), ":y": .numberSet(SortedSet(distinct: [.zero])!), ":z": .null,
    ]

    private static let item: Item = [
        "a": .number(DecimalNumber(2)), "b": .map(["c": .list([.string("x"), .null])]),
        "c": .stringSet(SortedSet(distinct: ["a", "b"])!), "d": .null, "e": .bool(false),
        "l": .list([.number(.zero), .map(["z": .binary([1])]), .list([])]),
        "n": .number(DecimalNumber(-1)), "pk": .string("a"), "s": .string("abc"),
        "v": .list([.number(DecimalNumber(1)), .number(DecimalNumber(2))]),
        "x.y": .binary([0, 1]), "y": .numberSet(SortedSet(distinct: [DecimalNumber(2)])!),
    ]

    private static let record = ItemRecord(item)

    /// What an expression makes of the item, as text; nil when the expression is refused.
    private static func outcome(_ kind: String, _ text: String) throws(Finding) -> String? {
        let cache = ParsedExpressionCache(textBytes: 1 << 12)
        guard var binder = try? ExpressionBinder(names: names, values: values, cache: cache)
        else { throw Finding("refused the placeholders") }
        defer { _ = try? binder.requireAllUsed() }
        switch kind {
        case "condition", "filter":
            let kind: ExpressionKind = kind == "filter" ? .filter : .condition
            guard let condition = try? binder.condition(text, kind: kind) else { return nil }
            return String(try holds(condition))
        case "projection":
            guard let projection = try? binder.projection(text) else { return nil }
            let projected = projection.apply(to: item)
            try require(projection.apply(to: record) == projected, "the record's projection")
            return String(decoding: json(of: projected), as: UTF8.self)
        case "update":
            guard let update = try? binder.update(text) else { return nil }
            guard let updated = try? update.apply(to: item) else { return "refused" }
            try require(ItemRecord(updated).item == updated, "an update that cannot be stored")
            _ = update.touchedPart(of: updated)
            return String(decoding: json(of: updated), as: UTF8.self)
        case "keyCondition":
            return (try? binder.keyCondition(text)).map { _ in "read" }
        default:
            return (try? binder.searchCondition(text)).map { _ in "read" }
        }
    }

    /// Whether a condition holds for the sample item and for its record, which must agree.
    static func holds(_ condition: ConditionExpression) throws(Finding) -> Bool {
        let holds = condition.holds(for: item)
        try require(condition.holds(for: record) == holds, "the record does not agree")
        _ = condition.holds(for: Item())
        return holds
    }
}
