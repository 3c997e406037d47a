// Order: docs/operations/DescribeImport.md.

package import MartletEngine

extension DescribeImport: WireOperation {
    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<DescribeImport> {
        DecodedRequest(DescribeImport(arn: try readJobARN(body, "ImportArn", at: "importArn")))
    }

    package static func encode(
        _ output: Output, for request: DecodedRequest<DescribeImport>, into writer: inout JSONWriter
    ) {
        writer.importDescription(output)
    }
}
