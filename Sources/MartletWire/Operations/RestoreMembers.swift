// What the two restores have in common: overrides as they were sent, the checks on their single
// members, and what becomes of them once nothing is missing.

internal import MartletCatalog

struct RestoreMembers {
    var target: String?
    private var localIndexes: [IndexMembers]?
    private var globalIndexes: [IndexMembers]?
    private var vectorIndexes: [VectorIndexMembers]?
    private var settings = TableSettingMembers()

    /// Reads a member; false for any other, which is then unread.
    mutating func read(
        _ name: JSONString, from reader: inout JSONReader
    ) throws(WireError) -> Bool {
        switch name {
        case "TargetTableName": target = try reader.readOptionalString()
        case "LocalSecondaryIndexOverride":
            localIndexes = try IndexMembers.readList(.local, from: &reader)
        case "GlobalSecondaryIndexOverride":
            globalIndexes = try IndexMembers.readList(.global, from: &reader)
        case "VectorIndexOverride":
            vectorIndexes = try VectorIndexMembers.readList(from: &reader)
        case "BillingModeOverride": settings.billingMode = try reader.readOptionalString()
        case "ProvisionedThroughputOverride":
            settings.provisioned = try UnitsMembers.readProvisioned(from: &reader)
        case "OnDemandThroughputOverride":
            settings.onDemand = try UnitsMembers.readOnDemand(from: &reader)
        case "SSESpecificationOverride": try settings.readEncryption(from: &reader)
        default: return false
        }
        return true
    }

    /// Checks the members; the result counts only when all checks passed.
    func check(_ checks: inout MemberChecks) -> RestoreRequest {
        checks.require(target != nil, at: "targetTableName")
        checks.name(target, at: "targetTableName")
        let billing = checks.choice(
            settings.billingMode, of: .billingMode, at: "billingModeOverride")
        let globalIndexes = checks.indexes(
            globalIndexes, at: "globalSecondaryIndexOverride", keyLimit: .max)
        let localIndexes = checks.indexes(
            localIndexes, at: "localSecondaryIndexOverride", keyLimit: 2)
        let vectorIndexes = checks.vectorIndexes(vectorIndexes, at: "vectorIndexOverride")
        settings.provisioned?.check(&checks, at: "provisionedThroughputOverride")
        let encryption = settings.encryption(&checks, at: "sSESpecificationOverride")
        guard checks.isEmpty else { return RestoreRequest(target: "") }
        return RestoreRequest(
            target: TableName(target!), localIndexes: localIndexes, globalIndexes: globalIndexes,
            vectorIndexes: vectorIndexes, billing: billing,
            provisioned: settings.provisioned?.provisioned, onDemand: settings.onDemand?.partial,
            encryption: encryption)
    }
}
