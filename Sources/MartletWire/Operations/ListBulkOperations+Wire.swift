// Order: docs/operations/ListBulkOperations.md.

internal import MartletCatalog
package import MartletEngine

extension ListBulkOperations: WireOperation {
    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<ListBulkOperations> {
        DecodedRequest(
            ListBulkOperations(
                try readTransferPage(
                    body, limit: ("MaxResults", "maxResults"), defaultLimit: defaultLimit)))
    }

    package static func encode(
        _ output: Output, for request: DecodedRequest<ListBulkOperations>,
        into writer: inout JSONWriter
    ) {
        writer.page(output.jobs, as: "BulkOperationsSummaryList", nextToken: output.nextToken) {
            writer, described in
            writer.beginObject()
            writer.member("BulkOperationArn")
            writer.string(described.arn)
            writer.member("BulkOperationStatus")
            writer.string(described.job.status.rawValue)
            writer.optional("StartTime", described.job.started)
            writer.optional("EndTime", described.job.ended)
            writer.endObject()
        }
    }
}
