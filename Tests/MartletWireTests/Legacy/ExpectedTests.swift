import MartletEngine
import MartletExpressions
import MartletModel
import Testing

@testable import MartletWire

@Suite struct ExpectedTests {
    private func put(_ members: String) -> String { #"{"TableName":"t","Item":{},\#(members)}"# }

    private static let operators =
        "IN, NULL, BETWEEN, LT, NOT_CONTAINS, EQ, GT, NOT_NULL, NE, LE, BEGINS_WITH, GE, CONTAINS"

    @Test("wrong enumerations are told with the operation's others, in their order")
    func enumerations() {
        let legacy =
            #""ConditionalOperator":"X","Expected":{"b":{"ComparisonOperator":"X"},"#
            + #""a":{"ComparisonOperator":"Y"}},"ReturnValues":"X""#
        let joint = Texts.choice("X", "conditionalOperator", "OR, AND")
        let first = Texts.choice("X", "expected.b.member.comparisonOperator", Self.operators)
        let second = Texts.choice("Y", "expected.a.member.comparisonOperator", Self.operators)
        expectRefusals(
            of: PutItem.self,
            [
                (
                    #"{"TableName":"t",\#(legacy)}"#,
                    Texts.joined(Texts.null("item"), joint, first, second, Texts.returnValues)
                ),
                (put(legacy), Texts.joined(joint, first, second, Texts.returnValues)),
            ])
        expectRefusals(
            of: DeleteItem.self,
            [
                (
                    #"{"TableName":"t",\#(legacy)}"#,
                    Texts.joined(Texts.returnValues, Texts.null("key"), joint, first, second)
                ),
                (
                    #"{"TableName":"t","Key":{},\#(legacy)}"#,
                    Texts.joined(Texts.returnValues, joint, first, second)
                ),
            ])
        expectRefusals(
            of: UpdateItem.self,
            [
                (
                    #"{"TableName":"t","Expected":{"a":{"ComparisonOperator":"Y"}}}"#,
                    Texts.joined(Texts.null("key"), second)
                ),
                (
                    #"{"TableName":"t","Key":{},"ReturnConsumedCapacity":"X","#
                        + #""Expected":{"a":{"ComparisonOperator":"Y"}}}"#,
                    Texts.joined(Texts.capacity)
                ),
            ])
    }

    @Test("errors come in their documented order")
    func order() {
        let invalid = Texts.envelope + Texts.invalid
        func expected(_ members: String) -> String { put(#""Expected":{"a":{\#(members)}}"#) }
        expectRefusals(
            of: PutItem.self,
            [
                (
                    put(
                        #""Expected":{"a":{}},"ConditionalOperator":"OR","ConditionExpression":"=""#
                    ),
                    Texts.envelope
                        + Texts.mixed("Expected, ConditionalOperator", "ConditionExpression")
                ),
                (
                    put(#""Expected":{"a":null},"ConditionalOperator":"OR""#),
                    Texts.envelope + "ConditionalOperator cannot be used without Filter or Expected"
                ),
                (
                    put(#""Expected":{"a":{}},"ConditionalOperator":"OR""#),
                    Texts.envelope
                        + "ConditionalOperator can only be used when Filter or Expected has two or "
                        + "more elements"
                ),
                // The form, before the values.
                (
                    expected(
                        #""Value":{"N":"x"},"AttributeValueList":[],"Exists":true,"#
                            + #""ComparisonOperator":"EQ""#),
                    invalid
                        + "Value and AttributeValueList cannot be used together for Attribute: a"
                ),
                (
                    expected(#""Exists":false,"ComparisonOperator":"EQ""#),
                    invalid
                        + "Exists and ComparisonOperator cannot be used together for Attribute: a"
                ),
                (
                    expected(#""ComparisonOperator":"NE""#),
                    invalid
                        + "Value or AttributeValueList must be used with ComparisonOperator: NE for "
                        + "Attribute: a"
                ),
                (
                    expected(#""AttributeValueList":[{"N":"x"}]"#),
                    invalid
                        + "AttributeValueList can only be used with a ComparisonOperator for "
                        + "Attribute: a"
                ),
                (
                    expected(#""Exists":false,"Value":{"N":"x"}"#),
                    invalid + "Value cannot be used when Exists is false for Attribute: a"
                ),
                (
                    expected(#""Exists":true"#),
                    invalid + "Value must be provided when Exists is true for Attribute: a"
                ),
                (
                    expected(#""Unknown":1"#),
                    invalid + "Value must be provided when Exists is null for Attribute: a"
                ),
                // The values, before their number and types.
                (
                    expected(#""ComparisonOperator":"EQ","AttributeValueList":[{"SS":[]},{}]"#),
                    invalid + "An string set  may not be empty"
                ),
                (expected(#""Value":{"N":"x"}"#), Texts.envelope + Texts.notNumeric),
                (
                    expected(
                        #""ComparisonOperator":"LT","AttributeValueList":[{"M":{}},{"L":[]}]"#),
                    invalid + "Invalid number of argument(s) for the LT ComparisonOperator"
                ),
                (
                    expected(#""ComparisonOperator":"LT","AttributeValueList":[{"M":{}}]"#),
                    invalid + "ComparisonOperator LT is not valid for M AttributeValue type"
                ),
                // The first attribute of the request that is wrong.
                (
                    put(#""Expected":{"b":{"Exists":true},"a":{}},"ReturnValues":"ALL_NEW""#),
                    invalid + "Value must be provided when Exists is true for Attribute: b"
                ),
                (
                    put(#""Expected":{"b":{"Exists":false}},"ReturnValues":"ALL_NEW""#),
                    Texts.envelope + "ReturnValues can only be ALL_OLD or NONE"
                ),
            ])
    }

    @Test("members of another JSON type are serialization failures, as in the rest of a request")
    func serialization() {
        let structure = "com.amazonaws.dynamodb.v20120810."
        let cases: [(String, String)] = [
            (
                #"[]"#,
                "Unrecognized collection type java.util.Map<java.lang.String, \(structure)"
                    + "ExpectedAttributeValue>"
            ),
            (#"{"a":1}"#, "Unexpected value type in payload"),
            (#"{"a":[]}"#, "Unrecognized collection type class \(structure)ExpectedAttributeValue"),
            (#"{"a":{"Exists":"true"}}"#, "Unexpected token received from parser"),
            (#"{"a":{"Value":"x"}}"#, "Unexpected field type"),
            (
                #"{"a":{"AttributeValueList":{}}}"#,
                "Start of structure or map found where not expected"
            ),
            (#"{"a":{"AttributeValueList":["x"]}}"#, "Unexpected value type in payload"),
            (#"{"a":{"ComparisonOperator":1}}"#, "NUMBER_VALUE cannot be converted to String"),
        ]
        for (json, text) in cases {
            #expect(failure(PutItem.self, put(#""Expected":\#(json)"#)) == .serialization(text))
        }
    }

    @Test("Expected becomes the operation's condition")
    func decodes() throws {
        func condition(_ members: String) throws -> ConditionExpression? {
            try decode(PutItem.self, put(members)).operation.options.condition
        }
        let item: Item = ["a": .string("x"), "n": .number(DecimalNumber(2))]
        #expect(try condition(#""Expected":{}"#) == nil)
        #expect(try condition(#""Expected":null,"ConditionalOperator":null"#) == nil)
        #expect(try condition(#""Expected":{"a":null}"#) == nil)
        let cases: [(String, Bool)] = [
            (#""Expected":{"a":{"Value":{"S":"x"}},"b":{"Exists":false}}"#, true),
            (#""Expected":{"a":{"Value":{"S":"x"}},"n":{"Value":{"N":"3"}}}"#, false),
            (
                #""Expected":{"a":{"Value":{"S":"x"}},"n":{"Value":{"N":"3"}}},"#
                    + #""ConditionalOperator":"OR""#, true
            ),
            (#""Expected":{"n":{"ComparisonOperator":"LE","Value":{"N":"2"}}}"#, true),
            (#""Expected":{"n":{"ComparisonOperator":"NULL","AttributeValueList":[]}}"#, false),
            // The last of several of one name counts.
            (#""Expected":{"a":{"Exists":false},"a":{"Value":{"S":"x"}}}"#, true),
            (#""Expected":{"a":{"Exists":false}},"Expected":{"b":{"Exists":false}}"#, true),
        ]
        for (members, holds) in cases {
            let condition = try #require(try condition(members))
            #expect(condition.holds(for: item) == holds, "\(members)")
            #expect(condition.isLegacy)
        }
        let deleted = try decode(
            DeleteItem.self, #"{"TableName":"t","Key":{},"Expected":{"b":{"Exists":false}}}"#)
        #expect(deleted.operation.options.condition?.holds(for: item) == true)
    }
}
