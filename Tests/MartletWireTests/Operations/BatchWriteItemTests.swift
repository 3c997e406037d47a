import MartletCatalog
@testable import MartletEngine
import MartletModel
import Testing

@testable import MartletWire

@Suite struct BatchWriteItemTests {
    private func batch(_ tables: String) -> String { #"{"RequestItems":{\#(tables)}}"# }

    private let put = #"{"PutRequest":{"Item":{"a":{"S":"x"}}}}"#

    @Test("errors come in their documented order, in the older texts")
    func order() {
        func mapValue(_ echo: String) -> String {
            "Value '\(echo)' at 'requestItems' failed to satisfy constraint: Map value must "
                + "satisfy constraint: [Member must have length less than or equal to 25, "
                + "Member must have length greater than or equal to 1]"
        }
        let requests = Array(repeating: put, count: 26).joined(separator: ",")
        let echo = Array(repeating: "PutRequest", count: 26).joined(separator: ", ")
        let half = Array(repeating: put, count: 13).joined(separator: ",")
        expectRefusals(
            of: BatchWriteItem.self,
            [
                (
                    #"{"ReturnItemCollectionMetrics":"X","ReturnConsumedCapacity":"X"}"#,
                    Texts.joined(Texts.capacity, Texts.metrics, Texts.null("requestItems"))
                ),
                (batch(""), "The requestItems parameter is required for BatchWriteItem"),
                (batch(#""tab":[]"#), Texts.joined(mapValue("{tab=[]}"))),
                (batch(#""tab":[\#(requests)]"#), Texts.joined(mapValue("{tab=[\(echo)]}"))),
                (
                    batch(#""tab":[\#(put),{"PutRequest":{}}]"#),
                    Texts.joined(Texts.null("requestItems.tab.member.2.member.putRequest.item"))
                ),
                (
                    batch(#""tab":[{"DeleteRequest":{}}]"#),
                    Texts.joined(Texts.null("requestItems.tab.member.1.member.deleteRequest.key"))
                ),
                (
                    batch(#""tab":[\#(half)],"tac":[\#(half)]"#),
                    "Too many items requested for the BatchWriteItem call"
                ),
                (
                    batch(#""tab":[{}]"#),
                    "Supplied AttributeValue has more than one datatypes set, must contain exactly "
                        + "one of the supported datatypes"
                ),
                (
                    batch(#""tab":[{"PutRequest":{"Item":{"a":{"SS":["b","a","b"]}}}}]"#),
                    Texts.invalid + "Input collection [b, a, b] contains duplicates."
                ),
                (
                    batch(#""tab":[{"DeleteRequest":{"Key":{"a":{"N":"x"}}}}]"#), Texts.notNumeric
                ),
            ])
    }

    @Test("requests keep their order, and come back as they were when they were not carried out")
    func decodesAndEncodes() throws {
        let request = try decode(
            BatchWriteItem.self,
            batch(#""tab":[\#(put),{"DeleteRequest":{"Key":{"a":{"S":"y"}}}}],"tac":[\#(put)]"#))
        let tables = request.operation.tables
        #expect(tables.map(\.table) == ["tab", "tac"] && tables.map(\.requests.count) == [2, 1])
        let none = BatchWriteItem.Output(unprocessed: [], capacity: [], itemCollectionMetrics: [])
        #expect(encoded(none, for: request) == #"{"UnprocessedItems":{}}"#)
        let all = BatchWriteItem.Output(
            unprocessed: [tables[0]], capacity: [ConsumedCapacity(table: "tac", total: 1)],
            itemCollectionMetrics: [])
        #expect(
            encoded(all, for: request)
                == #"{"UnprocessedItems":{"tab":[{"PutRequest":{"Item":{"a":{"S":"x"}}}},"#
                + #"{"DeleteRequest":{"Key":{"a":{"S":"y"}}}}]},"ConsumedCapacity":"#
                + #"[{"TableName":"tac","CapacityUnits":1.0}]}"#)
    }
}
