import MartletModel
import Testing

@testable import MartletExpressions

@Suite struct LegacyUpdateTests {
    private static let mismatch = "Type mismatch for attribute to update"

    // Action, value (empty: none), what is there (empty: nothing), and what becomes of it: a value,
    // nothing, or a refusal. Source: AWS's "AttributeUpdates (legacy)".
    private static let table: [(LegacyUpdate.Action, String, String, String)] = [
        (.put, "1", "", "1"), (.put, "{a: []}", "<1>", "{a: []}"), (.put, "null", "true", "null"),
        (.delete, "", "", ""), (.delete, "", "1", ""), (.delete, "", "[1]", ""),
        (.delete, "<1>", "", ""), (.delete, "<1>", "<1, 2>", "<2>"), (.delete, "<1>", "<1>", ""),
        (.delete, #"<"a">"#, #"<"a", "b">"#, #"<"b">"#), (.delete, "<x'01'>", "<x'01'>", ""),
        (.delete, "<1>", #"<"1">"#, mismatch), (.delete, "<1>", "1", mismatch),
        (.add, "1", "", "1"), (.add, "1", "-1.5", "-0.5"), (.add, "1", #""1""#, mismatch),
        (.add, "1", "<1>", mismatch), (.add, "1", "[1]", mismatch),
        (.add, "<1>", "", "<1>"), (.add, "<1, 3>", "<1, 2>", "<1, 2, 3>"),
        (.add, "<x'01'>", "<x'02'>", "<x'01', x'02'>"), (.add, "<1>", "1", mismatch),
        (.add, "[1]", "", "[1]"), (.add, "[1]", "[1, 2]", "[1, 2, 1]"), (.add, "[]", "", "[]"),
        (.add, "[1]", "<1>", mismatch), (.add, "[1]", "{}", mismatch),
    ]

    @Test("each action does to each type what AWS's documentation says")
    func actions() throws {
        for (action, value, before, after) in Self.table {
            let update = try UpdateExpression([
                LegacyUpdate(
                    attribute: "a.b", action: action,
                    value: value.isEmpty ? nil : try NotationReader.value(value))
            ])!
            var item: Item = ["other": .null]
            if !before.isEmpty { item["a.b"] = try NotationReader.value(before) }
            let name = "\(action.rawValue) \(value) on \(before)"
            guard after != Self.mismatch else {
                #expect(throws: ValidationError(Self.mismatch), "\(name)") {
                    try update.apply(to: item)
                }
                continue
            }
            var expected: Item = ["other": .null]
            if !after.isEmpty { expected["a.b"] = try NotationReader.value(after) }
            #expect(try update.apply(to: item) == expected, "\(name)")
            #expect(update.touchedPaths == [AttributePath("a.b")])
            #expect(update.onlyRemoves == (action == .delete))
        }
    }

    @Test("a value must be there except for DELETE, and of a type that its action takes")
    func refusals() throws {
        let invalid = "One or more parameter values were invalid: "
        for action in [LegacyUpdate.Action.put, .add] {
            #expect(
                throws: ValidationError(
                    invalid + "Only DELETE action is allowed when no attribute value is specified")
            ) {
                try LegacyUpdate(attribute: "a", action: action, value: nil)
            }
        }
        let values = [
            #""a""#, "1", "x'01'", "true", "null", #"<"a">"#, "<1>", "<x'01'>", "[]", "{}",
        ]
        let refused: [(LegacyUpdate.Action, Set<String>, String)] = [
            (.put, [], ""),
            (.add, ["S", "B", "BOOL", "NULL", "M"], "ADD action is not supported for the type "),
            (
                .delete, ["S", "N", "B", "BOOL", "NULL", "L", "M"],
                "DELETE action with value is not supported for the type "
            ),
        ]
        for (action, types, text) in refused {
            for value in try values.map(NotationReader.value) {
                let type = value.type.rawValue
                let expected = types.contains(type) ? ValidationError(invalid + text + type) : nil
                var found: ValidationError?
                do {
                    _ = try LegacyUpdate(attribute: "a", action: action, value: value)
                } catch {
                    found = error
                }
                #expect(found == expected, "\(action.rawValue) \(type)")
            }
        }
    }

    @Test("no updates are no update; very many fit a program, and more are refused")
    func limits() throws {
        #expect(try UpdateExpression([LegacyUpdate]()) == nil)
        func updates(_ count: Int) throws -> [LegacyUpdate] {
            try (0..<count).map {
                try LegacyUpdate(attribute: Text("a\($0)"), action: .add, value: .list([.null]))
            }
        }
        let update = try UpdateExpression(try updates(10_000))!
        let item = try update.apply(to: [:])
        #expect(item.count == 10_000 && item["a9999"] == .list([.null]))
        #expect(throws: ValidationError.self) { try UpdateExpression(try updates(10_001)) }
    }
}
