// Order: docs/operations/UpdateTable.md.

package import MartletCatalog
package import MartletEngine
internal import MartletModel

extension UpdateTable: WireOperation {
    private struct ChangeMembers {
        var create: IndexMembers?
        var update: IndexMembers?
        var delete: IndexMembers?

        var count: Int { [create, update, delete].reduce(0) { $0 + ($1 == nil ? 0 : 1) } }
    }

    private struct Members {
        var table: String?
        var definitions: DefinitionMembers?
        var changes: [ChangeMembers]?
        var vectorChanges: [VectorIndexUpdateMembers]?
        var settings = TableSettingMembers()
        var replicas: [ReplicaMembers]?
        var witnesses: WitnessMembers?
        var consistency: String?
        var isDisassociationProtected: Bool?
    }

    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<UpdateTable> {
        let members = try readBody(body) { reader, progress throws(WireError) in
            var members = Members()
            while let name = try reader.nextMember(&progress) {
                switch name {
                case "TableName": members.table = try reader.readOptionalString()
                case "AttributeDefinitions":
                    members.definitions = try DefinitionMembers.read(from: &reader)
                case "GlobalSecondaryIndexUpdates":
                    members.changes = try readChanges(from: &reader)
                case "VectorIndexUpdates":
                    members.vectorChanges = try VectorIndexUpdateMembers.readList(from: &reader)
                case "ReplicaUpdates":
                    members.replicas = try ReplicaMembers.readList(from: &reader)
                case "GlobalTableWitnessUpdates":
                    members.witnesses = try WitnessMembers.read(from: &reader)
                case "MultiRegionConsistency":
                    members.consistency = try reader.readOptionalString()
                case "DisassociationProtectionEnabled":
                    members.isDisassociationProtected = try reader.readOptionalBool()
                default:
                    if try !members.settings.read(name, from: &reader) { try reader.skipValue() }
                }
            }
            return members
        }
        let name = try checkedTableName(members.table)
        var checks = MemberChecks()
        let settings = members.settings
        let billing = settings.billing(&checks)
        let definitions = members.definitions?.check(&checks)
        let changes = check(members.changes, &checks)
        var vectorChanges: [VectorIndexChange]?
        for (position, change) in (members.vectorChanges ?? []).enumerated() {
            vectorChanges =
                (vectorChanges ?? [])
                + change.check(
                    &checks, at: "vectorIndexUpdates.\(position + 1).member")
        }
        if members.vectorChanges?.isEmpty == true { vectorChanges = [] }
        let tableClass = settings.tableClass(&checks)
        let stream = settings.stream(&checks)
        let encryption = settings.encryption(&checks)
        let replication = settings.settingsReplication(&checks)
        let replicas = checkReplicas(members, &checks)
        try checks.check()
        for replica in members.replicas ?? [] { try replica.requireRegion() }
        for change in members.changes ?? [] where change.count != 1 {
            let names = ["Update", "Create", "Delete"].map { "GlobalSecondaryIndexUpdate.\($0)" }
            let list = names.joined(separator: ", ")
            throw .validation(
                "One or more parameter values were invalid: "
                    + (change.count == 0
                        ? "One of \(list) must not be null" : "Only one of \(list) can be set"))
        }
        for change in members.vectorChanges ?? [] { try change.requireOneAction() }
        return DecodedRequest(
            UpdateTable(
                TableChange(
                    name: name, attributeDefinitions: definitions, indexChanges: changes,
                    vectorIndexChanges: vectorChanges, billing: billing,
                    provisioned: settings.provisioned?.provisioned,
                    onDemand: settings.onDemand?.partial, warm: settings.warm?.partial,
                    tableClass: tableClass, isDeletionProtected: settings.isDeletionProtected,
                    stream: stream, encryption: encryption, settingsReplication: replication,
                    isDisassociationProtected: members.isDisassociationProtected,
                    replicas: replicas, namesConsistency: members.consistency != nil)))
    }

    // MARK: Reading

    private static func readChanges(
        from reader: inout JSONReader
    ) throws(WireError) -> [ChangeMembers]? {
        guard var list = try reader.beginList() else { return nil }
        var changes: [ChangeMembers] = []
        while try reader.nextElement(&list) {
            var change = ChangeMembers()
            let opened = try reader.beginStructure("GlobalSecondaryIndexUpdate", isEntry: true)
            if var progress = opened {
                while let name = try reader.nextMember(&progress) {
                    switch name {
                    case "Create": change.create = try IndexMembers.read(.action, from: &reader)
                    case "Update":
                        change.update = try readAction(
                            "UpdateGlobalSecondaryIndexAction", from: &reader)
                    case "Delete":
                        change.delete = try readAction(
                            "DeleteGlobalSecondaryIndexAction", from: &reader)
                    default: try reader.skipValue()
                    }
                }
            }
            changes.append(change)
        }
        return changes
    }

    /// Reads an index's name and its units.
    private static func readAction(
        _ structure: StaticString, from reader: inout JSONReader
    ) throws(WireError) -> IndexMembers? {
        guard var progress = try reader.beginStructure(structure) else { return nil }
        var action = IndexMembers()
        while let name = try reader.nextMember(&progress) {
            switch name {
            case "IndexName": action.name = try reader.readOptionalString()
            case "ProvisionedThroughput":
                action.provisioned = try UnitsMembers.readProvisioned(from: &reader)
            case "OnDemandThroughput":
                action.onDemand = try UnitsMembers.readOnDemand(from: &reader)
            case "WarmThroughput": action.warm = try UnitsMembers.readWarm(from: &reader)
            default: try reader.skipValue()
            }
        }
        return action
    }

    // MARK: Checking

    private static func checkReplicas(
        _ members: Members, _ checks: inout MemberChecks
    ) -> ReplicaChange? {
        let consistency = checks.choice(
            members.consistency, of: .multiRegionConsistency, at: "multiRegionConsistency")
        members.witnesses?.check(&checks)
        guard let replicas = members.replicas else { return nil }
        checks.length(replicas.count, of: "[]", in: 1...Int.max, at: "replicaUpdates")
        var requests: [ReplicaRequest] = []
        for (position, replica) in replicas.enumerated() {
            requests.append(
                replica.check(&checks, at: "replicaUpdates.\(position + 1).member"))
        }
        return ReplicaChange(
            replicas: requests, consistency: consistency,
            witnesses: members.witnesses?.regions ?? [])
    }

    private static func check(
        _ changes: [ChangeMembers]?, _ checks: inout MemberChecks
    ) -> [GlobalIndexChange]? {
        guard let changes else { return nil }
        var checked: [GlobalIndexChange] = []
        for (position, change) in changes.enumerated() {
            let path = "globalSecondaryIndexUpdates.\(position + 1).member"
            if let update = change.update {
                checks.require(update.name != nil, at: path + ".update.indexName")
                checks.name(update.name, at: path + ".update.indexName")
                update.provisioned?.check(&checks, at: path + ".update.provisionedThroughput")
                guard checks.isEmpty else { continue }
                checked.append(
                    .update(
                        name: Text(update.name!), provisioned: update.provisioned?.provisioned,
                        onDemand: update.onDemand?.partial, warm: update.warm?.partial))
            }
            if let create = change.create {
                checked.append(
                    .create(create.check(&checks, at: path + ".create", keyLimit: .max)))
            }
            if let delete = change.delete {
                checks.require(delete.name != nil, at: path + ".delete.indexName")
                checks.name(delete.name, at: path + ".delete.indexName")
                checked.append(.delete(name: Text(delete.name ?? "")))
            }
        }
        return checked
    }

    package static func encode(
        _ output: TableDescription, for request: DecodedRequest<UpdateTable>,
        into writer: inout JSONWriter
    ) {
        writer.tableDescription(output, as: "TableDescription")
    }
}
