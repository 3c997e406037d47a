// PartiQL. The first byte of the input is how many parameters there are.
//
//   * Reading a statement ends, with little of the stack, and says the same each time, also with
//     white space and a comment around it.
//   * Its condition says the same of an item and of its record.

internal import MartletExpressions
internal import MartletModel
internal import MartletPartiQL

extension Fuzzer {
    static let statements = Fuzzer(
        "statements",
        words: [
            "SELECT ", "* ", "FROM ", "WHERE ", "AND ", "OR ", "NOT ", "IN [", "IS ", "BETWEEN ",
            "MISSING", "NULL", "TRUE", "INSERT INTO ", "VALUE {", "UPDATE ", "SET ", "REMOVE ",
            "DELETE ", "RETURNING ALL OLD *", "ORDER BY ", "DESC", "EXISTS(", "<<", ">>", "'", "\"",
            "?", "--", "/*", "*/", "1.5e3", "begins_with(", "size(", "contains(", "list_append(",
            "attribute_type(", "[", "]", "{", "}", "(", ")", "||", "!=", "\"t\".\"i\"",
        ],
        allocation: (256 << 10, 8 << 10),
        seeds: { _ in
            [
                "\u{0}SELECT a, b.c[0] FROM \"t\".\"i\" WHERE pk = 'x' AND sk BETWEEN 1 AND 2",
                "\u{1}SELECT * FROM t WHERE a IN [1, 'x'] OR NOT begins_with(b, ?) ORDER BY a DESC",
                "\u{0}INSERT INTO t VALUE {'pk': 'it''s', 'l': [1, {'m': <<1, 2.5e3>>}], 'b': TRUE}",
                "\u{1}UPDATE t SET a = list_append(b, [?]) REMOVE c.d[3] WHERE pk = 1",
                "\u{0}DELETE FROM t WHERE pk = 'x' AND a IS NOT MISSING RETURNING ALL OLD *",
                "\u{0}EXISTS(SELECT * FROM t WHERE pk = 1 AND (a = 2 OR b <> 3)) /* so */",
                "\u{0}SELECT * FROM t WHERE size(c) > 3 -- end",
            ].map { Array($0.utf8) }
        },
        check: { bytes throws(Finding) in
            var input = InputReader(bytes)
            let count = input.below(4)
            let parameters = Array(
                [.string("x"), .number(DecimalNumber(2)), .list([.null])].prefix(count)
                    as ArraySlice<AttributeValue>)
            let text = String(decoding: input.remainder(), as: UTF8.self)
            let outcome = try Fuzzer.outcome(text, parameters)
            try require(try Fuzzer.outcome(text, parameters) == outcome, "another outcome")
            guard let outcome, text.utf8.count < 8000 else { return }
            // A comment to the end of the line takes in what follows, so a new line comes first.
            let around = "/* before */ \(text)\n -- behind"
            try require(try Fuzzer.outcome(around, parameters) == outcome, "a comment changes it")
        })

    /// What a statement says, as far as it can be told without a table; nil when it is refused.
    private static func outcome(
        _ text: String, _ parameters: [AttributeValue]
    ) throws(Finding) -> String? {
        guard let statement = try? Statement(reading: text, parameters: parameters) else {
            return nil
        }
        let source = "\(statement.source.table)/\(statement.source.index?.string ?? "")"
        var said: String
        let condition: Condition?
        switch statement {
        case .select(let select), .exists(let select):
            said = "\(select.columns?.map { $0.name.string } ?? ["*"]) \(select.order.count)"
            condition = select.condition
        case .insert(let insert):
            said = String(decoding: json(of: insert.item), as: UTF8.self)
            condition = nil
        case .update(let update):
            said = "\(update.actions.count)"
            condition = update.condition
        case .delete(let delete):
            said = "delete"
            condition = delete.condition
        }
        if let condition { said += " if \(try holds(ConditionExpression(condition)))" }
        return "\(source) \(said) \(statement.returning?.rawValue ?? "")"
    }
}
