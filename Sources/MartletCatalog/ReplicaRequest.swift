// What UpdateTable may ask for about replicas in other regions, and what the service says to that
// where there is one region: this server's. What a request contradicts by itself is said first,
// before the table is looked up.

package import MartletModel

/// One entry of ReplicaUpdates: a region for each action that it names.
public struct ReplicaRequest: Hashable, Sendable {
    public var created: String?
    public var updated: String?
    /// Whether the update says what is to be changed.
    public var updatesAnything: Bool
    public var deleted: String?
    public var disassociated: String?

    public init(
        created: String? = nil, updated: String? = nil, updatesAnything: Bool = false,
        deleted: String? = nil, disassociated: String? = nil
    ) {
        self.created = created
        self.updated = updated
        self.updatesAnything = updatesAnything
        self.deleted = deleted
        self.disassociated = disassociated
    }

    fileprivate var regions: [String] {
        [created, updated, deleted, disassociated].compactMap(\.self)
    }
}

public enum MultiRegionConsistency: String, Hashable, Sendable {
    case eventual = "EVENTUAL"
    case strong = "STRONG"
}

/// Replicas and what goes with them. Without a replica the rest means nothing, as on the service.
public struct ReplicaChange: Hashable, Sendable {
    public var replicas: [ReplicaRequest]
    public var consistency: MultiRegionConsistency?
    /// Regions of the witnesses to be created or deleted; those without a region do not count.
    public var witnesses: [String]

    public init(
        replicas: [ReplicaRequest], consistency: MultiRegionConsistency? = nil,
        witnesses: [String] = []
    ) {
        self.replicas = replicas
        self.consistency = consistency
        self.witnesses = witnesses
    }
}

extension ReplicaChange {
    /// Whether a strongly consistent group, or a witness, is spoken of.
    var isOfGroup: Bool { consistency != nil || !witnesses.isEmpty }

    /// Checks what contradicts itself.
    func check() throws(ValidationError) {
        for replica in replicas {
            guard !replica.regions.isEmpty, replica.updated == nil || replica.updatesAnything
            else {
                throw ValidationError(
                    "There are no actions specified in the Replica Update Action of the request.")
            }
        }
        let creations = replicas.compactMap(\.created)
        let deletions = replicas.compactMap(\.deleted)
        let others = replicas.compactMap(\.updated) + replicas.compactMap(\.disassociated)
        if consistency != nil, !deletions.isEmpty || !others.isEmpty {
            throw ValidationError(
                "Only Replica Create actions are supported when MultiRegionConsistency parameter "
                    + "is provided.")
        }
        guard replicas.allSatisfy({ $0.regions.count == 1 }),
            [creations, deletions, others].count(where: { !$0.isEmpty }) == 1
        else {
            throw ValidationError(
                "Update table operation with more than one type of replica actions not allowed.")
        }
        if !witnesses.isEmpty, consistency != .strong, !creations.isEmpty {
            throw ValidationError(
                "MultiRegionConsistency must be set as STRONG when GlobalTableWitnessUpdates "
                    + "parameter is present.")
        }
        if !Set(witnesses).isDisjoint(with: replicas.flatMap(\.regions)) {
            throw ValidationError("Cannot target multiple regions with the same action")
        }
        if consistency == .strong {
            guard creations.count + witnesses.count == 2 else {
                throw ValidationError(
                    "Unsupported replica count for global tables with MultiRegionConsistency set "
                        + "to STRONG.")
            }
        } else if creations.count + deletions.count > 1 {
            throw ValidationError(
                "Update table operation with more than one create or delete replica actions not "
                    + "allowed")
        }
    }

    /// There is no other region, and this one is not a replica's.
    func refusal(in region: String) -> ValidationError {
        for replica in replicas {
            if let refusal = Self.refusal(of: replica.regions[0], in: region) { return refusal }
        }
        return Self.isLocal
    }

    /// What is said of a replica in `other`.
    static func refusal(of other: String, in region: String) -> ValidationError? {
        guard other != region else { return isLocal }
        return ValidationError(
            "Region \(other) is not supported. The latest version of global tables are only "
                + "supported in the following regions: [\(region)]")
    }

    private static let isLocal = ValidationError(
        "Cannot add or delete the local region through ReplicaUpdates. Use CreateTable, "
            + "DeleteTable, or UpdateTable as required.")
}

extension SettingsReplication {
    /// Checks what a table with no replica can be asked for.
    func check() throws(ValidationError) {
        guard self == .enabledWithOverrides else { return }
        throw ValidationError(
            "Value '\(rawValue)' at 'GlobalTableSettingsReplicationMode' failed to satisfy "
                + "constraint: Only ENABLED and DISABLED settings replication are supported for a "
                + "Regional Table.")
    }
}

extension TableRequest {
    /// A table of a global table in another account takes its key from there.
    package func requireNoSource(in owner: ResourceOwner) throws(ValidationError) {
        guard let globalTableSource else { return }
        let source = try ResourceARN(parsing: globalTableSource)
        if let refusal = ReplicaChange.refusal(of: source.owner.region, in: owner.region) {
            throw refusal
        }
    }
}
