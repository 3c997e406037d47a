// Order: docs/operations/GetItem.md.

internal import MartletCatalog
package import MartletEngine
internal import MartletExpressions

extension GetItem: WireOperation {
    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<GetItem> {
        var tableName: String?
        var key: DecodedAttributes?
        var isConsistent: Bool?
        var capacityReport: String?
        var members = ExpressionMembers(.plain)
        try readBody(body) { reader, progress throws(WireError) in
            while let name = try reader.nextMember(&progress) {
                switch name {
                case "TableName": tableName = try reader.readOptionalString()
                case "Key": key = try reader.readOptionalAttributes()
                case "ConsistentRead": isConsistent = try reader.readOptionalBool()
                case "ReturnConsumedCapacity": capacityReport = try reader.readOptionalString()
                default:
                    // There are no values here, so the member is unknown.
                    if name.equals("ExpressionAttributeValues") {
                        try reader.skipValue()
                        continue
                    }
                    let isRead = try members.read(
                        name, of: [.projection], legacy: [.attributesToGet], from: &reader)
                    if !isRead { try reader.skipValue() }
                }
            }
        }
        var checks = MemberChecks()
        checks.require(key != nil, at: "key")
        let table = checks.tableName(tableName)
        let report = checks.choice(
            capacityReport, of: .returnConsumedCapacity, at: "returnConsumedCapacity")
        members.legacy?.check(.attributesToGet, &checks)
        try checks.check()

        var expressions = try members.makeBinder([.projection], legacy: [.attributesToGet])
        let checkedKey = try key!.checked(.plain)
        let projection = try expressions.projection()
        try expressions.requireAllUsed()
        return DecodedRequest(
            GetItem(
                table: table, key: checkedKey, projection: projection,
                isConsistent: isConsistent ?? false, capacityReport: report ?? .none))
    }

    package static func encode(
        _ output: Output, for request: DecodedRequest<GetItem>, into writer: inout JSONWriter
    ) {
        writer.beginObject()
        if let item = output.item {
            writer.member("Item")
            item.writeJSON(to: &writer)
        }
        if let capacity = output.capacity {
            writer.member("ConsumedCapacity")
            writer.consumedCapacity(capacity)
        }
        writer.endObject()
    }
}
