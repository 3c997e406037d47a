// Order: docs/operations/ListContributorInsights.md.

internal import MartletCatalog
package import MartletEngine
internal import MartletModel

extension ListContributorInsights: WireOperation {
    private static let pageLimit = 100

    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<ListContributorInsights> {
        var table: String?
        var token: String?
        var limit: Int?
        try readBody(body) { reader, progress throws(WireError) in
            while let name = try reader.nextMember(&progress) {
                switch name {
                case "TableName": table = try reader.readOptionalString()
                case "NextToken": token = try reader.readOptionalString()
                case "MaxResults": limit = try reader.readOptionalInteger()
                default: try reader.skipValue()
                }
            }
        }
        let name = try table.map { table throws(WireError) in try checkedTableName(table) }
        var checks = MemberChecks()
        checks.range(of: limit, from: 1, through: pageLimit, at: "maxResults")
        try checks.check()
        return DecodedRequest(
            ListContributorInsights(
                table: name, limit: limit ?? pageLimit, start: token.map { Place(token: $0) }))
    }

    package static func encode(
        _ output: Output, for request: DecodedRequest<ListContributorInsights>,
        into writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.member("ContributorInsightsSummaries")
        writer.beginArray()
        for (place, mode) in output.settings {
            writer.beginObject()
            writer.insights(of: place.table, index: place.index, status: "ENABLED", mode: mode)
            writer.endObject()
        }
        writer.endArray()
        if let last = output.last {
            writer.member("NextToken")
            writer.string(last.token)
        }
        writer.endObject()
    }
}

extension ListContributorInsights.Place {
    /// Where the page ended: a table's name, and after a slash an index's. Any text is a place, so
    /// a token of a table that is gone still works.
    fileprivate var token: String { table.description + (index.map { "/\($0)" } ?? "") }

    fileprivate init(token: String) {
        let parts = token.split(separator: "/", maxSplits: 1)
        self.init(
            table: TableName(parts.first.map(String.init) ?? ""),
            index: parts.count > 1 ? Text(String(parts[1])) : nil)
    }
}
