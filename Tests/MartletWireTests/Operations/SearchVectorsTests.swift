import MartletCatalog
@testable import MartletEngine
import MartletExpressions
import MartletModel
import Testing

@testable import MartletWire

@Suite struct SearchVectorsTests {
    private func search(_ members: String = "", vector: String = #"{"N":"1"}"#, k: Int = 5)
        -> String
    {
        #"{"TableName":"t","IndexName":"idx","SearchVector":[\#(vector)],"TopK":\#(k)"#
            + (members.isEmpty ? "}" : ",\(members)}")
    }

    private let invalidVector =
        "Search vector contains invalid values. All values in the search vector must be a 32-bit "
        + "floating-point number attribute"

    private func constraint(_ member: String, _ text: String) -> String {
        "Value at '\(member)' failed to satisfy constraint: Member must have \(text)"
    }

    @Test("errors come in their documented order")
    func order() {
        let invalid = "Invalid SearchConditionExpression: "
        let values = #""ExpressionAttributeValues":{":v":{"S":"x"}}"#
        expectRefusals(
            of: SearchVectors.self,
            [
                ("{}", "missing field `TableName` at line 1 column 2"),
                (#"{"TableName":"t"}"#, "missing field `IndexName` at line 1 column 17"),
                (
                    #"{"TableName":"t","IndexName":"i"}"#,
                    "missing field `SearchVector` at line 1 column 33"
                ),
                (
                    "{\"TableName\":\"t\",\n\"IndexName\":\"i\",\"SearchVector\":[]}",
                    "missing field `TopK` at line 2 column 34"
                ),
                (
                    #"{"TableName":"a/b","IndexName":"i","SearchVector":[],"TopK":0,"#
                        + #""ReturnConsumedCapacity":"X"}"#,
                    Texts.joined(
                        Texts.patternName,
                        constraint("IndexName", "length greater than or equal to 3"),
                        constraint("SearchVector", "length greater than or equal to 1"),
                        constraint("TopK", "value greater than or equal to 1"), Texts.capacity)
                ),
                (
                    search(
                        vector: Array(repeating: #"{"N":"1"}"#, count: 4097).joined(separator: ",")),
                    Texts.joined(constraint("SearchVector", "length less than or equal to 4096"))
                ),
                (
                    search(vector: #"{"S":"x"}"#, k: 101),
                    "Provided TopK value '101' is out of valid range. The value must be between 1 "
                        + "and 100 inclusive"
                ),
                (search(#""ExpressionAttributeNames":{}"#, vector: #"{"S":"x"}"#), invalidVector),
                (search(#""ExpressionAttributeNames":{}"#), Texts.noNamesNeeded),
                (
                    search(#""ProjectionExpression":"a",\#(values)"#), Texts.noValuesNeeded
                ),
                (
                    search(
                        #""SearchConditionExpression":"","ProjectionExpression":"","#
                            + #""ExpressionAttributeValues":{":v":{"N":"x"}}"#),
                    Texts.notNumeric
                ),
                (
                    search(#""SearchConditionExpression":"","ProjectionExpression":"""#),
                    invalid + "The expression can not be empty;"
                ),
                (
                    search(
                        #""SearchConditionExpression":"a < :v","ProjectionExpression":"",\#(values)"#
                    ),
                    "Invalid ProjectionExpression: The expression can not be empty;"
                ),
                (
                    search(
                        #""SearchConditionExpression":"a < :v","ExpressionAttributeNames":{"#
                            + ##""#n":"b"},\##(values)"##),
                    "Value provided in ExpressionAttributeNames unused in expressions: keys: {#n}"
                ),
                (
                    search(#""SearchConditionExpression":"a < :v",\#(values)"#),
                    invalid + "Invalid comparator used in SearchConditionExpression"
                ),
                (
                    search(#""SearchConditionExpression":"a = :v OR b = :v",\#(values)"#),
                    invalid + "Invalid operator used in SearchConditionExpression"
                ),
                (
                    search(#""SearchConditionExpression":"a.b = :v",\#(values)"#),
                    invalid
                        + "SearchConditionExpression cannot have conditions on nested attributes"
                ),
                (
                    search(#""SearchConditionExpression":"a = :v AND a = :v",\#(values)"#),
                    invalid
                        + "SearchConditionExpression must only contain one condition per attribute"
                ),
            ])
    }

    @Test(
        "an element that is no number within the range of floats makes the vector invalid",
        arguments: [
            #"{"S":"1"}"#, #"{"N":"1E39"}"#, #"{"N":"-3.5e38"}"#, #"{"N":"x"}"#, #"{"N":""}"#,
            #"{"L":[{"N":"1"}]}"#, #"{}"#, "null", #"{"N":"1","S":"1"}"#, #"{"NS":["1"]}"#,
            #"{"N":"1.000000000000000000000000000000000000001"}"#,
        ])
    func invalidElements(element: String) {
        for vector in [element, #"{"N":"1"},\#(element),{"N":"2"}"#] {
            #expect(
                failure(SearchVectors.self, search(vector: vector)) == .validation(invalidVector))
        }
    }

    @Test("members of a wrong type are named in the words of the search service")
    func types() {
        let cases: [(String, String)] = [
            (#"{"TopK":10,"IndexName":null}"#, "null, expected a string at line 1 column 27"),
            (#"{"TableName":5}"#, "integer `5`, expected a string at line 1 column 14"),
            (#"{"TableName":[]}"#, "sequence, expected a string at line 1 column 13"),
            (#"{"IndexName": {}}"#, "map, expected a string at line 1 column 14"),
            (#"{"IndexName":true}"#, "boolean `true`, expected a string at line 1 column 17"),
            (#"{"SearchVector":{"L":[]}}"#, "map, expected a sequence at line 1 column 16"),
            (#"{"SearchVector":null}"#, "null, expected a sequence at line 1 column 20"),
            (#"{"TopK":3.5}"#, "floating point `3.5`, expected i32 at line 1 column 11"),
            ("{\n\"TopK\":\"3\"}", "string \"3\", expected i32 at line 2 column 10"),
            (#"{"TopK":false}"#, "boolean `false`, expected i32 at line 1 column 13"),
            (
                #"{"ReturnConsumedCapacity":1}"#,
                "integer `1`, expected a string at line 1 column 27"
            ),
        ]
        for (json, text) in cases {
            #expect(failure(SearchVectors.self, json) == .serialization("invalid type: " + text))
        }
        #expect(
            failure(SearchVectors.self, #"{"TopK":3000000000}"#)
                == .serialization(
                    "invalid value: integer `3000000000`, expected i32 at line 1 column 18"))
    }

    @Test("elements come as clients write them, in any form that JSON and numerals have")
    func elements() throws {
        let vector =
            #"{"N":"0.5"}, {"N": "-1E-2"} ,{ "N" : "+3" },{"\u004e":"4\u0030"},{"N":"-0"},"#
            + #"{"N":"0.1000000014901161193847656250000001"},{"X":1,"N":"3.4028235E38"}"#
        let operation = try decode(SearchVectors.self, search(vector: vector)).operation
        #expect(operation.vector == [0.5, -0.01, 3, 40, 0, 0.1, .greatestFiniteMagnitude])
        #expect(operation.vector[4].sign == .plus)
    }

    @Test(
        "hundreds of elements are read as each alone, whatever form they have and what is between")
    func manyElements() throws {
        let numerals = [
            "0.5", "-0.040283203", "0", "-1", "3e-2", "0.006929283495992422", "12.75",
            "0.1000000014901161193847656250000001", "-0.0000015", "7.0",
        ]
        for seed: UInt64 in 1...20 {
            var random = FuzzRandom(state: seed)
            var vector = ""
            var expected: [Float] = []
            let isMixed = seed % 2 == 0
            for _ in 0..<300 {
                let numeral = numerals.randomElement(using: &random)!
                let form = isMixed ? Int.random(in: 0..<5, using: &random) : Int(seed / 2 % 2)
                vector +=
                    [
                        #"{"N":"\#(numeral)"},"#, #"{"N": "\#(numeral)"}, "#,
                        #"{"N":"\#(numeral)"} , "#,
                        #"{ "N" :"\#(numeral)"},"#, #"{"N": "\#(numeral)"},"#,
                    ][form]
                expected.append(try #require(Float(numeral)))
            }
            vector += #"{"N":"0.25"}"#
            expected.append(0.25)
            let read = try decode(SearchVectors.self, search(vector: vector)).operation.vector
            #expect(read == expected, "seed \(seed)")
            #expect(
                failure(SearchVectors.self, search(vector: vector + #",{"N":"x"},{"N":"0.5"}"#))
                    == .validation(invalidVector), "seed \(seed)")
        }
    }

    @Test("a body that ends within its vector is refused wherever that is")
    func cutOff() throws {
        let body = search(vector: #"{"N":"0.5"},{"N":"-0.25"}, {"N": "0.125"}, {"N": "1"}"#)
        for length in 0..<body.utf8.count {
            let error = failure(SearchVectors.self, String(body.prefix(length)))
            #expect(error != nil, "\(length) bytes")
        }
    }

    @Test("a sound request becomes the operation")
    func decodes() throws {
        let operation = try decode(
            SearchVectors.self,
            #"{"TableName":"arn:aws:dynamodb:eu-west-2:1:table/tab","IndexName":"by.vec","TopK":100,"#
                + #""SearchVector":[{"N":"1"},{"N":"2"}],"ReturnConsumedCapacity":"TOTAL","#
                + ##""SearchConditionExpression":":t = tenant AND #c = :c","ProjectionExpression":"a","##
                + ##""ExpressionAttributeNames":{"#c":"color"},"ExpressionAttributeValues":"##
                + #"{":t":{"S":"x"},":c":{"N":"1"}}}"#
        ).operation
        #expect(operation.table == "tab" && operation.index == "by.vec")
        #expect(operation.topK == 100 && operation.vector == [1, 2])
        #expect(operation.capacityReport == .total && operation.projection != nil)
        let equalities = try #require(operation.condition).equalities
        #expect(equalities.map(\.attribute) == ["tenant", "color"])
        #expect(equalities.map(\.value) == [.string("x"), .number(DecimalNumber(1))])
    }

    @Test("scores are the shortest numbers that read back as floats")
    func encodes() throws {
        let request = try decode(SearchVectors.self, search())
        let scores: [Float] = [0, 0.1, 1, -2.5, 1e-7, .greatestFiniteMagnitude]
        let output = SearchVectors.Output(
            matches: scores.map { .init(item: .item(["k": .string("x")]), score: $0) },
            requestBytes: 1024)
        let texts = ["0.0", "0.1", "1.0", "-2.5", "1e-07", "3.4028235e+38"]
        let results = texts.map { #"{"Item":{"k":{"S":"x"}},"Score":\#($0)}"# }
        #expect(
            encoded(output, for: request)
                == #"{"SearchResults":[\#(results.joined(separator: ","))],"#
                + #""ConsumedCapacity":{"VectorSearchRequestBytes":1024.0}}"#)
        #expect(encoded(.init(matches: []), for: request) == #"{"SearchResults":[]}"#)
    }
}
