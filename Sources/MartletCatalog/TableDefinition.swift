// A table as the catalogue keeps it: everything that was said about it, and its identity.
// `TableDescription` adds what is counted. Values are immutable snapshots: a change makes a new
// one, which the commit thread stores and publishes.

public import MartletModel

public struct StreamSettings: Hashable, Sendable {
    public enum ViewType: String, Hashable, Sendable {
        case newImage = "NEW_IMAGE"
        case oldImage = "OLD_IMAGE"
        case newAndOldImages = "NEW_AND_OLD_IMAGES"
        case keysOnly = "KEYS_ONLY"
    }

    public var viewType: ViewType
    /// When the stream was enabled, as its ARN ends.
    public var label: String

    public init(viewType: ViewType, label: String) {
        self.viewType = viewType
        self.label = label
    }
}

/// Server-side encryption as it was asked for. On one machine it is a setting that is answered.
public struct EncryptionSettings: Hashable, Sendable {
    public var keyARN: String

    public init(keyARN: String) { self.keyARN = keyARN }
}

public enum TableClass: String, Hashable, Sendable {
    case standard = "STANDARD"
    case infrequentAccess = "STANDARD_INFREQUENT_ACCESS"
}

public struct ResourceTag: Hashable, Sendable {
    public var key: String
    public var value: String

    public init(key: String, value: String) {
        self.key = key
        self.value = value
    }
}

public struct TableDefinition: Hashable, Sendable {
    public var name: TableName
    /// Names the table's rows in the store; never used again after the table is gone.
    public var id: UInt32
    /// The `TableId` that clients see.
    public var uuid: String
    public var created: Timestamp
    /// In the order in which they were declared.
    public var attributeDefinitions: [KeyAttribute]
    public var key: KeySchema
    /// Local indexes, then global ones, each in the order of their creation.
    public var indexes: [IndexDefinition]
    /// In the order of their creation. Their names and those of `indexes` are one set.
    public var vectorIndexes: [VectorIndexDefinition]
    public var billing: BillingMode
    public var lastSwitchToPayPerRequest: Timestamp?
    public var throughput: ThroughputSettings
    public var tableClass: TableClass
    public var lastTableClassUpdate: Timestamp?
    public var isDeletionProtected: Bool
    public var stream: StreamSettings?
    public var encryption: EncryptionSettings?
    /// The attribute whose number says when an item expires; nil while time to live is off.
    public var timeToLiveAttribute: Text?
    public var tags: [ResourceTag]
    public var resourcePolicy: String?
    public var attached: AttachedSettings
    /// How far back the table can be restored; nil while point-in-time recovery is off.
    public var recovery: RecoverySettings?
    /// What the table was restored from; nil for one that was created.
    public var restored: RestoreOrigin?

    package init(
        name: TableName, id: UInt32, uuid: String, created: Timestamp,
        attributeDefinitions: [KeyAttribute], key: KeySchema, indexes: [IndexDefinition] = [],
        vectorIndexes: [VectorIndexDefinition] = [], billing: BillingMode = .payPerRequest,
        lastSwitchToPayPerRequest: Timestamp? = nil,
        throughput: ThroughputSettings = ThroughputSettings(), tableClass: TableClass = .standard,
        lastTableClassUpdate: Timestamp? = nil, isDeletionProtected: Bool = false,
        stream: StreamSettings? = nil, encryption: EncryptionSettings? = nil,
        timeToLiveAttribute: Text? = nil, tags: [ResourceTag] = [], resourcePolicy: String? = nil,
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

    public var localIndexes: [IndexDefinition] { indexes.filter { $0.kind == .local } }
    public var globalIndexes: [IndexDefinition] { indexes.filter { $0.kind == .global } }
}

/// Rows and bytes (as DynamoDB counts them) of a table or an index. Exact at every commit.
public struct Tally: Hashable, Sendable {
    public var itemCount: Int
    public var sizeBytes: Int
    /// For a vector index: by how much all vectors of its attribute, as lists of numbers, exceed
    /// four bytes a dimension, as which they are billed. Counts the vectors of its dimensions, also
    /// in items that it does not hold for another reason. May be negative.
    public var savedBytes: Int

    public init(itemCount: Int = 0, sizeBytes: Int = 0, savedBytes: Int = 0) {
        self.itemCount = itemCount
        self.sizeBytes = sizeBytes
        self.savedBytes = savedBytes
    }
}

/// A table with what is counted of it, as DescribeTable answers.
public struct TableDescription: Sendable {
    public enum Status: String, Sendable {
        case creating = "CREATING"
        case updating = "UPDATING"
        case deleting = "DELETING"
        case active = "ACTIVE"
    }

    public var definition: TableDefinition
    public var status: Status
    public var arn: String
    public var tally: Tally
    /// By index id.
    public var indexTallies: [UInt32: Tally]
    /// Indexes on their way out, which the definition no longer holds: answered as DELETING.
    public var deletedIndexes: [IndexDefinition]
    public var deletedVectorIndexes: [VectorIndexDefinition] = []
    /// Global indexes of an UpdateTable answer that are being changed: answered as UPDATING.
    public var updatingIndexes: [Text]
    /// Global indexes that have no resources yet, by their ids: they are not being filled.
    public var allocatingIndexes: Set<UInt32> = []
    /// Of a stream that was switched off and can still be read; the definition has that of one that
    /// is on.
    public var latestStreamLabel: String?

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
