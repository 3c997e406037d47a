// Order: docs/operations/DescribeKinesisStreamingDestination.md.

internal import MartletCatalog
package import MartletEngine

extension DescribeKinesisStreamingDestination: WireOperation {
    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<DescribeKinesisStreamingDestination> {
        DecodedRequest(DescribeKinesisStreamingDestination(table: try readTableName(body)))
    }

    package static func encode(
        _ output: Output, for request: DecodedRequest<DescribeKinesisStreamingDestination>,
        into writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.member("TableName")
        writer.string(output.table.description)
        writer.member("KinesisDataStreamDestinations")
        writer.beginArray()
        for destination in output.destinations {
            writer.beginObject()
            writer.member("StreamArn")
            writer.string(destination.streamARN)
            writer.member("DestinationStatus")
            writer.string(destination.isActive ? "ACTIVE" : "DISABLED")
            writer.precision(destination.precision)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
    }
}
