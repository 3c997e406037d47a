import MartletModel
import Testing

@testable import MartletExpressions

@Suite struct LegacyConditionTests {
    private static let stored =
        #"{S: "abc", N: 5, B: x'616263', T: true, U: null, SS: <"b", "x">, NS: <5, 7>, "#
        + #"BS: <x'62'>, L: ["b", 5, true], M: {b: 5}}"#
    private static let every = [
        "B", "BS", "L", "M", "N", "NS", "S", "SS", "T", "U", "missing",
    ]

    private static func operands(_ text: String) throws -> [AttributeValue] {
        guard case .list(let values) = try NotationReader.value("[\(text)]") else { return [] }
        return values
    }

    // What AWS's "Writing conditions with legacy parameters" says of each operator: the attributes
    // of the item above that it is true of.
    private static let table: [(ComparisonOperator, String, holds: String)] = [
        (.equal, #""abc""#, "S"), (.equal, "5.0", "N"), (.equal, "x'616263'", "B"),
        (.equal, "true", "T"), (.equal, "null", "U"), (.equal, #"<"x", "b">"#, "SS"),
        (.equal, "<7, 5>", "NS"), (.equal, "<5>", ""), (.equal, #"["b", 5, true]"#, "L"),
        (.equal, "{b: 5}", "M"), (.equal, #""5""#, ""),
        (.notEqual, #""abc""#, "B BS L M N NS SS T U missing"),
        (.notEqual, "{b: 5}", "B BS L N NS S SS T U missing"),
        (.less, #""abd""#, "S"), (.less, "6", "N"), (.less, "5", ""), (.less, "x'ff'", "B"),
        (.lessOrEqual, #""abc""#, "S"), (.lessOrEqual, "5", "N"), (.lessOrEqual, "4", ""),
        (.greater, #""abb""#, "S"), (.greater, "4", "N"), (.greater, "x''", "B"),
        (.greaterOrEqual, #""abc""#, "S"), (.greaterOrEqual, "5", "N"),
        (.greaterOrEqual, "10", ""),
        (.between, "4, 6", "N"), (.between, "5, 5", "N"), (.between, #""a", "b""#, "S"),
        (.between, "x'61', x'62'", "B"),
        (.beginsWith, #""ab""#, "S"), (.beginsWith, "x'6162'", "B"), (.beginsWith, #""b""#, ""),
        (.contains, #""b""#, "L S SS"), (.contains, "5", "L NS"), (.contains, "x'62'", "B BS"),
        (.contains, "true", "L"),
        (.notContains, #""b""#, "B BS M N NS T U"), (.notContains, "5", "B BS M N S SS T U"),
        (.isIn, #""x", "abc""#, "S"), (.isIn, "1, 5", "N"), (.isIn, "1", ""),
        (.null, "", "missing"), (.notNull, "", "B BS L M N NS S SS T U"),
    ]

    @Test("each operator is true of the values that AWS's documentation names")
    func meaning() throws {
        let item = try NotationReader.map(Self.stored)
        for (comparison, text, holds) in Self.table {
            let operands = try Self.operands(text)
            let found = try Self.every.filter { name in
                let condition = try LegacyCondition(Text(name), comparison, operands)
                return try ConditionExpression([condition], joinedBy: .and)!.holds(for: item)
            }
            #expect(found.joined(separator: " ") == holds, "\(comparison.rawValue) \(text)")
        }
    }

    @Test("an operator means what its expression means, on every pair of types")
    func sameAsExpressions() throws {
        let expressions: [(ComparisonOperator, String)] = [
            (.equal, "#a = :v"), (.notEqual, "#a <> :v"), (.less, "#a < :v"),
            (.lessOrEqual, "#a <= :v"), (.greater, "#a > :v"), (.greaterOrEqual, "#a >= :v"),
            (.isIn, "#a IN (:v)"), (.beginsWith, "begins_with(#a, :v)"),
            (.contains, "contains(#a, :v)"),
            (.notContains, "attribute_exists(#a) AND NOT contains(#a, :v)"),
        ]
        let item = try NotationReader.map(Self.stored)
        var compared = 0
        for (comparison, text) in expressions {
            for operand in item.entries.map(\.value) where comparison.takes(operand.type) {
                for name in Self.every {
                    var binder = try ExpressionBinder(
                        names: ["#a": Text(name)], values: [":v": operand])
                    let expression = try binder.condition(text)
                    let legacy = try LegacyCondition(Text(name), comparison, [operand])
                    #expect(
                        ConditionExpression(legacy.condition).holds(for: item)
                            == expression.holds(for: item), "\(name) \(text) \(operand)")
                    compared += 1
                }
            }
        }
        #expect(compared > 400)
    }

    @Test("values that do not fit an operator are refused, the first one that does not")
    func refusals() throws {
        let invalid = "One or more parameter values were invalid: "
        let sameType = invalid + "AttributeValues inside AttributeValueList must be of same type"
        let cases: [(ComparisonOperator, String, String)] = [
            (.equal, "", invalid + "Invalid number of argument(s) for the EQ ComparisonOperator"),
            (.null, "1", invalid + "Invalid number of argument(s) for the NULL ComparisonOperator"),
            (.isIn, "", invalid + "Invalid number of argument(s) for the IN ComparisonOperator"),
            (
                .between, "1, 2, 3",
                invalid + "Invalid number of argument(s) for the BETWEEN ComparisonOperator"
            ),
            (
                .beginsWith, "1",
                invalid + "ComparisonOperator BEGINS_WITH is not valid for N AttributeValue type"
            ),
            (
                .less, "true",
                invalid + "ComparisonOperator LT is not valid for BOOL AttributeValue type"
            ),
            (
                .isIn, "1, [], <2>",
                invalid + "ComparisonOperator IN is not valid for L AttributeValue type"
            ),
            (.isIn, #"1, "a", []"#, sameType), (.between, #"1, "a""#, sameType),
            (
                .between, "2, 1",
                "The BETWEEN condition was provided a range where the lower bound is greater than "
                    + "the upper bound"
            ),
        ]
        for (comparison, text, message) in cases {
            let operands = try Self.operands(text)
            #expect(throws: ValidationError(message), "\(comparison.rawValue) \(text)") {
                try LegacyCondition("a", comparison, operands)
            }
        }
    }

    @Test("OR needs one condition to hold and AND all; none at all is no condition")
    func joined() throws {
        let item: Item = ["a": .number(.zero)]
        func holds(_ names: [Text], _ joint: ConditionalOperator) throws -> Bool? {
            let conditions = try names.map { try LegacyCondition($0, .notNull, []) }
            return try ConditionExpression(conditions, joinedBy: joint)?.holds(for: item)
        }
        #expect(try holds([], .or) == nil && holds([], .and) == nil)
        #expect(try holds(["x", "a"], .or) == true && holds(["x", "a"], .and) == false)
        #expect(try holds(["x", "y"], .or) == false && holds(["a", "a"], .and) == true)
    }

    @Test("as many conditions as a request may have fit a program; more are refused")
    func limits() throws {
        let item: Item = ["a": .string("x")]
        let condition = try LegacyCondition("a", .notContains, [.string("y")])
        let most = Array(repeating: condition, count: 2_048)
        let expression = try ConditionExpression(most, joinedBy: .and)
        #expect(expression?.holds(for: item) == true)
        #expect(throws: ValidationError.self) {
            try ConditionExpression(most + [condition], joinedBy: .and)
        }
        let one = try LegacyCondition(
            "a", .isIn, Array(repeating: .string("x"), count: 4_095))
        #expect(try ConditionExpression([one], joinedBy: .and)?.holds(for: item) == true)
    }

    @Test("a key condition has a clause for each condition; what no key answers is marked")
    func keyConditions() throws {
        let one: AttributeValue = .number(DecimalNumber(1))
        let two: AttributeValue = .number(DecimalNumber(2))
        let cases: [(ComparisonOperator, [AttributeValue], KeyCondition.Comparison)] = [
            (.equal, [one], .equal(one)), (.less, [one], .less(one)),
            (.lessOrEqual, [one], .lessOrEqual(one)), (.greater, [one], .greater(one)),
            (.greaterOrEqual, [one], .greaterOrEqual(one)),
            (.between, [one, two], .between(one, two)),
            (.beginsWith, [.string("a")], .beginsWith(.string("a"))),
            (.null, [], .notIndexable), (.notNull, [], .notIndexable),
            (.notEqual, [one], .notIndexable), (.isIn, [one], .notIndexable),
            (.contains, [one], .notIndexable), (.notContains, [one], .notIndexable),
        ]
        #expect(Set(cases.map(\.0)).count == ComparisonOperator.allCases.count)
        for (comparison, operands, expected) in cases {
            let condition = try KeyCondition([LegacyCondition("k", comparison, operands)])
            #expect(condition.clauses.map(\.attribute) == ["k"])
            #expect(condition.clauses.map(\.comparison) == [expected])
        }
        #expect(throws: ValidationError("Conditions can be of length 1 or 2 only")) {
            try KeyCondition([LegacyCondition]())
        }
    }

    @Test("a list of attributes names each once; a dot is part of a name")
    func attributesToGet() throws {
        let stored = try NotationReader.map(#"{a: {b: 1}, "a.b": 2, c: 3}"#)
        let projection = try ProjectionExpression(attributesToGet: ["a.b", "c", "nope"])
        #expect(projection.apply(to: stored) == (try NotationReader.map(#"{"a.b": 2, c: 3}"#)))
        #expect(
            throws: ValidationError(
                "One or more parameter values were invalid: Duplicate value in attribute name: b")
        ) {
            try ProjectionExpression(attributesToGet: ["a", "b", "c", "b", "a"])
        }
    }
}
