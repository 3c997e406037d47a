import MartletCatalog
import MartletEngine
import MartletModel
import Testing

@testable import MartletWire

@Suite struct DeleteItemTests {
    @Test("errors come in their documented order")
    func order() {
        expectRefusals(
            of: DeleteItem.self,
            [
                (
                    #"{"ReturnConsumedCapacity":"X","TableName":"","ReturnValues":"X","#
                        + #""ReturnItemCollectionMetrics":"X"}"#,
                    Texts.joined(
                        Texts.capacity, Texts.emptyName, Texts.returnValues, Texts.metrics,
                        Texts.null("key"))
                ),
                (
                    #"{"Key":{"a":{}},"ReturnValues":"X"}"#, Texts.joined(Texts.null("tableName"))
                ),
                (
                    #"{"TableName":"t","Key":{"a":{}},"ReturnValues":"X"}"#,
                    Texts.joined(Texts.returnValues)
                ),
                (
                    #"{"TableName":"t","Key":{"a":{}},"ConditionExpression":"a","Expected":{},"#
                        + #""ConditionalOperator":"OR"}"#,
                    Texts.envelope
                        + Texts.mixed("Expected, ConditionalOperator", "ConditionExpression")
                ),
                (
                    #"{"TableName":"t","Key":{"a":{}},"ConditionExpression":"a ="}"#,
                    Texts.envelope
                        + "Supplied AttributeValue is empty, must contain exactly one of the "
                        + "supported datatypes"
                ),
                (
                    #"{"TableName":"t","Key":{},"ConditionExpression":"a =","ReturnValues":"ALL_NEW"}"#,
                    Texts.envelope
                        + #"Invalid ConditionExpression: Syntax error; token: "<EOF>", near: "=""#
                ),
                (
                    #"{"TableName":"t","Key":{},"ReturnValues":"UPDATED_NEW"}"#,
                    Texts.envelope + "ReturnValues can only be ALL_OLD or NONE"
                ),
            ])
    }

    @Test("a sound request becomes the operation")
    func decodes() throws {
        let operation = try decode(
            DeleteItem.self, #"{"TableName":"t","Key":{"a":{"N":"1.0"}},"ReturnValues":"ALL_OLD"}"#
        ).operation
        #expect(operation.table == "t" && operation.returnsOldItem)
        #expect(operation.key == ["a": .number(DecimalNumber(1))])
    }
}
