// Order: docs/operations/DescribeGlobalTableSettings.md.

package import MartletEngine

extension DescribeGlobalTableSettings: WireOperation {
    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<DescribeGlobalTableSettings> {
        DecodedRequest(DescribeGlobalTableSettings(name: try readGlobalTableName(body)))
    }

    package static func encode(
        _ output: Never, for request: DecodedRequest<DescribeGlobalTableSettings>,
        into writer: inout JSONWriter
    ) {}
}
