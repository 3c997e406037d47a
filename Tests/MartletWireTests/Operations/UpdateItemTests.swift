import MartletCatalog
import MartletEngine
import MartletExpressions
import MartletModel
import Testing

@testable import MartletWire

@Suite struct UpdateItemTests {
    @Test("errors come in their documented order")
    func order() {
        let misspelt =
            "1 validation error detected: Failed to satisfy constraint: "
            + "Member must satisfy enum value set: "
            + "[ALL_OLD, UPDATED_OLD, ALL_NEW, UPDATE_NEW, NONE]"
        expectRefusals(
            of: UpdateItem.self,
            [
                (
                    #"{"ReturnConsumedCapacity":"X","TableName":"","ReturnValues":"X"}"#,
                    Texts.joined(
                        Texts.capacity, Texts.emptyName, Texts.returnValues, Texts.null("key"))
                ),
                (
                    #"{"TableName":"","Key":{"a":{}},"ReturnValues":"X"}"#,
                    Texts.joined(Texts.emptyName)
                ),
                // Of several wrong choices one is reported, and not its value.
                (
                    #"{"TableName":"t","Key":{},"ReturnValues":"X","ReturnConsumedCapacity":"X"}"#,
                    misspelt
                ),
                (
                    #"{"TableName":"t","Key":{},"ReturnConsumedCapacity":"X","#
                        + #""ReturnItemCollectionMetrics":"X"}"#,
                    Texts.joined(Texts.capacity)
                ),
                (
                    #"{"TableName":"t","Key":{},"ReturnItemCollectionMetrics":"X","#
                        + #""ReturnValuesOnConditionCheckFailure":"X"}"#,
                    Texts.joined(Texts.metrics)
                ),
                (
                    #"{"TableName":"t","Key":{"a":{}},"UpdateExpression":"SET","AttributeUpdates":{},"#
                        + #""Expected":{}}"#,
                    Texts.envelope + Texts.mixed("AttributeUpdates, Expected", "UpdateExpression")
                ),
                (
                    #"{"TableName":"t","Key":{"a":{"N":"x"}},"UpdateExpression":"SET"}"#,
                    Texts.envelope + Texts.notNumeric
                ),
                (
                    #"{"TableName":"t","Key":{},"UpdateExpression":"INVALID SYNTAX","ConditionExpression":"="}"#,
                    Texts.envelope
                        + #"Invalid UpdateExpression: Syntax error; token: "INVALID", "#
                        + #"near: "INVALID SYNTAX""#
                ),
                (
                    #"{"TableName":"t","Key":{},"UpdateExpression":"REMOVE a","ConditionExpression":""}"#,
                    Texts.envelope + "Invalid ConditionExpression: The expression can not be empty;"
                ),
                (
                    #"{"TableName":"t","Key":{},"UpdateExpression":"REMOVE a","#
                        + ##""ExpressionAttributeNames":{"#n":"a"}}"##,
                    Texts.envelope
                        + "Value provided in ExpressionAttributeNames unused in expressions: "
                        + "keys: {#n}"
                ),
            ])
    }

    @Test("a sound request becomes the operation, also without an update")
    func decodes() throws {
        let bare = try decode(UpdateItem.self, #"{"TableName":"t","Key":{"a":{"S":"k"}}}"#)
            .operation
        #expect(bare.update == nil && bare.returnValues == .none)
        let full = try decode(
            UpdateItem.self,
            #"{"TableName":"t","Key":{"a":{"S":"k"}},"UpdateExpression":"SET b = :v","#
                + #""ExpressionAttributeValues":{":v":{"N":"1"}},"ReturnValues":"UPDATED_NEW"}"#
        ).operation
        #expect(full.update?.touchedPaths == [AttributePath("b")])
        #expect(full.returnValues == .updatedNew && full.key == ["a": .string("k")])
    }
}
