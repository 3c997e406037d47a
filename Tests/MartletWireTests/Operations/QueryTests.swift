import MartletCatalog
@testable import MartletEngine
import MartletExpressions
import MartletModel
import Testing

@testable import MartletWire

@Suite struct QueryTests {
    private func query(_ members: String) -> String { #"{"TableName":"t",\#(members)}"# }

    @Test("errors come in their documented order")
    func order() {
        let tooSmall =
            "Value at 'Limit' failed to satisfy constraint: "
            + "Member must have value greater than or equal to 1"
        expectRefusals(
            of: Query.self,
            [
                (
                    #"{"IndexName":"i!","ReturnConsumedCapacity":"X","Select":"X","Limit":0}"#,
                    Texts.joined(
                        Texts.null("tableName"),
                        "Value 'i!' at 'indexName' failed to satisfy constraint: "
                            + "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
                        "Value 'i!' at 'indexName' failed to satisfy constraint: "
                            + "Member must have length greater than or equal to 3",
                        Texts.capacity,
                        Texts.choice(
                            "X", "select",
                            "SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, "
                                + "ALL_PROJECTED_ATTRIBUTES"), tooSmall)
                ),
                (query(#""Limit":0,"KeyConditions":{}"#), Texts.joined(tooSmall)),
                (
                    query(#""KeyConditionExpression":"x","QueryFilter":{},"KeyConditions":{}"#),
                    Texts.mixed("QueryFilter, KeyConditions", "KeyConditionExpression")
                ),
                (
                    query(#""ConditionalOperator":"AND","ExpressionAttributeNames":{}"#),
                    "ConditionalOperator cannot be used without Filter or Expected"
                ),
                (
                    query(
                        #""ProjectionExpression":"a","ExpressionAttributeValues":{":v":{"S":"x"}}"#),
                    Texts.noValuesNeeded
                ),
                (
                    query(
                        #""KeyConditionExpression":"","ExpressionAttributeValues":{":v":{"N":"x"}},"#
                            + #""ExclusiveStartKey":{"a":{"N":"y"}}"#), Texts.notNumeric
                ),
                (
                    query(
                        #""KeyConditionExpression":"","ExclusiveStartKey":{"a":{"N":"x"}},"#
                            + #""Select":"SPECIFIC_ATTRIBUTES""#),
                    "The provided starting key is invalid: " + Texts.notNumeric
                ),
                (
                    query(#""KeyConditionExpression":"","Select":"SPECIFIC_ATTRIBUTES""#),
                    Texts.envelope
                        + "Must specify the AttributesToGet or ProjectionExpression when choosing "
                        + "to get SPECIFIC_ATTRIBUTES"
                ),
                (
                    query(
                        #""KeyConditionExpression":"","Select":"COUNT","ProjectionExpression":"a""#),
                    "Cannot specify the ProjectionExpression when choosing to get only the Count"
                ),
                (
                    query(
                        #""KeyConditionExpression":"","Select":"ALL_ATTRIBUTES","ProjectionExpression":"a""#
                    ),
                    "Cannot specify the ProjectionExpression when choosing to get ALL_ATTRIBUTES"
                ),
                (
                    query(#""KeyConditionExpression":"","Select":"ALL_PROJECTED_ATTRIBUTES""#),
                    "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName"
                ),
                (
                    query(#""FilterExpression":"""#),
                    "Either the KeyConditions or KeyConditionExpression parameter must be "
                        + "specified in the request."
                ),
                (
                    query(#""KeyConditionExpression":"","FilterExpression":"""#),
                    "Invalid KeyConditionExpression: The expression can not be empty;"
                ),
                (
                    query(
                        #""KeyConditionExpression":"begins_with(a, :n)","FilterExpression":"","#
                            + #""ExpressionAttributeValues":{":n":{"N":"1"}}"#),
                    "Invalid KeyConditionExpression: Incorrect operand type for operator or "
                        + "function; operator or function: begins_with, operand type: N"
                ),
                (
                    query(
                        #""KeyConditionExpression":"a = :v","FilterExpression":"((b = :v))","#
                            + #""ExpressionAttributeValues":{":v":{"N":"1"}}"#),
                    "Invalid FilterExpression: The expression has redundant parentheses;"
                ),
                (
                    query(
                        #""KeyConditionExpression":"a = :v","ProjectionExpression":"b,b","#
                            + #""ExpressionAttributeValues":{":v":{"N":"1"}}"#),
                    "Invalid ProjectionExpression: Two document paths overlap with each other; "
                        + "must remove or rewrite one of these paths; path one: [b], path two: [b]"
                ),
                (
                    query(
                        #""KeyConditionExpression":"a = :v","ExpressionAttributeValues":"#
                            + #"{":v":{"N":"1"},":u":{"N":"1"}}"#),
                    "Value provided in ExpressionAttributeValues unused in expressions: keys: {:u}"
                ),
            ])
    }

    @Test("a sound request becomes the operation")
    func decodes() throws {
        let operation = try decode(
            Query.self,
            query(
                #""IndexName":"idx","KeyConditionExpression":":lo <= s AND h = :h","Limit":7.9,"#
                    + #""ScanIndexForward":false,"ConsistentRead":true,"Select":"COUNT","#
                    + #""ExclusiveStartKey":{"h":{"S":"x"}},"ExpressionAttributeValues":"#
                    + #"{":lo":{"N":"1"},":h":{"S":"x"}}"#)
        ).operation
        #expect(operation.index == "idx" && !operation.isForward)
        #expect(operation.reading.limit == 7 && operation.reading.isConsistent)
        #expect(operation.reading.select == .count)
        #expect(operation.reading.exclusiveStartKey == ["h": .string("x")])
        #expect(operation.keyCondition.clauses.map(\.attribute) == ["s", "h"])
    }

    @Test("a page has items unless only their number was asked for, and a key if it goes on")
    func encodes() throws {
        let request = try decode(
            Query.self,
            query(
                #""KeyConditionExpression":"h = :h","ExpressionAttributeValues":{":h":{"S":"x"}}"#))
        let page = Page(
            items: [.item(["h": .string("x")])], count: 1, scannedCount: 3,
            lastEvaluatedKey: ["h": .string("x")],
            capacity: ConsumedCapacity(table: "t", total: 0.5))
        #expect(
            encoded(page, for: request)
                == #"{"Items":[{"h":{"S":"x"}}],"Count":1,"ScannedCount":3,"LastEvaluatedKey":"#
                + #"{"h":{"S":"x"}},"ConsumedCapacity":{"TableName":"t","CapacityUnits":0.5}}"#)
        let count = Page(items: nil, count: 0, scannedCount: 0)
        #expect(encoded(count, for: request) == #"{"Count":0,"ScannedCount":0}"#)
    }
}
