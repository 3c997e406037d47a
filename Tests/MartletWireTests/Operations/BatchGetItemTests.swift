import MartletCatalog
@testable import MartletEngine
import MartletModel
import Testing

@testable import MartletWire

@Suite struct BatchGetItemTests {
    private func batch(_ tables: String) -> String { #"{"RequestItems":{\#(tables)}}"# }

    private func keys(_ count: Int) -> String {
        (0..<count).map { #"{"a":{"N":"\#($0)"}}"# }.joined(separator: ",")
    }

    @Test("errors come in their documented order")
    func order() {
        func length(_ end: String) -> String {
            "Value at 'RequestItems.tab.member.Keys' failed to satisfy constraint: "
                + "Member must have length \(end)"
        }
        expectRefusals(
            of: BatchGetItem.self,
            [
                (
                    #"{"ReturnConsumedCapacity":"X"}"#,
                    Texts.joined(Texts.capacity, Texts.null("requestItems"))
                ),
                (batch(""), "The requestItems parameter is required for BatchGetItem"),
                (batch(#""tab":{"Keys":[]}"#), Texts.joined(length("greater than or equal to 1"))),
                (
                    batch(#""tab":{"Keys":[\#(keys(101))]}"#),
                    Texts.joined(length("less than or equal to 100"))
                ),
                (
                    batch(#""tab":{"Keys":[\#(keys(60))]},"tac":{"Keys":[\#(keys(60))]}"#),
                    "Too many items requested for the BatchGetItem call"
                ),
                (
                    batch(
                        #""tab":{"Keys":[{"a":{}}],"AttributesToGet":["a"],"ProjectionExpression":","}"#
                    ),
                    Texts.mixed("AttributesToGet", "ProjectionExpression")
                ),
                (
                    batch(#""tab":{"Keys":[{"a":{"N":"x"}}],"ProjectionExpression":","}"#),
                    Texts.notNumeric
                ),
                (
                    batch(#""tab":{"Keys":[\#(keys(1)),\#(keys(1))],"ProjectionExpression":""}"#),
                    "Invalid ProjectionExpression: The expression can not be empty;"
                ),
                (
                    batch(#""tab":{"Keys":[{"a":{"N":"1.0"}},{"a":{"N":"1"}}]}"#),
                    "Provided list of item keys contains duplicates"
                ),
            ])
        #expect(
            failure(BatchGetItem.self, batch(#""tab":{"Keys":[1]}"#))
                == .serialization(
                    "class sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl cannot be "
                        + "cast to class java.lang.Class (sun.reflect.generics.reflectiveObjects."
                        + "ParameterizedTypeImpl and java.lang.Class are in module java.base of "
                        + "loader 'bootstrap')"))
    }

    @Test("tables keep their order; keys not read come back with how to read them")
    func decodesAndEncodes() throws {
        let request = try decode(
            BatchGetItem.self,
            batch(
                #""two":{"Keys":[\#(keys(2))],"ConsistentRead":true,"ProjectionExpression":"#
                    + ##""#n","ExpressionAttributeNames":{"#n":"a"}},"one":{"Keys":[\##(keys(1))]}"##
            ))
        #expect(request.operation.requests.map(\.table) == ["two", "one"])
        let output = BatchGetItem.Output(
            responses: [[.item(["a": .number(.zero)])], []], unprocessed: [[1], []], capacity: [])
        #expect(
            encoded(output, for: request)
                == #"{"Responses":{"two":[{"a":{"N":"0"}}],"one":[]},"UnprocessedKeys":{"two":"#
                + ##"{"Keys":[{"a":{"N":"1"}}],"ProjectionExpression":"#n","##
                + ##""ExpressionAttributeNames":{"#n":"a"},"ConsistentRead":true}}}"##)
    }
}
