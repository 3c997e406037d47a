import MartletCatalog
@testable import MartletEngine
import MartletModel
import Testing

@testable import MartletWire

/// The order of docs/operations/PutItem.md: every request here breaks the rule that it stands for
/// and, where that is possible, all that follow.
@Suite struct PutItemTests {
    @Test("errors come in their documented order")
    func order() {
        let late =
            ##""ConditionExpression":"a =","ReturnValues":"ALL_NEW","##
            + ##""ExpressionAttributeNames":{"#unused":"a"}"##
        expectRefusals(
            of: PutItem.self,
            [
                // Without an item: everything, in the older way.
                (
                    #"{"ReturnConsumedCapacity":"X","ReturnValues":"X","ReturnItemCollectionMetrics":"X"}"#,
                    Texts.joined(
                        Texts.capacity, Texts.null("tableName"), Texts.null("item"),
                        Texts.returnValues, Texts.metrics)
                ),
                (#"{"TableName":"t"}"#, Texts.joined(Texts.null("item"))),
                // With one: the table's name by itself.
                (
                    #"{"TableName":"","Item":{"a":{}},"ReturnValues":"X"}"#,
                    Texts.joined(Texts.emptyName)
                ),
                (
                    #"{"TableName":"a/b","Item":{"a":{}},"ReturnValues":"X"}"#,
                    Texts.joined(Texts.patternName)
                ),
                // The other members together.
                (
                    #"{"TableName":"t","Item":{"a":{}},"ReturnConsumedCapacity":"X","ReturnValues":"X","#
                        + #""ReturnItemCollectionMetrics":"X","ReturnValuesOnConditionCheckFailure":"X"}"#,
                    Texts.joined(
                        Texts.capacity, Texts.returnValues, Texts.metrics,
                        Texts.choice("X", "returnValuesOnConditionCheckFailure", "ALL_OLD, NONE"))
                ),
                // The item's values.
                (
                    #"{"TableName":"t","Item":{"a":{"N":"x"}},"Expected":{},\#(late)}"#,
                    Texts.envelope + Texts.notNumeric
                ),
                // Who may stand beside whom.
                (
                    #"{"TableName":"t","Item":{},"Expected":{},\#(late)}"#,
                    Texts.envelope + Texts.mixed("Expected", "ConditionExpression")
                ),
                (
                    ##"{"TableName":"t","Item":{},"ExpressionAttributeNames":{"#a":"a"},"Expected":{}}"##,
                    Texts.envelope + Texts.noNamesNeeded
                ),
                (
                    #"{"TableName":"t","Item":{},"ExpressionAttributeValues":{},"Expected":{}}"#,
                    Texts.envelope + Texts.noValuesNeeded
                ),
                (
                    #"{"TableName":"t","Item":{},"ConditionalOperator":"AND"}"#,
                    Texts.envelope + "ConditionalOperator cannot be used without Filter or Expected"
                ),
                // Placeholders.
                (
                    #"{"TableName":"t","Item":{},"ConditionExpression":"a =","ExpressionAttributeValues":{}}"#,
                    Texts.envelope + "ExpressionAttributeValues must not be empty"
                ),
                (
                    #"{"TableName":"t","Item":{},"ConditionExpression":"a =","ExpressionAttributeNames":{"s":"a"}}"#,
                    Texts.envelope
                        + #"ExpressionAttributeNames contains invalid key: Syntax error; key: "s""#
                ),
                (
                    #"{"TableName":"t","Item":{},"ConditionExpression":"a =","ExpressionAttributeValues":"#
                        + #"{":v":{"SS":["b","a","b"]}}}"#,
                    Texts.envelope + Texts.invalid
                        + #"Input collection ["a", "b", "b"] contains duplicates."#
                ),
                // The expression.
                (
                    #"{"TableName":"t","Item":{},"ConditionExpression":"","ReturnValues":"ALL_NEW"}"#,
                    Texts.envelope + "Invalid ConditionExpression: The expression can not be empty;"
                ),
                (
                    #"{"TableName":"t","Item":{},"ConditionExpression":"a = :v","ReturnValues":"ALL_NEW"}"#,
                    Texts.envelope
                        + "Invalid ConditionExpression: An expression attribute value used in "
                        + "expression is not defined; attribute value: :v"
                ),
                (
                    #"{"TableName":"t","Item":{},"ConditionExpression":"a = :v","ExpressionAttributeValues":"#
                        + #"{":v":{"S":""},":u":{"S":""}},"ReturnValues":"ALL_NEW"}"#,
                    Texts.envelope
                        + "Value provided in ExpressionAttributeValues unused in expressions: "
                        + "keys: {:u}"
                ),
                // What PutItem cannot return.
                (
                    #"{"TableName":"t","Item":{},"ReturnValues":"ALL_NEW"}"#,
                    Texts.envelope + "ReturnValues can only be ALL_OLD or NONE"
                ),
            ])
    }

    @Test("an item of 409,600 bytes is accepted, and one more refused last")
    func size() throws {
        func put(_ length: Int, _ members: String = "") -> String {
            #"{"TableName":"t","Item":{"a":{"S":"\#(String(repeating: "x", count: length))"}}\#(members)}"#
        }
        #expect(failure(PutItem.self, put(409_599)) == nil)
        let tooLarge = Texts.envelope + "Item size has exceeded the maximum allowed size"
        #expect(failure(PutItem.self, put(409_600)) == .validation(tooLarge))
        let alsoWrong = Texts.envelope + "ReturnValues can only be ALL_OLD or NONE"
        #expect(
            failure(PutItem.self, put(409_600, #","ReturnValues":"ALL_NEW""#))
                == .validation(alsoWrong))
    }

    @Test("members of the wrong type are refused before anything else")
    func shapes() {
        let cases: [(String, String)] = [
            (#"{"TableName":1}"#, "NUMBER_VALUE cannot be converted to String"),
            (
                #"{"TableName":"","Item":[]}"#,
                "Unrecognized collection type java.util.Map<java.lang.String, "
                    + "com.amazonaws.dynamodb.v20120810.AttributeValue>"
            ),
            (#"{"Item":{"a":{"N":3}}}"#, "NUMBER_VALUE cannot be converted to String"),
            (
                #"{"ExpressionAttributeNames":[]}"#,
                "Unrecognized collection type java.util.Map<java.lang.String, java.lang.String>"
            ),
            (#"{"ConditionExpression":true}"#, "TRUE_VALUE cannot be converted to String"),
        ]
        for (json, text) in cases {
            #expect(failure(PutItem.self, json) == .serialization(text), "\(json)")
        }
    }

    @Test("a sound request becomes the operation; null and unknown members do not count")
    func decodes() throws {
        let plain = try decode(
            PutItem.self,
            #"{"TableName":"t","Item":{"a":{"S":"x"}},"ReturnValues":null,"Expected":null,"Other":[1]}"#
        ).operation
        #expect(plain.table == "t" && plain.item == ["a": .string("x")])
        #expect(!plain.returnsOldItem && plain.options.condition == nil)
        #expect(!plain.options.returnsItemOnConditionFailure)
        #expect(plain.options.capacityReport == .none)
        #expect(!plain.options.reportsItemCollectionMetrics)

        let full = try decode(
            PutItem.self,
            #"{"TableName":"arn:aws:dynamodb:us-east-1:000000000000:table/Music","Item":{},"#
                + ##""ConditionExpression":"attribute_not_exists(#n) OR a < :v","##
                + ##""ExpressionAttributeNames":{"#n":"a"},"##
                + #""ExpressionAttributeValues":{":v":{"N":"1"}},"#
                + #""ReturnValues":"ALL_OLD","ReturnConsumedCapacity":"INDEXES","#
                + #""ReturnItemCollectionMetrics":"SIZE","#
                + #""ReturnValuesOnConditionCheckFailure":"ALL_OLD"}"#
        ).operation
        #expect(full.table == "Music" && full.returnsOldItem)
        #expect(full.options.condition != nil && full.options.returnsItemOnConditionFailure)
        #expect(full.options.capacityReport == .indexes)
        #expect(full.options.reportsItemCollectionMetrics)
    }

    @Test("the answer has the members that were asked for")
    func encodes() throws {
        let request = try decode(PutItem.self, #"{"TableName":"t","Item":{}}"#)
        #expect(encoded(WriteAnswer(), for: request) == "{}")
        let capacity = ConsumedCapacity(
            table: "t", total: 3, tableUnits: 1, localIndexUnits: [("l", 1)],
            globalIndexUnits: [("g", 1)])
        let answer = WriteAnswer(
            attributes: .item(["a": .number(DecimalNumber(1))]), capacity: capacity,
            itemCollectionMetrics: ItemCollectionMetrics(
                key: ["a": .string("k")], lowerBoundGigabytes: 0, upperBoundGigabytes: 1))
        #expect(
            encoded(answer, for: request)
                == #"{"Attributes":{"a":{"N":"1"}},"ConsumedCapacity":{"TableName":"t","#
                + #""CapacityUnits":3.0,"Table":{"CapacityUnits":1.0},"LocalSecondaryIndexes":"#
                + #"{"l":{"CapacityUnits":1.0}},"GlobalSecondaryIndexes":{"g":{"CapacityUnits":1.0}}},"#
                + #""ItemCollectionMetrics":{"ItemCollectionKey":{"a":{"S":"k"}},"#
                + #""SizeEstimateRangeGB":[0.0,1.0]}}"#)
    }
}
