import MartletEngine
import MartletKeyValue
import MartletModel
import Testing

@testable import MartletWire

@Suite struct ErrorShapeTests {
    private func body(_ shape: ErrorShape) -> String {
        written { shape.write(to: &$0) }
    }

    @Test("every error has the status, the namespace and the members that clients know it by")
    func shapes() {
        let service = #"{"__type":"com.amazon.coral.service#"#
        let dynamoDB = #"{"__type":"com.amazonaws.dynamodb.v20120810#"#
        let item = ReturnedItem.item(["pk": .string("a")])
        let cases: [(ErrorShape, Int, String)] = [
            (ErrorShape(.unknownOperation), 400, service + #"UnknownOperationException"}"#),
            (ErrorShape(.malformed), 400, service + #"SerializationException"}"#),
            (
                ErrorShape(.serialization("Unexpected field type")), 400,
                service + #"SerializationException","Message":"Unexpected field type"}"#
            ),
            (
                ErrorShape(WireError.validation("no \"good\"")), 400,
                #"{"__type":"com.amazon.coral.validate#ValidationException","#
                    + #""message":"no \"good\""}"#
            ),
            (
                ErrorShape(OperationError.validation("bad")), 400,
                #"{"__type":"com.amazon.coral.validate#ValidationException","message":"bad"}"#
            ),
            (
                .service(
                    "MissingAuthenticationTokenException",
                    "Request is missing Authentication Token"), 400,
                service + "MissingAuthenticationTokenException\","
                    + "\"message\":\"Request is missing Authentication Token\"}"
            ),
            (
                ErrorShape(.resourceNotFound("Requested resource not found")), 400,
                dynamoDB
                    + #"ResourceNotFoundException","message":"Requested resource not found"}"#
            ),
            (
                ErrorShape(.resourceInUse("Table already exists: t")), 400,
                dynamoDB + #"ResourceInUseException","message":"Table already exists: t"}"#
            ),
            (
                ErrorShape(.transactionConflict), 400,
                dynamoDB + "TransactionConflictException\","
                    + "\"message\":\"Transaction is ongoing for the item\"}"
            ),
            (
                ErrorShape(.conditionFailed(nil)), 400,
                dynamoDB + "ConditionalCheckFailedException\","
                    + "\"message\":\"The conditional request failed\"}"
            ),
            (
                ErrorShape(.conditionFailed(item)), 400,
                dynamoDB + "ConditionalCheckFailedException\","
                    + "\"message\":\"The conditional request failed\","
                    + "\"Item\":{\"pk\":{\"S\":\"a\"}}}"
            ),
            (
                ErrorShape(
                    .transactionCancelled([
                        CancellationReason(code: .none),
                        CancellationReason(
                            code: .conditionalCheckFailed,
                            message: "The conditional request failed", item: item),
                    ])), 400,
                dynamoDB + "TransactionCanceledException\",\"Message\":\"Transaction cancelled, "
                    + "please refer cancellation reasons for specific reasons "
                    + "[None, ConditionalCheckFailed]\",\"CancellationReasons\":["
                    + "{\"Code\":\"None\"},{\"Code\":\"ConditionalCheckFailed\","
                    + "\"Message\":\"The conditional request failed\","
                    + "\"Item\":{\"pk\":{\"S\":\"a\"}}}]}"
            ),
            (
                ErrorShape(OperationError.storage(.full)), 500,
                dynamoDB + #"InternalServerError","message":"Internal server error"}"#
            ),
        ]
        for (shape, status, text) in cases {
            #expect(shape.status == status)
            #expect(body(shape) == text)
        }
    }

    private func operation(_ target: String) -> OperationName? {
        Array(target.utf8).withUnsafeBufferPointer { OperationName(target: $0) }
    }

    @Test("an operation is named by its target header, in this version of the API only")
    func operationNames() {
        #expect(operation("DynamoDB_20120810.PutItem") == .putItem)
        for target in [
            "", "PutItem", "DynamoDB_20120810.", "DynamoDB_20120810.putItem",
            "DynamoDB_20111205.PutItem", "DynamoDB_20120810.PutItem ", "DynamoDB_20120810.Nope",
        ] {
            #expect(operation(target) == nil, "\(target)")
        }
    }

    @Test("a throttled request is told what was exceeded, as boto3's model has it")
    func throttling() throws {
        let table = "arn:aws:dynamodb:us-east-1:000000000000:table/Tab"
        var fault = ThrottleFault(
            isProvisioned: true, isIndex: false, direction: .read, resource: table)
        #expect(
            body(ErrorShape(.throttled(fault)))
                == #"{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceeded"#
                + #"Exception","message":"The level of configured provisioned throughput for the "#
                + #"table was exceeded. Consider increasing your provisioning level with the "#
                + #"UpdateTable API.","ThrottlingReasons":[{"reason":"#
                + #""TableReadProvisionedThroughputExceeded","resource":"\#(table)"}]}"#)
        fault.isProvisioned = false
        fault.isIndex = true
        fault.direction = .write
        let text = body(ErrorShape(.throttled(fault)))
        #expect(text.hasPrefix(#"{"__type":"com.amazon.coral.availability#ThrottlingException","#))
        #expect(
            text.hasSuffix(
                #""throttlingReasons":[{"reason":"IndexWriteKeyRangeThroughputExceeded","#
                    + #""resource":"\#(table)"}]}"#))
    }
}
