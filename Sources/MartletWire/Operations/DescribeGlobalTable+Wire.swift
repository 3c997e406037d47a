// Order: docs/operations/DescribeGlobalTable.md.

package import MartletEngine

extension DescribeGlobalTable: WireOperation {
    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<DescribeGlobalTable> {
        DecodedRequest(DescribeGlobalTable(name: try readGlobalTableName(body)))
    }

    package static func encode(
        _ output: Never, for request: DecodedRequest<DescribeGlobalTable>,
        into writer: inout JSONWriter
    ) {}
}
