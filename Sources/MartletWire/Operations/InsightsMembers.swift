// What the operations on Contributor Insights share: a table, perhaps an index, and how a setting
// is answered.

internal import MartletCatalog
internal import MartletEngine
internal import MartletModel

struct InsightsMembers {
    private var table: String?
    private var index: String?

    mutating func read(_ name: JSONString, from reader: inout JSONReader) throws(WireError) {
        switch name {
        case "TableName": table = try reader.readOptionalString()
        case "IndexName": index = try reader.readOptionalString()
        default: try reader.skipValue()
        }
    }

    /// The index has a text of its own for its length, as tables have.
    func checked() throws(WireError) -> (table: TableName, index: Text?) {
        let table = try checkedTableName(table)
        guard let index else { return (table, nil) }
        guard Limits.tableNameCharacters.contains(index.utf16.count) else {
            throw .validation(
                "IndexName must be at least 3 characters long and at most 255 characters long")
        }
        var checks = MemberChecks()
        checks.namePattern(index, at: "indexName")
        try checks.check()
        return (table, Text(index))
    }
}

extension JSONWriter {
    /// Writes whose setting it is, and what it says, into an open object.
    mutating func insights(
        of table: TableName, index: Text?, status: String, mode: ContributorInsights.Mode?
    ) {
        member("TableName")
        string(table.description)
        if let index {
            member("IndexName")
            string(index)
        }
        member("ContributorInsightsStatus")
        string(status)
        if let mode {
            member("ContributorInsightsMode")
            string(mode.rawValue)
        }
    }
}

extension Choices where Value == ContributorInsights.Mode {
    static let insightsMode = Choices([
        ContributorInsights.Mode.throttled, .accessedAndThrottled,
    ])
}
