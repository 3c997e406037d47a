// Order: docs/operations/ListGlobalTables.md.

internal import MartletCatalog
package import MartletEngine

extension ListGlobalTables: WireOperation {
    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<ListGlobalTables> {
        var start: String?
        var limit: Int?
        try readBody(body) { reader, progress throws(WireError) in
            while let name = try reader.nextMember(&progress) {
                switch name {
                case "ExclusiveStartGlobalTableName": start = try reader.readOptionalString()
                case "Limit": limit = try reader.readOptionalInteger()
                case "RegionName": _ = try reader.readOptionalString()
                default: try reader.skipValue()
                }
            }
        }
        var checks = MemberChecks()
        checks.name(start, at: "exclusiveStartGlobalTableName")
        checks.range(of: limit, from: 1, at: "limit")
        try checks.check()
        return DecodedRequest(ListGlobalTables())
    }

    package static func encode(
        _ output: Void, for request: DecodedRequest<ListGlobalTables>,
        into writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.member("GlobalTables")
        writer.beginArray()
        writer.endArray()
        writer.endObject()
    }
}
