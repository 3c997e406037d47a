import MartletEngine
import MartletModel
import Testing

@testable import MartletWire

/// Decodes a request, or throws what the client would be told.
func decode<Operation: WireOperation>(
    _ type: Operation.Type, _ json: String
) throws -> DecodedRequest<Operation> {
    try Array(json.utf8).withUnsafeBufferPointer { bytes throws(WireError) in
        try Operation.decode(bytes)
    }
}

/// The failure of a request; nil when it is sound.
func failure<Operation: WireOperation>(_ type: Operation.Type, _ json: String) -> WireError? {
    do {
        _ = try decode(type, json)
        return nil
    } catch {
        return error as? WireError
    }
}

/// The answer's body.
func encoded<Operation: WireOperation>(
    _ output: Operation.Output, for request: DecodedRequest<Operation>
) -> String {
    written { Operation.encode(output, for: request, into: &$0) }
}

/// Checks a table of requests and the texts that they are refused with.
func expectRefusals<Operation: WireOperation>(
    of type: Operation.Type, _ cases: [(json: String, text: String)],
    sourceLocation: SourceLocation = #_sourceLocation
) {
    for (json, text) in cases {
        let expected = WireError.validation(text)
        let found = failure(type, json)
        if found != expected {
            Issue.record(
                "\(json)\n  expected \(text)\n  found    \(String(describing: found))",
                sourceLocation: sourceLocation)
        }
    }
}

/// Shorthands of the tables.
enum Texts {
    static let envelope = "1 validation error detected: "
    static let invalid = "One or more parameter values were invalid: "

    static func null(_ path: String) -> String {
        "Value null at '\(path)' failed to satisfy constraint: Member must not be null"
    }

    static func choice(_ value: String, _ path: String, _ set: String) -> String {
        "Value '\(value)' at '\(path)' failed to satisfy constraint: "
            + "Member must satisfy enum value set: [\(set)]"
    }

    static let capacity = choice("X", "returnConsumedCapacity", "INDEXES, TOTAL, NONE")
    static let metrics = choice("X", "returnItemCollectionMetrics", "SIZE, NONE")
    static let returnValues = choice(
        "X", "returnValues", "ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW")
    static let emptyName =
        "Value '' at 'tableName' failed to satisfy constraint: "
        + "Member must have length greater than or equal to 1"
    static let patternName =
        "Value 'a/b' at 'tableName' failed to satisfy constraint: "
        + "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
    static let notNumeric = "The parameter cannot be converted to a numeric value: x"
    static let noValuesNeeded =
        "ExpressionAttributeValues can only be specified when using expressions"
    static let noNamesNeeded =
        "ExpressionAttributeNames can only be specified when using expressions"

    static func joined(_ texts: String...) -> String {
        "\(texts.count) validation error\(texts.count == 1 ? "" : "s") detected: "
            + texts.joined(separator: "; ")
    }

    static func mixed(_ legacy: String, _ expressions: String) -> String {
        "Can not use both expression and non-expression parameters in the same request: "
            + "Non-expression parameters: {\(legacy)} Expression parameters: {\(expressions)}"
    }
}

@Suite struct WireOperationTests {
    @Test("a body that is no JSON object is refused by every operation without a text")
    func malformedBodies() {
        for body in ["", "[]", "{", "{} x", "\"a\"", "{\"TableName\": 1, }"] {
            #expect(failure(PutItem.self, body) == .malformed)
            #expect(failure(ListTables.self, body) == .malformed)
            #expect(failure(DescribeLimits.self, body) == .malformed)
            #expect(failure(CreateTable.self, body) == .malformed)
            #expect(failure(TransactWriteItems.self, body) == .malformed)
            #expect(failure(SearchVectors.self, body) == .malformed)
        }
    }

    @Test("seeded mutations of requests are decoded or refused, never trapped on")
    func mutationsNeverTrap() {
        for seed in UInt64(500_000)..<501_000 {
            var random = FuzzRandom(state: seed)
            for body in Self.requests {
                var bytes = Array(body.utf8)
                for _ in 0..<Int.random(in: 1...3, using: &random) {
                    let position = Int.random(in: 0..<bytes.count, using: &random)
                    if Bool.random(using: &random) {
                        bytes[position] = JSONFuzzTests.alphabet.randomElement(using: &random)!
                    } else {
                        let end = min(bytes.count, position + 12)
                        bytes.removeSubrange(position..<max(end, position + 1))
                        if bytes.isEmpty { bytes = [0] }
                    }
                }
                let text = String(decoding: bytes, as: UTF8.self)
                _ = failure(PutItem.self, text)
                _ = failure(UpdateItem.self, text)
                _ = failure(Query.self, text)
                _ = failure(BatchGetItem.self, text)
                _ = failure(BatchWriteItem.self, text)
                _ = failure(TransactWriteItems.self, text)
                _ = failure(CreateTable.self, text)
                _ = failure(UpdateTable.self, text)
                _ = failure(SearchVectors.self, text)
                _ = failure(ExecuteStatement.self, text)
                _ = failure(BatchExecuteStatement.self, text)
                _ = failure(ExecuteTransaction.self, text)
            }
        }
    }

    private static let requests = [
        #"{"TableName":"t","Item":{"a":{"S":"x"}},"Key":{"a":{"N":"1"}},"UpdateExpression":"SET b = :v","#
            + #""ConditionExpression":"a = :v","ExpressionAttributeValues":{":v":{"SS":["x","y"]}},"#
            + #""KeyConditionExpression":"a = :v","Select":"COUNT","Limit":3}"#,
        #"{"RequestItems":{"tab":{"Keys":[{"a":{"S":"x"}}],"ProjectionExpression":"a"}}}"#,
        #"{"TableName":"t","Item":{"a":{"S":"x"}},"Key":{"a":{"N":"1"}},"Expected":{"b":{"Exists":false},"#
            + #""c":{"ComparisonOperator":"IN","AttributeValueList":[{"N":"1"}]}},"AttributeUpdates":{"d":"#
            + #"{"Action":"ADD","Value":{"L":[]}}},"ConditionalOperator":"OR"}"#,
        #"{"TableName":"t","KeyConditions":{"a":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"x"}]}},"#
            + #""QueryFilter":{"b":{"ComparisonOperator":"NULL"}},"AttributesToGet":["a","b"]}"#,
        #"{"RequestItems":{"tab":[{"PutRequest":{"Item":{"a":{"S":"x"}}}},{"DeleteRequest":{"Key":{}}}]}}"#,
        #"{"Statement":"UPDATE t SET a = ? WHERE pk = 'x'","Parameters":[{"S":"x"}],"Limit":3}"#,
        #"{"Statements":[{"Statement":"DELETE FROM t WHERE pk = ?","Parameters":[{"N":"1"}]}],"#
            + #""TransactStatements":[{"Statement":"SELECT * FROM t WHERE pk = 1"}]}"#,
        #"{"TransactItems":[{"Put":{"TableName":"t","Item":{}}},{"Update":{"TableName":"t","Key":{},"#
            + #""UpdateExpression":"REMOVE a"}}],"ClientRequestToken":"k"}"#,
        #"{"TableName":"tab","AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"}],"KeySchema":"#
            + #"[{"AttributeName":"a","KeyType":"HASH"}],"BillingMode":"PAY_PER_REQUEST","#
            + #""GlobalSecondaryIndexUpdates":[{"Delete":{"IndexName":"idx"}}]}"#,
        #"{"TableName":"tab","IndexName":"idx","SearchVector":[{"N":"0.5"}, {"N": "-1e-2"}],"TopK":3,"#
            + #""SearchConditionExpression":"a = :v","ExpressionAttributeValues":{":v":{"N":"1"}}}"#,
    ]
}
