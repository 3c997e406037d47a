public import MartletModel

/// Which attributes an index holds beside its own key and the table's.
public enum Projection: Hashable, Sendable {
    case all
    case keysOnly
    case include([Text])
}

/// A secondary index as the catalogue keeps it.
public struct IndexDefinition: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable { case local, global }

    public enum Status: String, Hashable, Sendable {
        case creating = "CREATING"
        case active = "ACTIVE"
    }

    public var name: Text
    /// Names the index's rows in the store; never used again after the index is gone.
    public var id: UInt32
    public var kind: Kind
    public var key: KeySchema
    public var projection: Projection
    public var status: Status
    /// A global index's settings; nil for a local one, which shares its table's.
    public var throughput: ThroughputSettings?

    package init(
        name: Text, id: UInt32, kind: Kind, key: KeySchema, projection: Projection,
        status: Status = .active, throughput: ThroughputSettings? = nil
    ) {
        self.name = name
        self.id = id
        self.kind = kind
        self.key = key
        self.projection = projection
        self.status = status
        self.throughput = throughput
    }
}
