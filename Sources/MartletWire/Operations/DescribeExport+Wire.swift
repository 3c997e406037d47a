// Order: docs/operations/DescribeExport.md.

package import MartletEngine

extension DescribeExport: WireOperation {
    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<DescribeExport> {
        DecodedRequest(DescribeExport(arn: try readJobARN(body, "ExportArn", at: "exportArn")))
    }

    package static func encode(
        _ output: Output, for request: DecodedRequest<DescribeExport>, into writer: inout JSONWriter
    ) {
        writer.export(output)
    }
}
