package import MartletModel

/// Which attributes an index holds beside its own key and the table's.
package enum Projection: Hashable, Sendable {
    case all
    case keysOnly
    case include([Text])
}

/// A secondary index as the catalogue keeps it.
package struct IndexDefinition: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable { case local, global }

    package enum Status: String, Hashable, Sendable {
        case creating = "CREATING"
        case active = "ACTIVE"
    }

    package var name: Text
    /// Names the index's rows in the store; never used again after the index is gone.
    package var id: UInt32
    package var kind: Kind
    package var key: KeySchema
    package var projection: Projection
    package var status: Status
    /// A global index's settings; nil for a local one, which shares its table's.
    package var throughput: ThroughputSettings?

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
