import MartletCatalog
@testable import MartletEngine
import MartletModel
import Testing

@testable import MartletWire

@Suite struct GetItemTests {
    @Test("errors come in their documented order, without an envelope")
    func order() {
        expectRefusals(
            of: GetItem.self,
            [
                (
                    #"{"ReturnConsumedCapacity":"X"}"#,
                    Texts.joined(Texts.null("key"), Texts.null("tableName"), Texts.capacity)
                ),
                (
                    #"{"TableName":"t","Key":{"a":{}},"AttributesToGet":["a"],"ProjectionExpression":","}"#,
                    Texts.mixed("AttributesToGet", "ProjectionExpression")
                ),
                (
                    #"{"TableName":"t","Key":{"a":{}},"ExpressionAttributeNames":{}}"#,
                    Texts.noNamesNeeded
                ),
                (
                    #"{"TableName":"t","Key":{"a":{"SS":[]}},"ProjectionExpression":","}"#,
                    Texts.invalid + "An string set  may not be empty"
                ),
                (
                    #"{"TableName":"t","Key":{},"ProjectionExpression":"a, a.b"}"#,
                    "Invalid ProjectionExpression: Two document paths overlap with each other; "
                        + "must remove or rewrite one of these paths; path one: [a], "
                        + "path two: [a, b]"
                ),
                (
                    #"{"TableName":"t","Key":{},"ProjectionExpression":"a","#
                        + ##""ExpressionAttributeNames":{"#n":"a"}}"##,
                    "Value provided in ExpressionAttributeNames unused in expressions: keys: {#n}"
                ),
            ])
    }

    @Test("a sound request becomes the operation, and a missing item an empty answer")
    func decodesAndEncodes() throws {
        let request = try decode(
            GetItem.self,
            #"{"TableName":"t","Key":{"a":{"S":"k"}},"ConsistentRead":true,"ProjectionExpression":"b"}"#
        )
        #expect(request.operation.isConsistent && request.operation.projection != nil)
        #expect(request.operation.key == ["a": .string("k")])
        #expect(encoded(GetItem.Output(), for: request) == "{}")
        let output = GetItem.Output(
            item: .item(["b": .null]), capacity: ConsumedCapacity(table: "t", total: 0.5))
        #expect(
            encoded(output, for: request)
                == #"{"Item":{"b":{"NULL":true}},"ConsumedCapacity":{"TableName":"t","CapacityUnits":0.5}}"#
        )
    }
}
