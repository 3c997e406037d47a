// Order: docs/operations/ListExports.md.

internal import MartletCatalog
package import MartletEngine

extension ListExports: WireOperation {
    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<ListExports> {
        DecodedRequest(
            ListExports(try readTransferPage(body, limit: ("MaxResults", "maxResults"))))
    }

    package static func encode(
        _ output: Output, for request: DecodedRequest<ListExports>, into writer: inout JSONWriter
    ) {
        writer.page(output.jobs, as: "ExportSummaries", nextToken: output.nextToken) {
            writer, described in
            writer.beginObject()
            writer.member("ExportArn")
            writer.string(described.arn)
            writer.member("ExportStatus")
            writer.string(described.job.status.rawValue)
            writer.member("ExportType")
            writer.string(described.job.typeName)
            writer.endObject()
        }
    }
}
