// Order: docs/operations/UpdateGlobalTable.md.

internal import MartletCatalog
package import MartletEngine

extension UpdateGlobalTable: WireOperation {
    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<UpdateGlobalTable> {
        var global: String?
        var updates: [(creates: Bool, region: String??)]?
        try readBody(body) { reader, progress throws(WireError) in
            while let name = try reader.nextMember(&progress) {
                switch name {
                case "GlobalTableName": global = try reader.readOptionalString()
                case "ReplicaUpdates": updates = try readUpdates(from: &reader)
                default: try reader.skipValue()
                }
            }
        }
        let name = try checkedGlobalTableName(global)
        var checks = MemberChecks()
        checks.require(updates != nil, at: "replicaUpdates")
        for (position, update) in (updates ?? []).enumerated() {
            guard let region = update.region else { continue }
            checks.require(
                region != nil,
                at: "replicaUpdates.\(position + 1).member."
                    + (update.creates ? "create" : "delete") + ".regionName")
        }
        try checks.check()
        let found = updates!
        guard !found.isEmpty, found.allSatisfy({ $0.region != nil }) else {
            // The service says no more.
            throw .validation("One or more parameter values were invalid")
        }
        return DecodedRequest(
            UpdateGlobalTable(name: name, createsReplica: found.contains(where: \.creates)))
    }

    /// The region of each entry's action: nil without an action, and in it nil without a region.
    private static func readUpdates(
        from reader: inout JSONReader
    ) throws(WireError) -> [(creates: Bool, region: String??)]? {
        guard var list = try reader.beginList() else { return nil }
        var updates: [(creates: Bool, region: String??)] = []
        while try reader.nextElement(&list) {
            var update: (creates: Bool, region: String??) = (false, nil)
            if var progress = try reader.beginStructure("ReplicaUpdate", isEntry: true) {
                while let name = try reader.nextMember(&progress) {
                    switch name {
                    case "Create":
                        if let region = try reader.readRegion(of: "CreateReplicaAction") {
                            update = (true, .some(region))
                        }
                    case "Delete":
                        if let region = try reader.readRegion(of: "DeleteReplicaAction") {
                            update = (update.creates, .some(region))
                        }
                    default: try reader.skipValue()
                    }
                }
            }
            updates.append(update)
        }
        return updates
    }

    package static func encode(
        _ output: Never, for request: DecodedRequest<UpdateGlobalTable>,
        into writer: inout JSONWriter
    ) {}
}
