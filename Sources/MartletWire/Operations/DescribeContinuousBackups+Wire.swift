// Order: docs/operations/DescribeContinuousBackups.md.

package import MartletEngine

extension DescribeContinuousBackups: WireOperation {
    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<DescribeContinuousBackups> {
        DecodedRequest(DescribeContinuousBackups(table: try readTableName(body)))
    }

    package static func encode(
        _ output: Output, for request: DecodedRequest<DescribeContinuousBackups>,
        into writer: inout JSONWriter
    ) {
        let status = output.isPointInTimeRecoveryEnabled ? "ENABLED" : "DISABLED"
        writer.beginObject()
        writer.member("ContinuousBackupsDescription")
        writer.beginObject()
        writer.member("ContinuousBackupsStatus")
        writer.string("ENABLED")
        writer.member("PointInTimeRecoveryDescription")
        writer.beginObject()
        writer.member("PointInTimeRecoveryStatus")
        writer.string(status)
        writer.endObject()
        writer.endObject()
        writer.endObject()
    }
}
