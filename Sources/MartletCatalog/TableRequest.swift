// What a caller asks of CreateTable and UpdateTable, before it is checked: shapes and enumerations
// hold, nothing else does. `TableDefinition+Creation.swift` turns it into a definition or says why
// it cannot.

public import MartletModel
public import MartletVectors

public struct KeySchemaElement: Hashable, Sendable {
    public enum Role: String, Hashable, Sendable {
        case hash = "HASH"
        case range = "RANGE"
    }

    public var name: Text
    public var role: Role

    public init(name: Text, role: Role) {
        self.name = name
        self.role = role
    }
}

public struct ProjectionRequest: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable {
        case all = "ALL"
        case keysOnly = "KEYS_ONLY"
        case include = "INCLUDE"
    }

    public var kind: Kind?
    public var nonKeyAttributes: [Text]?

    public init(kind: Kind?, nonKeyAttributes: [Text]? = nil) {
        self.kind = kind
        self.nonKeyAttributes = nonKeyAttributes
    }
}

/// Maxima or warm units, of which either may be left out.
public struct PartialUnits: Hashable, Sendable {
    public var read: Int?
    public var write: Int?

    public init(read: Int? = nil, write: Int? = nil) {
        self.read = read
        self.write = write
    }
}

public struct IndexRequest: Hashable, Sendable {
    public var name: Text
    public var keySchema: [KeySchemaElement]
    public var projection: ProjectionRequest
    /// Global indexes only, as are the two that follow.
    public var provisioned: CapacityUnits?
    public var onDemand: PartialUnits?
    public var warm: PartialUnits?

    public init(
        name: Text, keySchema: [KeySchemaElement], projection: ProjectionRequest,
        provisioned: CapacityUnits? = nil, onDemand: PartialUnits? = nil, warm: PartialUnits? = nil
    ) {
        self.name = name
        self.keySchema = keySchema
        self.projection = projection
        self.provisioned = provisioned
        self.onDemand = onDemand
        self.warm = warm
    }
}

public struct SearchSchemaElement: Hashable, Sendable {
    public enum Role: String, Hashable, Sendable {
        case hash = "HASH"
        case inlineFilter = "INLINE_FILTER"
    }

    public var name: Text
    public var role: Role

    public init(name: Text, role: Role) {
        self.name = name
        self.role = role
    }
}

public struct VectorIndexRequest: Hashable, Sendable {
    public var name: Text
    public var attribute: Text
    public var dimensions: Int
    public var distance: Metric
    /// nil when the member was not sent.
    public var searchSchema: [SearchSchemaElement]?
    public var projection: ProjectionRequest
    public var tuning: VectorTuning

    public init(
        name: Text, attribute: Text, dimensions: Int, distance: Metric = .cosine,
        searchSchema: [SearchSchemaElement]? = nil,
        projection: ProjectionRequest = ProjectionRequest(kind: .all),
        tuning: VectorTuning = VectorTuning()
    ) {
        self.name = name
        self.attribute = attribute
        self.dimensions = dimensions
        self.distance = distance
        self.searchSchema = searchSchema
        self.projection = projection
        self.tuning = tuning
    }
}

/// How an index is built and kept, which the service does not let its clients say.
public struct VectorTuning: Hashable, Sendable {
    public var m: Int
    public var efConstruction: Int
    public var codes: CodeKind
    public var residence: VectorResidence
    public var codeUse = CodeUse.large
    /// See `VectorIndexDefinition.metadata`.
    package var metadata: Text?

    public init() {
        let parameters = VectorParameters(dimensions: 1, metric: .cosine)
        m = parameters.m
        efConstruction = parameters.efConstruction
        codes = parameters.codes
        residence = parameters.residence
    }
}

public struct StreamRequest: Hashable, Sendable {
    public var isEnabled: Bool
    public var viewType: StreamSettings.ViewType?

    public init(isEnabled: Bool, viewType: StreamSettings.ViewType? = nil) {
        self.isEnabled = isEnabled
        self.viewType = viewType
    }
}

public struct EncryptionRequest: Hashable, Sendable {
    public var isEnabled: Bool?
    /// `KMS` or `AES256`, as sent.
    public var type: String?
    public var keyID: String?

    public init(isEnabled: Bool? = nil, type: String? = nil, keyID: String? = nil) {
        self.isEnabled = isEnabled
        self.type = type
        self.keyID = keyID
    }
}

public struct TableRequest: Hashable, Sendable {
    public var name: TableName
    public var attributeDefinitions: [KeyAttribute]
    public var keySchema: [KeySchemaElement]
    /// nil when the member was not sent; an empty list is an error of its own.
    public var localIndexes: [IndexRequest]?
    public var globalIndexes: [IndexRequest]?
    public var vectorIndexes: [VectorIndexRequest]?
    public var billing: BillingMode?
    public var provisioned: CapacityUnits?
    public var onDemand: PartialUnits?
    public var warm: PartialUnits?
    public var tableClass: TableClass?
    public var isDeletionProtected: Bool?
    public var stream: StreamRequest?
    public var encryption: EncryptionRequest?
    public var tags: [ResourceTag]
    public var resourcePolicy: String?
    public var settingsReplication: SettingsReplication?
    /// ARN of a table of another account, to be a replica of.
    public var globalTableSource: String?

    public init(
        name: TableName, attributeDefinitions: [KeyAttribute], keySchema: [KeySchemaElement],
        localIndexes: [IndexRequest]? = nil, globalIndexes: [IndexRequest]? = nil,
        vectorIndexes: [VectorIndexRequest]? = nil, billing: BillingMode? = nil,
        provisioned: CapacityUnits? = nil,
        onDemand: PartialUnits? = nil, warm: PartialUnits? = nil, tableClass: TableClass? = nil,
        isDeletionProtected: Bool? = nil, stream: StreamRequest? = nil,
        encryption: EncryptionRequest? = nil, tags: [ResourceTag] = [],
        resourcePolicy: String? = nil,
        settingsReplication: SettingsReplication? = nil, globalTableSource: String? = nil
    ) {
        self.name = name
        self.attributeDefinitions = attributeDefinitions
        self.keySchema = keySchema
        self.localIndexes = localIndexes
        self.globalIndexes = globalIndexes
        self.vectorIndexes = vectorIndexes
        self.billing = billing
        self.provisioned = provisioned
        self.onDemand = onDemand
        self.warm = warm
        self.tableClass = tableClass
        self.isDeletionProtected = isDeletionProtected
        self.stream = stream
        self.encryption = encryption
        self.tags = tags
        self.resourcePolicy = resourcePolicy
        self.settingsReplication = settingsReplication
        self.globalTableSource = globalTableSource
    }
}

/// One entry of GlobalSecondaryIndexUpdates; a request's entry names exactly one of the three.
public enum GlobalIndexChange: Hashable, Sendable {
    case create(IndexRequest)
    case update(
        name: Text, provisioned: CapacityUnits?, onDemand: PartialUnits?, warm: PartialUnits?)
    case delete(name: Text)
}

/// One entry of VectorIndexUpdates; a request's entry names exactly one of the two.
public enum VectorIndexChange: Hashable, Sendable {
    case create(VectorIndexRequest)
    case delete(name: Text)
}

public struct TableChange: Hashable, Sendable {
    public var name: TableName
    public var attributeDefinitions: [KeyAttribute]?
    public var indexChanges: [GlobalIndexChange]?
    public var vectorIndexChanges: [VectorIndexChange]?
    public var billing: BillingMode?
    public var provisioned: CapacityUnits?
    public var onDemand: PartialUnits?
    public var warm: PartialUnits?
    public var tableClass: TableClass?
    public var isDeletionProtected: Bool?
    public var stream: StreamRequest?
    public var encryption: EncryptionRequest?
    public var settingsReplication: SettingsReplication?
    public var isDisassociationProtected: Bool?
    /// nil without ReplicaUpdates: consistency and witnesses alone change nothing.
    public var replicas: ReplicaChange?
    /// Whether the request named MultiRegionConsistency, which one text of the service depends on.
    public var namesConsistency: Bool

    public init(
        name: TableName, attributeDefinitions: [KeyAttribute]? = nil,
        indexChanges: [GlobalIndexChange]? = nil,
        vectorIndexChanges: [VectorIndexChange]? = nil, billing: BillingMode? = nil,
        provisioned: CapacityUnits? = nil, onDemand: PartialUnits? = nil,
        warm: PartialUnits? = nil, tableClass: TableClass? = nil,
        isDeletionProtected: Bool? = nil, stream: StreamRequest? = nil,
        encryption: EncryptionRequest? = nil, settingsReplication: SettingsReplication? = nil,
        isDisassociationProtected: Bool? = nil, replicas: ReplicaChange? = nil,
        namesConsistency: Bool = false
    ) {
        self.name = name
        self.attributeDefinitions = attributeDefinitions
        self.indexChanges = indexChanges
        self.vectorIndexChanges = vectorIndexChanges
        self.billing = billing
        self.provisioned = provisioned
        self.onDemand = onDemand
        self.warm = warm
        self.tableClass = tableClass
        self.isDeletionProtected = isDeletionProtected
        self.stream = stream
        self.encryption = encryption
        self.settingsReplication = settingsReplication
        self.isDisassociationProtected = isDisassociationProtected
        self.replicas = replicas
        self.namesConsistency = namesConsistency
    }
}
