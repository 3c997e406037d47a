// Order: docs/operations/ListTables.md.

internal import MartletCatalog
package import MartletEngine
internal import MartletModel

extension ListTables: WireOperation {
    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<ListTables> {
        var start: String?
        var limit: Int?
        try readBody(body) { reader, progress throws(WireError) in
            while let name = try reader.nextMember(&progress) {
                switch name {
                case "ExclusiveStartTableName": start = try reader.readOptionalString()
                case "Limit": limit = try reader.readOptionalInteger()
                default: try reader.skipValue()
                }
            }
        }
        var checks = MemberChecks()
        checks.name(start, at: "exclusiveStartTableName")
        checks.range(of: limit, from: 1, through: Limits.listTablesPage, at: "limit")
        try checks.check()
        return DecodedRequest(
            ListTables(
                exclusiveStartName: start.map { TableName($0) },
                limit: limit ?? Limits.listTablesPage))
    }

    package static func encode(
        _ output: Output, for request: DecodedRequest<ListTables>, into writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.member("TableNames")
        writer.beginArray()
        for name in output.names { writer.string(name.description) }
        writer.endArray()
        if let last = output.lastEvaluatedName {
            writer.member("LastEvaluatedTableName")
            writer.string(last.description)
        }
        writer.endObject()
    }
}
