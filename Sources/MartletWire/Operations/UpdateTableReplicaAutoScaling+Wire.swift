// Order: docs/operations/UpdateTableReplicaAutoScaling.md.

internal import MartletCatalog
package import MartletEngine

extension UpdateTableReplicaAutoScaling: WireOperation {
    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<UpdateTableReplicaAutoScaling> {
        var table: String?
        var indexes: EntryMembers?
        var replicas: EntryMembers?
        try readBody(body) { reader, progress throws(WireError) in
            while let name = try reader.nextMember(&progress) {
                switch name {
                case "TableName": table = try reader.readOptionalString()
                case "GlobalSecondaryIndexUpdates":
                    indexes = try EntryMembers(
                        named: "IndexName", of: "GlobalSecondaryIndexAutoScalingUpdate",
                        from: &reader)
                case "ReplicaUpdates":
                    replicas = try EntryMembers(
                        named: "RegionName", of: "ReplicaAutoScalingUpdate", from: &reader)
                default: try reader.skipValue()
                }
            }
        }
        let name = try checkedTableName(table)
        var checks = MemberChecks()
        indexes?.checkLength(&checks, in: 1...Int.max, at: "globalSecondaryIndexUpdates")
        for (position, index) in (indexes?.names ?? []).enumerated() {
            checks.name(index, at: "globalSecondaryIndexUpdates.\(position + 1).member.indexName")
        }
        replicas?.checkLength(&checks, in: 1...Int.max, at: "replicaUpdates")
        replicas?.requireNames(&checks, as: "regionName", at: "replicaUpdates")
        try checks.check()
        return DecodedRequest(UpdateTableReplicaAutoScaling(table: name))
    }

    package static func encode(
        _ output: Never, for request: DecodedRequest<UpdateTableReplicaAutoScaling>,
        into writer: inout JSONWriter
    ) {}
}
