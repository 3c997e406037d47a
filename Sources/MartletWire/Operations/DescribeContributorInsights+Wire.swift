// Order: docs/operations/DescribeContributorInsights.md.

internal import MartletCatalog
package import MartletEngine

extension DescribeContributorInsights: WireOperation {
    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<DescribeContributorInsights> {
        var members = InsightsMembers()
        try readBody(body) { reader, progress throws(WireError) in
            while let name = try reader.nextMember(&progress) {
                try members.read(name, from: &reader)
            }
        }
        let (table, index) = try members.checked()
        return DecodedRequest(DescribeContributorInsights(table: table, index: index))
    }

    package static func encode(
        _ output: Output, for request: DecodedRequest<DescribeContributorInsights>,
        into writer: inout JSONWriter
    ) {
        writer.beginObject()
        let isEnabled = output.setting?.isEnabled ?? false
        writer.insights(
            of: output.table, index: request.operation.index,
            status: isEnabled ? "ENABLED" : "DISABLED", mode: output.setting?.mode)
        if isEnabled {
            writer.member("ContributorInsightsRuleList")
            writer.beginArray()
            for rule in output.rules { writer.string(rule) }
            writer.endArray()
        }
        if let setting = output.setting {
            writer.member("LastUpdateDateTime")
            writer.double(setting.updated.secondsSince1970)
        }
        writer.endObject()
    }
}
