// Order: docs/operations/UpdateGlobalTableSettings.md.

internal import MartletCatalog
package import MartletEngine

extension UpdateGlobalTableSettings: WireOperation {
    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<UpdateGlobalTableSettings> {
        var members = Members()
        try readBody(body) { reader, progress throws(WireError) in
            while let name = try reader.nextMember(&progress) {
                try members.read(name, from: &reader)
            }
        }
        let name = try checkedGlobalTableName(members.global)
        var checks = MemberChecks()
        _ = checks.choice(members.billing, of: .billingMode, at: "globalTableBillingMode")
        checks.range(
            of: members.writeUnits, from: 1, at: "globalTableProvisionedWriteCapacityUnits")
        let indexPath = "globalTableGlobalSecondaryIndexSettingsUpdate"
        members.indexes?.checkLength(&checks, in: 1...20, at: indexPath)
        members.indexes?.requireNames(&checks, as: "indexName", at: indexPath)
        members.replicas?.checkLength(&checks, in: 1...50, at: "replicaSettingsUpdate")
        members.replicas?.requireNames(&checks, as: "regionName", at: "replicaSettingsUpdate")
        try checks.check()
        return DecodedRequest(UpdateGlobalTableSettings(name: name))
    }

    /// What the settings would be is not read: there is no table to have them.
    private struct Members {
        var global: String?
        var billing: String?
        var writeUnits: Int?
        var indexes: EntryMembers?
        var replicas: EntryMembers?

        mutating func read(_ name: JSONString, from reader: inout JSONReader) throws(WireError) {
            switch name {
            case "GlobalTableName": global = try reader.readOptionalString()
            case "GlobalTableBillingMode": billing = try reader.readOptionalString()
            case "GlobalTableProvisionedWriteCapacityUnits":
                writeUnits = try reader.readOptionalInteger(.long)
            case "GlobalTableGlobalSecondaryIndexSettingsUpdate":
                indexes = try EntryMembers(
                    named: "IndexName", of: "GlobalTableGlobalSecondaryIndexSettingsUpdate",
                    from: &reader)
            case "ReplicaSettingsUpdate":
                replicas = try EntryMembers(
                    named: "RegionName", of: "ReplicaSettingsUpdate", from: &reader)
            default: try reader.skipValue()
            }
        }
    }

    package static func encode(
        _ output: Never, for request: DecodedRequest<UpdateGlobalTableSettings>,
        into writer: inout JSONWriter
    ) {}
}
