// Order: docs/operations/DescribeContinuousBackups.md.

internal import MartletCatalog
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
        writer.continuousBackups(output)
    }
}

extension JSONWriter {
    mutating func continuousBackups(_ output: DescribeContinuousBackups.Output) {
        beginObject()
        member("ContinuousBackupsDescription")
        beginObject()
        member("ContinuousBackupsStatus")
        string("ENABLED")
        member("PointInTimeRecoveryDescription")
        beginObject()
        member("PointInTimeRecoveryStatus")
        string(output.recovery == nil ? "DISABLED" : "ENABLED")
        if let recovery = output.recovery {
            member("RecoveryPeriodInDays")
            integer(recovery.periodInDays)
            member("EarliestRestorableDateTime")
            double(recovery.earliest.secondsSince1970)
            member("LatestRestorableDateTime")
            double(recovery.latest.secondsSince1970)
        }
        endObject()
        endObject()
        endObject()
    }
}
