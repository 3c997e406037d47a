// Order: docs/operations/DescribeTimeToLive.md.

package import MartletEngine
internal import MartletModel

extension DescribeTimeToLive: WireOperation {
    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<DescribeTimeToLive> {
        DecodedRequest(DescribeTimeToLive(table: try readTableName(body)))
    }

    package static func encode(
        _ output: Output, for request: DecodedRequest<DescribeTimeToLive>,
        into writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.member("TimeToLiveDescription")
        writer.beginObject()
        writer.member("TimeToLiveStatus")
        writer.string(output.attribute == nil ? "DISABLED" : "ENABLED")
        if let attribute = output.attribute {
            writer.member("AttributeName")
            writer.string(attribute)
        }
        writer.endObject()
        writer.endObject()
    }
}
