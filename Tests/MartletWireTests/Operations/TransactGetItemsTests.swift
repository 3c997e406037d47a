import MartletCatalog
@testable import MartletEngine
import MartletModel
import Testing

@testable import MartletWire

@Suite struct TransactGetItemsTests {
    @Test("errors come in their documented order")
    func order() {
        expectRefusals(
            of: TransactGetItems.self,
            [
                (
                    #"{"ReturnConsumedCapacity":"X"}"#,
                    Texts.joined(Texts.capacity, Texts.null("transactItems"))
                ),
                (
                    #"{"TransactItems":[{},{"Get":{"TableName":"t"}}]}"#,
                    Texts.joined(
                        Texts.null("transactItems.1.member.get"),
                        Texts.null("transactItems.2.member.get.key"))
                ),
                (
                    #"{"TransactItems":[{"Get":{"TableName":"t","Key":{"a":{"N":"x"}},"#
                        + #""ProjectionExpression":""}}]}"#, Texts.notNumeric
                ),
                (
                    #"{"TransactItems":[{"Get":{"TableName":"t","Key":{},"ProjectionExpression":""}}]}"#,
                    "Invalid ProjectionExpression: The expression can not be empty;"
                ),
            ])
    }

    @Test("every get has an answer in its place, empty where there is no item")
    func decodesAndEncodes() throws {
        let get = #"{"Get":{"TableName":"t","Key":{"a":{"S":"x"}}}}"#
        let request = try decode(
            TransactGetItems.self, #"{"TransactItems":[\#(get),\#(get)]}"#)
        #expect(request.operation.gets.count == 2)
        let output = TransactGetItems.Output(
            items: [nil, .item(["a": .string("x")])],
            capacity: [ConsumedCapacity(table: "t", total: 4, direction: .read)])
        #expect(
            encoded(output, for: request)
                == #"{"Responses":[{},{"Item":{"a":{"S":"x"}}}],"ConsumedCapacity":[{"TableName":"t","#
                + #""ReadCapacityUnits":4.0,"CapacityUnits":4.0}]}"#)
    }
}
