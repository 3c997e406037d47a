// Order: docs/operations/ListBackups.md.

internal import MartletCatalog
package import MartletEngine

extension ListBackups: WireOperation {
    private static let pageLimit = 100

    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<ListBackups> {
        var table: String?
        var kind: String?
        var start: String?
        var limit: Int?
        var (earliest, end): (Double?, Double?) = (nil, nil)
        try readBody(body) { reader, progress throws(WireError) in
            while let member = try reader.nextMember(&progress) {
                switch member {
                case "TableName": table = try reader.readOptionalString()
                case "Limit": limit = try reader.readOptionalInteger()
                case "TimeRangeLowerBound": earliest = try reader.readOptionalSeconds()
                case "TimeRangeUpperBound": end = try reader.readOptionalSeconds()
                case "ExclusiveStartBackupArn": start = try reader.readOptionalString()
                case "BackupType": kind = try reader.readOptionalString()
                default: try reader.skipValue()
                }
            }
        }
        var checks = MemberChecks()
        let checkedKind = checks.choice(
            kind, of: Choices(KindFilter.allCases), at: "backupType")
        checks.backupARN(start, at: "exclusiveStartBackupArn")
        checks.range(of: limit, from: 1, through: pageLimit, at: "limit")
        let name = table == nil ? nil : checks.tableName(table)
        try checks.check()
        return DecodedRequest(
            ListBackups(
                table: name, kind: checkedKind ?? .user,
                earliest: earliest.map { Timestamp(secondsSince1970: $0) },
                end: end.map { Timestamp(secondsSince1970: $0) }, exclusiveStartARN: start,
                limit: limit ?? pageLimit))
    }

    package static func encode(
        _ output: Output, for request: DecodedRequest<ListBackups>,
        into writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.member("BackupSummaries")
        writer.beginArray()
        for description in output.backups {
            let table = description.backup.table
            writer.beginObject()
            writer.member("TableName")
            writer.string(table.name.description)
            writer.member("TableId")
            writer.string(table.uuid)
            writer.member("TableArn")
            writer.string(description.tableARN)
            writer.backupMembers(description)
            writer.endObject()
        }
        writer.endArray()
        if let last = output.lastEvaluatedARN {
            writer.member("LastEvaluatedBackupArn")
            writer.string(last)
        }
        writer.endObject()
    }
}
