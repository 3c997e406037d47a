// Order: docs/operations/DescribeBulkOperation.md.

package import MartletEngine

extension DescribeBulkOperation: WireOperation {
    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<DescribeBulkOperation> {
        DecodedRequest(
            DescribeBulkOperation(
                arn: try readJobARN(body, "BulkOperationArn", at: "bulkOperationArn")))
    }

    package static func encode(
        _ output: Output, for request: DecodedRequest<DescribeBulkOperation>,
        into writer: inout JSONWriter
    ) {
        writer.bulkOperation(output)
    }
}
