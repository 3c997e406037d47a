// Order: docs/operations/CancelBulkOperation.md.

internal import MartletCatalog
package import MartletEngine

extension CancelBulkOperation: WireOperation {
    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<CancelBulkOperation> {
        DecodedRequest(
            CancelBulkOperation(
                arn: try readJobARN(body, "BulkOperationArn", at: "bulkOperationArn")))
    }

    package static func encode(
        _ output: Output, for request: DecodedRequest<CancelBulkOperation>,
        into writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.member("BulkOperationArn")
        writer.string(output.arn)
        writer.member("BulkOperationStatus")
        writer.string(output.job.status.rawValue)
        writer.endObject()
    }
}
