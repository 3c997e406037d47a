import MartletCatalog
@testable import MartletEngine
import MartletExpressions
import MartletModel
import Testing

@testable import MartletWire

@Suite struct LegacyReadTests {
    private func query(_ members: String) -> String { #"{"TableName":"t",\#(members)}"# }

    private static let operators =
        "IN, NULL, BETWEEN, LT, NOT_CONTAINS, EQ, GT, NOT_NULL, NE, LE, BEGINS_WITH, GE, CONTAINS"
    private static let keys =
        #""KeyConditions":{"h":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"x"}]}}"#

    private static func tooShort(_ path: String) -> String {
        "Value '[]' at '\(path)' failed to satisfy constraint: "
            + "Member must have length greater than or equal to 1"
    }

    private static let duplicate = Texts.invalid + "Duplicate value in attribute name: a"

    @Test("constraints of members are told with the operation's others, in their order")
    func constraints() {
        let names = (0..<256).map { "n\($0)" }
        expectRefusals(
            of: Query.self,
            [
                (
                    query(
                        #""AttributesToGet":[],"QueryFilter":{"a":{}},"Select":"X","#
                            + #""ConditionalOperator":"X","Limit":0,"#
                            + #""KeyConditions":{"b":{"ComparisonOperator":"X"}}"#),
                    Texts.joined(
                        Self.tooShort("attributesToGet"),
                        Texts.null("queryFilter.a.member.comparisonOperator"),
                        Texts.choice(
                            "X", "select",
                            "SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES"),
                        Texts.choice("X", "conditionalOperator", "OR, AND"),
                        Texts.choice(
                            "X", "keyConditions.b.member.comparisonOperator", Self.operators),
                        "Value at 'Limit' failed to satisfy constraint: "
                            + "Member must have value greater than or equal to 1")
                )
            ])
        expectRefusals(
            of: GetItem.self,
            [
                (
                    #"{"TableName":"t","Key":{},"AttributesToGet":"#
                        + "[\(names.map { "\"\($0)\"" }.joined(separator: ","))]}",
                    Texts.joined(
                        "Value '[\(names.joined(separator: ", "))]' at 'attributesToGet' failed to "
                            + "satisfy constraint: Member must have length less than or equal to 255"
                    )
                )
            ])
        expectRefusals(
            of: BatchGetItem.self,
            [
                (
                    #"{"RequestItems":{"tab":{"Keys":[{}],"AttributesToGet":[]}}}"#,
                    Texts.joined(Self.tooShort("requestItems.tab.member.attributesToGet"))
                )
            ])
    }

    @Test("errors of a query come in their documented order")
    func queryOrder() {
        let noType =
            "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"
        let badFilter =
            #""QueryFilter":{"a":{"ComparisonOperator":"EQ","AttributeValueList":[{}]}}"#
        let badKeys = #""KeyConditions":{"h":{"ComparisonOperator":"EQ"}}"#
        let start = #""ExclusiveStartKey":{"a":{}}"#
        expectRefusals(
            of: Query.self,
            [
                (
                    query(
                        #""AttributesToGet":["a","a"],"KeyConditions":{},\#(badFilter),"#
                            + #""ConditionalOperator":"OR","KeyConditionExpression":"","#
                            + #""FilterExpression":"","ProjectionExpression":"""#),
                    Texts.mixed(
                        "AttributesToGet, QueryFilter, ConditionalOperator, KeyConditions",
                        "ProjectionExpression, FilterExpression, KeyConditionExpression")
                ),
                (
                    query(#"\#(badFilter),"ConditionalOperator":"OR","AttributesToGet":["a","a"]"#),
                    "ConditionalOperator can only be used when Filter or Expected has two or more "
                        + "elements"
                ),
                (query(#"\#(badFilter),"AttributesToGet":["a","a"],\#(start)"#), noType),
                (query(#""AttributesToGet":["a","a"],\#(start)"#), Self.duplicate),
                (
                    query(#""AttributesToGet":["a"],"Select":"COUNT",\#(start)"#),
                    "The provided starting key is invalid: " + noType
                ),
                (
                    query(#""AttributesToGet":["a"],"Select":"COUNT""#),
                    "Cannot specify the AttributesToGet when choosing to get only the Count"
                ),
                (
                    query(#""AttributesToGet":["a"],"Select":"ALL_PROJECTED_ATTRIBUTES""#),
                    "Cannot specify the AttributesToGet when choosing to get "
                        + "ALL_PROJECTED_ATTRIBUTES"
                ),
                (
                    query(#""QueryFilter":{}"#),
                    "Either the KeyConditions or KeyConditionExpression parameter must be "
                        + "specified in the request."
                ),
                (
                    query(#"\#(badKeys),"FilterExpression":"""#),
                    "Invalid FilterExpression: The expression can not be empty;"
                ),
                (
                    query(badKeys),
                    Texts.invalid + "Invalid number of argument(s) for the EQ ComparisonOperator"
                ),
                (query(#""KeyConditions":{}"#), "Conditions can be of length 1 or 2 only"),
            ])
    }

    @Test("errors of a scan come in their documented order")
    func scanOrder() {
        let badFilter =
            #""ScanFilter":{"a":{"ComparisonOperator":"NULL","AttributeValueList":[{"S":"x"}]}}"#
        expectRefusals(
            of: Scan.self,
            [
                (
                    query(#"\#(badFilter),"AttributesToGet":["a","a"],"Segment":1"#),
                    Self.duplicate
                ),
                (
                    query(#"\#(badFilter),"ExclusiveStartKey":{"a":{}},"Segment":1"#),
                    Texts.invalid + "Invalid number of argument(s) for the NULL ComparisonOperator"
                ),
                (
                    query(#""ConditionalOperator":"AND","ScanFilter":{}"#),
                    "ConditionalOperator cannot be used without Filter or Expected"
                ),
            ])
    }

    @Test("a list that names an attribute twice is told after the key's values")
    func lists() {
        expectRefusals(
            of: GetItem.self,
            [
                (
                    #"{"TableName":"t","Key":{"a":{"N":"x"}},"AttributesToGet":["a","a"]}"#,
                    Texts.notNumeric
                ),
                (#"{"TableName":"t","Key":{},"AttributesToGet":["b","a","a"]}"#, Self.duplicate),
            ])
        expectRefusals(
            of: BatchGetItem.self,
            [
                (
                    #"{"RequestItems":{"tab":{"Keys":[{},{}],"AttributesToGet":["a","a"]}}}"#,
                    Self.duplicate
                )
            ])
    }

    @Test("legacy parameters become what expressions become")
    func decodes() throws {
        let operation = try decode(
            Query.self,
            query(
                #""KeyConditions":{"s":{"ComparisonOperator":"BETWEEN","AttributeValueList":"#
                    + #"[{"N":"1"},{"N":"2"}]},"h":{"ComparisonOperator":"EQ","AttributeValueList":"#
                    + #"[{"S":"x"}]}},"QueryFilter":{"a":{"ComparisonOperator":"NOT_NULL"},"#
                    + #""b":{"ComparisonOperator":"NOT_NULL"}},"ConditionalOperator":"OR","#
                    + #""AttributesToGet":["a.b","c"],"Select":"SPECIFIC_ATTRIBUTES""#)
        ).operation
        #expect(operation.keyCondition.clauses.map(\.attribute) == ["s", "h"])
        #expect(
            operation.keyCondition.clauses.map(\.comparison) == [
                .between(.number(DecimalNumber(1)), .number(DecimalNumber(2))),
                .equal(.string("x")),
            ])
        #expect(operation.reading.filter?.holds(for: ["b": .null] as Item) == true)
        #expect(operation.reading.filter?.holds(for: ["c": .null] as Item) == false)
        #expect(
            operation.reading.projection?.paths == [AttributePath("a.b"), AttributePath("c")])

        let beside = try decode(
            Query.self, query(Self.keys + #","FilterExpression":"attribute_exists(a)""#)
        ).operation
        #expect(beside.keyCondition.clauses.map(\.attribute) == ["h"])
        #expect(beside.reading.filter?.isLegacy == false)
    }

    @Test("keys not read come back with the list that they came with")
    func unprocessedKeys() throws {
        let request = try decode(
            BatchGetItem.self,
            #"{"RequestItems":{"tab":{"Keys":[{"a":{"S":"x"}}],"AttributesToGet":["b.c","a"]}}}"#)
        let output = BatchGetItem.Output(responses: [[]], unprocessed: [[0]], capacity: [])
        #expect(
            encoded(output, for: request)
                == #"{"Responses":{"tab":[]},"UnprocessedKeys":{"tab":{"Keys":[{"a":{"S":"x"}}],"#
                + #""AttributesToGet":["b.c","a"]}}}"#)
    }
}
