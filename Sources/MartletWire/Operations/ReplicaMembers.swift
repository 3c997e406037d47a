// ReplicaUpdates and GlobalTableWitnessUpdates of UpdateTable as they were sent. Of an update only
// whether it says anything is kept: there is no replica to take it.

internal import MartletCatalog

struct ReplicaMembers {
    /// A region that is there, and nil in it where the action names none.
    private var created: String??
    private var updated: String??
    private var updatesAnything = false
    private var deleted: String??
    private var disassociated: String??
    private var mode: String?

    static func readList(from reader: inout JSONReader) throws(WireError) -> [ReplicaMembers]? {
        guard var list = try reader.beginList() else { return nil }
        var updates: [ReplicaMembers] = []
        while try reader.nextElement(&list) {
            var update = ReplicaMembers()
            if var progress = try reader.beginStructure("ReplicationGroupUpdate", isEntry: true) {
                while let name = try reader.nextMember(&progress) {
                    switch name {
                    case "Create":
                        update.created = try reader.readRegion(
                            of: "CreateReplicationGroupMemberAction")
                    case "Update": try update.readUpdate(from: &reader)
                    case "Delete":
                        update.deleted = try reader.readRegion(
                            of: "DeleteReplicationGroupMemberAction")
                    case "Disassociate": try update.readDisassociation(from: &reader)
                    default: try reader.skipValue()
                    }
                }
            }
            updates.append(update)
        }
        return updates
    }

    private mutating func readUpdate(from reader: inout JSONReader) throws(WireError) {
        guard var progress = try reader.beginStructure("UpdateReplicationGroupMemberAction")
        else { return }
        updated = .some(nil)
        while let name = try reader.nextMember(&progress) {
            switch name {
            case "RegionName": updated = .some(try reader.readOptionalString())
            default:
                if try !reader.readNull() {
                    updatesAnything = true
                    try reader.skipValue()
                }
            }
        }
    }

    private mutating func readDisassociation(from reader: inout JSONReader) throws(WireError) {
        guard var progress = try reader.beginStructure("DisassociateReplicationGroupMemberAction")
        else { return }
        disassociated = .some(nil)
        while let name = try reader.nextMember(&progress) {
            switch name {
            case "RegionName": disassociated = .some(try reader.readOptionalString())
            case "DisassociationMode": mode = try reader.readOptionalString()
            default: try reader.skipValue()
            }
        }
    }

    /// Checks the members of an entry; the result counts only when all checks passed.
    func check(_ checks: inout MemberChecks, at path: String) -> ReplicaRequest {
        let required = [("update", updated), ("delete", deleted), ("disassociate", disassociated)]
        for case (let action, let region?) in required {
            checks.require(region != nil, at: "\(path).\(action).regionName")
        }
        if disassociated != nil {
            checks.require(mode != nil, at: path + ".disassociate.disassociationMode")
            _ = checks.choice(
                mode, of: Choices(["WAIT_FOR_REPLICATION": true]),
                at: path + ".disassociate.disassociationMode")
        }
        return ReplicaRequest(
            created: created ?? nil, updated: updated ?? nil, updatesAnything: updatesAnything,
            deleted: deleted ?? nil, disassociated: disassociated ?? nil)
    }

    /// Creating a replica nowhere has a text of its own, after the checks on single members.
    func requireRegion() throws(WireError) {
        guard let created, created == nil else { return }
        throw .validation("One or more parameter values were invalid")
    }
}

/// The regions of GlobalTableWitnessUpdates, one for each entry that names one.
struct WitnessMembers {
    private var count = 0
    var regions: [String] = []

    static func read(from reader: inout JSONReader) throws(WireError) -> WitnessMembers? {
        guard var list = try reader.beginList() else { return nil }
        var witnesses = WitnessMembers()
        while try reader.nextElement(&list) {
            witnesses.count += 1
            let opened = try reader.beginStructure("GlobalTableWitnessGroupUpdate", isEntry: true)
            guard var progress = opened else { continue }
            while let name = try reader.nextMember(&progress) {
                let region: String??
                switch name {
                case "Create":
                    region = try reader.readRegion(
                        of: "CreateGlobalTableWitnessGroupMemberAction")
                case "Delete":
                    region = try reader.readRegion(
                        of: "DeleteGlobalTableWitnessGroupMemberAction")
                default:
                    try reader.skipValue()
                    continue
                }
                if let region, let region, !region.isEmpty { witnesses.regions.append(region) }
            }
        }
        return witnesses
    }

    func check(_ checks: inout MemberChecks) {
        checks.length(count, of: "[]", in: 1...1, at: "globalTableWitnessUpdates")
    }
}

extension Choices where Value == MultiRegionConsistency {
    static let multiRegionConsistency = Choices([MultiRegionConsistency.eventual, .strong])
}

extension Choices where Value == SettingsReplication {
    static let settingsReplication = Choices([
        SettingsReplication.enabled, .disabled, .enabledWithOverrides,
    ])
}
