// A table as the catalogue keeps it: everything that was said about it, and its identity.
// `TableDescription` adds what is counted. Values are immutable snapshots: a change makes a new
// one, which the commit thread stores and publishes.

package import MartletModel

package struct StreamSettings: Hashable, Sendable {
    package enum ViewType: String, Hashable, Sendable {
        case newImage = "NEW_IMAGE"
        case oldImage = "OLD_IMAGE"
        case newAndOldImages = "NEW_AND_OLD_IMAGES"
        case keysOnly = "KEYS_ONLY"
    }

    package var viewType: ViewType
    /// When the stream was enabled, as its ARN ends.
    package var label: String

    package init(viewType: ViewType, label: String) {
        self.viewType = viewType
        self.label = label
    }
}

/// Server-side encryption as it was asked for. On one machine it is a setting that is answered.
package struct EncryptionSettings: Hashable, Sendable {
    package var keyARN: String

    package init(keyARN: String) { self.keyARN = keyARN }
}

package enum TableClass: String, Hashable, Sendable {
    case standard = "STANDARD"
    case infrequentAccess = "STANDARD_INFREQUENT_ACCESS"
}

package struct Tag: Hashable, Sendable {
    package var key: String
    package var value: String

    package init(key: String, value: String) {
        self.key = key
        self.value = value
    }
}

package struct TableDefinition: Hashable, Sendable {
    package var name: TableName
    /// Names the table's rows in the store; never used again after the table is gone.
    package var id: UInt32
    /// The `TableId` that clients see.
    package var uuid: String
    package var created: Timestamp
    /// In the order in which they were declared.
    package var attributeDefinitions: [KeyAttribute]
    package var key: KeySchema
    /// Local indexes, then global ones, each in the order of their creation.
    package var indexes: [IndexDefinition]
    /// In the order of their creation. Their names and those of `indexes` are one set.
    package var vectorIndexes: [VectorIndexDefinition]
    package var billing: BillingMode
    package var lastSwitchToPayPerRequest: Timestamp?
    package var throughput: ThroughputSettings
    package var tableClass: TableClass
    package var lastTableClassUpdate: Timestamp?
    package var isDeletionProtected: Bool
    package var stream: StreamSettings?
    package var encryption: EncryptionSettings?
    /// The attribute whose number says when an item expires; nil while time to live is off.
    package var timeToLiveAttribute: Text?
    package var tags: [Tag]
    package var resourcePolicy: String?
    package var attached: AttachedSettings
    /// How far back the table can be restored; nil while point-in-time recovery is off.
    package var recovery: RecoverySettings?
    /// What the table was restored from; nil for one that was created.
    package var restored: RestoreOrigin?

    package init(
        name: TableName, id: UInt32, uuid: String, created: Timestamp,
        attributeDefinitions: [KeyAttribute], key: KeySchema, indexes: [IndexDefinition] = [],
        vectorIndexes: [VectorIndexDefinition] = [], billing: BillingMode = .payPerRequest,
        lastSwitchToPayPerRequest: Timestamp? = nil,
        throughput: ThroughputSettings = ThroughputSettings(), tableClass: TableClass = .standard,
        lastTableClassUpdate: Timestamp? = nil, isDeletionProtected: Bool = false,
        stream: StreamSettings? = nil, encryption: EncryptionSettings? = nil,
        timeToLiveAttribute: Text? = nil, tags: [Tag] = [], resourcePolicy: String? = nil,
        attached: AttachedSettings = AttachedSettings(), recovery: RecoverySettings? = nil,
        restored: RestoreOrigin? = nil
    ) {
        self.name = name
        self.id = id
        self.uuid = uuid
        self.created = created
        self.attributeDefinitions = attributeDefinitions
        self.key = key
        self.indexes = indexes
        self.vectorIndexes = vectorIndexes
        self.billing = billing
        self.lastSwitchToPayPerRequest = lastSwitchToPayPerRequest
        self.throughput = throughput
        self.tableClass = tableClass
        self.lastTableClassUpdate = lastTableClassUpdate
        self.isDeletionProtected = isDeletionProtected
        self.stream = stream
        self.encryption = encryption
        self.timeToLiveAttribute = timeToLiveAttribute
        self.tags = tags
        self.resourcePolicy = resourcePolicy
        self.attached = attached
        self.recovery = recovery
        self.restored = restored
    }

    package func index(named name: Text) -> IndexDefinition? {
        indexes.first { $0.name == name }
    }

    package func vectorIndex(named name: Text) -> VectorIndexDefinition? {
        vectorIndexes.first { $0.name == name }
    }

    package var localIndexes: [IndexDefinition] { indexes.filter { $0.kind == .local } }
    package var globalIndexes: [IndexDefinition] { indexes.filter { $0.kind == .global } }
}

/// Rows and bytes (as DynamoDB counts them) of a table or an index. Exact at every commit.
package struct Tally: Hashable, Sendable {
    package var itemCount: Int
    package var sizeBytes: Int
    /// For a vector index: by how much all vectors of its attribute, as lists of numbers, exceed
    /// four bytes a dimension, as which they are billed. Counts the vectors of its dimensions, also
    /// in items that it does not hold for another reason. May be negative.
    package var savedBytes: Int

    package init(itemCount: Int = 0, sizeBytes: Int = 0, savedBytes: Int = 0) {
        self.itemCount = itemCount
        self.sizeBytes = sizeBytes
        self.savedBytes = savedBytes
    }
}

/// A table with what is counted of it, as DescribeTable answers.
package struct TableDescription: Sendable {
    package enum Status: String, Sendable {
        case creating = "CREATING"
        case updating = "UPDATING"
        case deleting = "DELETING"
        case active = "ACTIVE"
    }

    package var definition: TableDefinition
    package var status: Status
    package var arn: String
    package var tally: Tally
    /// By index id.
    package var indexTallies: [UInt32: Tally]
    /// Indexes on their way out, which the definition no longer holds: answered as DELETING.
    package var deletedIndexes: [IndexDefinition]
    package var deletedVectorIndexes: [VectorIndexDefinition] = []
    /// Global indexes of an UpdateTable answer that are being changed: answered as UPDATING.
    package var updatingIndexes: [Text]
    /// Global indexes that have no resources yet, by their ids: they are not being filled.
    package var allocatingIndexes: Set<UInt32> = []
    /// Of a stream that was switched off and can still be read; the definition has that of one that
    /// is on.
    package var latestStreamLabel: String?

    package init(
        definition: TableDefinition, status: Status, arn: String, tally: Tally = Tally(),
        indexTallies: [UInt32: Tally] = [:], deletedIndexes: [IndexDefinition] = [],
        updatingIndexes: [Text] = []
    ) {
        self.definition = definition
        self.status = status
        self.arn = arn
        self.tally = tally
        self.indexTallies = indexTallies
        self.deletedIndexes = deletedIndexes
        self.updatingIndexes = updatingIndexes
    }
}
