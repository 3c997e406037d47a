// Order: docs/operations/ListImports.md.

internal import MartletCatalog
package import MartletEngine

extension ListImports: WireOperation {
    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<ListImports> {
        DecodedRequest(ListImports(try readTransferPage(body, limit: ("PageSize", "pageSize"))))
    }

    package static func encode(
        _ output: Output, for request: DecodedRequest<ListImports>, into writer: inout JSONWriter
    ) {
        writer.page(output.jobs, as: "ImportSummaryList", nextToken: output.nextToken) {
            writer, described in
            let job = described.job
            writer.beginObject()
            writer.member("ImportArn")
            writer.string(described.arn)
            writer.member("ImportStatus")
            writer.string(job.status.rawValue)
            writer.member("TableArn")
            writer.string(described.tableARN)
            writer.importSource(job.input)
            writer.member("InputFormat")
            writer.string(job.input.format.rawValue)
            writer.optional("StartTime", job.started)
            writer.optional("EndTime", job.ended)
            writer.endObject()
        }
    }
}
