// Order: docs/operations/UpdateContributorInsights.md.

internal import MartletCatalog
package import MartletEngine

extension UpdateContributorInsights: WireOperation {
    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<UpdateContributorInsights> {
        var members = InsightsMembers()
        var action: String?
        var mode: String?
        try readBody(body) { reader, progress throws(WireError) in
            while let name = try reader.nextMember(&progress) {
                switch name {
                case "ContributorInsightsAction": action = try reader.readOptionalString()
                case "ContributorInsightsMode": mode = try reader.readOptionalString()
                default: try members.read(name, from: &reader)
                }
            }
        }
        let (table, index) = try members.checked()
        var checks = MemberChecks()
        checks.require(action != nil, at: "contributorInsightsAction")
        let isEnabled = checks.choice(
            action, of: Choices(["ENABLE": true, "DISABLE": false]),
            at: "contributorInsightsAction")
        let checkedMode = checks.choice(mode, of: .insightsMode, at: "contributorInsightsMode")
        try checks.check()
        return DecodedRequest(
            UpdateContributorInsights(
                table: table, index: index, isEnabled: isEnabled!, mode: checkedMode))
    }

    package static func encode(
        _ output: Output, for request: DecodedRequest<UpdateContributorInsights>,
        into writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.insights(
            of: output.table, index: request.operation.index, status: output.status.rawValue,
            mode: output.mode)
        writer.endObject()
    }
}
