import MartletCatalog
@testable import MartletEngine
import MartletModel
import Testing

@testable import MartletWire

@Suite struct TransactWriteItemsTests {
    private func items(_ items: String...) -> String {
        #"{"TransactItems":[\#(items.joined(separator: ","))]}"#
    }

    private let put = #"{"Put":{"TableName":"t","Item":{"a":{"S":"x"}}}}"#

    @Test("errors come in their documented order: members first, then action by action")
    func order() {
        let unused = "Value provided in ExpressionAttributeValues unused in expressions: keys: {:u}"
        let late =
            #"{"Delete":{"TableName":"t","Key":{},"ConditionExpression":"a = :v","#
            + #""ExpressionAttributeValues":{":v":{"S":"x"},":u":{"S":"x"}}}}"#
        expectRefusals(
            of: TransactWriteItems.self,
            [
                (
                    #"{"ReturnItemCollectionMetrics":"X","ReturnConsumedCapacity":"X","ClientRequestToken":""}"#,
                    Texts.joined(
                        Texts.capacity, Texts.metrics,
                        "Value '' at 'clientRequestToken' failed to satisfy constraint: "
                            + "Member must have length greater than or equal to 1",
                        Texts.null("transactItems"))
                ),
                (
                    items(),
                    Texts.joined(
                        "Value '[]' at 'transactItems' failed to satisfy constraint: "
                            + "Member must have length greater than or equal to 1")
                ),
                (
                    items(put, #"{"Put":{}}"#, #"{"Update":{"TableName":"t","Key":{}}}"#),
                    Texts.joined(
                        Texts.null("transactItems.2.member.put.item"),
                        Texts.null("transactItems.2.member.put.tableName"),
                        Texts.null("transactItems.3.member.update.updateExpression"))
                ),
                (
                    items(#"{"ConditionCheck":{"TableName":"t","Key":{}}}"#),
                    Texts.joined(
                        Texts.null("transactItems.1.member.conditionCheck.conditionExpression"))
                ),
                (
                    items(put, "{}"),
                    "TransactItems can only contain one of Check, Put, Update or Delete"
                ),
                (
                    items(
                        #"{"Put":{"TableName":"t","Item":{}},"Delete":{"TableName":"t","Key":{}}}"#),
                    "TransactItems can only contain one of Check, Put, Update or Delete"
                ),
                // The first action with a problem wins, whatever the problem.
                (
                    items(
                        #"{"Put":{"TableName":"t","Item":{"a":{"SS":["b","a","b"]}}}}"#, late),
                    Texts.invalid + "Input collection [b, a, b] contains duplicates."
                ),
                (items(late, #"{"Put":{"TableName":"t","Item":{"a":{}}}}"#), unused),
                (
                    items(
                        #"{"Put":{"TableName":"t","Item":{},"ExpressionAttributeValues":{":v":{}}}}"#
                    ),
                    Texts.noValuesNeeded + ": ConditionExpression is null"
                ),
                (
                    items(
                        #"{"Update":{"TableName":"t","Key":{},"UpdateExpression":"SET","#
                            + #""ExpressionAttributeValues":{":v":{"SS":[]}}}}"#),
                    "ExpressionAttributeValues contains invalid value: " + Texts.invalid
                        + "An string set  may not be empty for key :v"
                ),
                (
                    items(#"{"Update":{"TableName":"t","Key":{},"UpdateExpression":""}}"#),
                    "Invalid UpdateExpression: The expression can not be empty;"
                ),
            ])
        let many = Array(repeating: put, count: 101)
        let text = failure(
            TransactWriteItems.self, #"{"TransactItems":[\#(many.joined(separator: ","))]}"#)
        guard case .validation(let message) = text else {
            Issue.record("101 actions were accepted")
            return
        }
        #expect(message.hasPrefix("1 validation error detected: Value '["))
        #expect(
            message.hasSuffix(
                "]' at 'transactItems' failed to satisfy constraint: "
                    + "Member must have length less than or equal to 100"))
    }

    @Test("actions keep their order and kind")
    func decodes() throws {
        let operation = try decode(
            TransactWriteItems.self,
            items(
                put,
                #"{"Update":{"TableName":"u","Key":{"a":{"S":"x"}},"UpdateExpression":"REMOVE b","#
                    + #""ConditionExpression":"attribute_exists(b)","#
                    + #""ReturnValuesOnConditionCheckFailure":"ALL_OLD"}}"#,
                #"{"Delete":{"TableName":"d","Key":{}}}"#,
                #"{"ConditionCheck":{"TableName":"c","Key":{},"ConditionExpression":"a = a.b"}}"#)
        ).operation
        #expect(operation.actions.map(\.table) == ["t", "u", "d", "c"])
        #expect(operation.actions.map { $0.condition != nil } == [false, true, false, true])
        #expect(
            operation.actions.map(\.returnsItemOnConditionFailure) == [false, true, false, false])
        #expect(operation.token == nil)
        guard case .put = operation.actions[0].effect, case .update = operation.actions[1].effect,
            case .delete = operation.actions[2].effect, case .check = operation.actions[3].effect
        else {
            Issue.record("wrong effects")
            return
        }
    }

    @Test("a request's digest depends on what it asks, not on how it is written")
    func digests() throws {
        func digest(_ action: String, _ rest: String = "") throws -> [UInt8] {
            let operation = try decode(
                TransactWriteItems.self,
                #"{"ClientRequestToken":"k","TransactItems":[\#(action)]\#(rest)}"#
            ).operation
            return try #require(operation.token).requestDigest
        }
        let base = try digest(
            #"{"Put":{"TableName":"t","Item":{"a":{"N":"1"},"b":{"SS":["x","y"]}}}}"#)
        let same = try digest(
            #"{ "Put": {"Item":{"b":{"SS":["y","x"]},"\u0061":{"N":"1.0"}}, "TableName":"t"} }"#,
            #","ReturnConsumedCapacity":"TOTAL""#)
        #expect(base == same && base.count == 16)
        let others = [
            #"{"Put":{"TableName":"t","Item":{"a":{"N":"2"},"b":{"SS":["x","y"]}}}}"#,
            #"{"Put":{"TableName":"u","Item":{"a":{"N":"1"},"b":{"SS":["x","y"]}}}}"#,
            #"{"Delete":{"TableName":"t","Key":{"a":{"N":"1"},"b":{"SS":["x","y"]}}}}"#,
            #"{"Put":{"TableName":"t","Item":{"a":{"N":"1"},"b":{"SS":["x","y"]}},"#
                + #""ConditionExpression":"attribute_exists(a)"}}"#,
        ]
        for other in others { #expect(try digest(other) != base) }
    }

    @Test("the answer is empty unless more was asked for")
    func encodes() throws {
        let request = try decode(TransactWriteItems.self, items(put))
        let none = TransactWriteItems.Output(capacity: [], itemCollectionMetrics: [])
        #expect(encoded(none, for: request) == "{}")
        let capacity = ConsumedCapacity(
            table: "t", total: 2, tableUnits: 2, direction: .write)
        let some = TransactWriteItems.Output(
            capacity: [capacity],
            itemCollectionMetrics: [
                (
                    "t",
                    [
                        ItemCollectionMetrics(
                            key: ["a": .string("x")], lowerBoundGigabytes: 0, upperBoundGigabytes: 1
                        )
                    ]
                )
            ])
        #expect(
            encoded(some, for: request)
                == #"{"ItemCollectionMetrics":{"t":[{"ItemCollectionKey":{"a":{"S":"x"}},"#
                + #""SizeEstimateRangeGB":[0.0,1.0]}]},"ConsumedCapacity":[{"TableName":"t","#
                + #""WriteCapacityUnits":2.0,"CapacityUnits":2.0,"Table":"#
                + #"{"WriteCapacityUnits":2.0,"CapacityUnits":2.0}}]}"#)
    }
}
