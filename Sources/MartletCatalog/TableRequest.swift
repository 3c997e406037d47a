// What a caller asks of CreateTable and UpdateTable, before it is checked: shapes and enumerations
// hold, nothing else does. `TableDefinition+Creation.swift` turns it into a definition or says why
// it cannot.

package import MartletModel
package import MartletVectors

package struct KeySchemaElement: Hashable, Sendable {
    package enum Role: String, Hashable, Sendable {
        case hash = "HASH"
        case range = "RANGE"
    }

    package var name: Text
    package var role: Role

    package init(name: Text, role: Role) {
        self.name = name
        self.role = role
    }
}

package struct ProjectionRequest: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable {
        case all = "ALL"
        case keysOnly = "KEYS_ONLY"
        case include = "INCLUDE"
    }

    package var kind: Kind?
    package var nonKeyAttributes: [Text]?

    package init(kind: Kind?, nonKeyAttributes: [Text]? = nil) {
        self.kind = kind
        self.nonKeyAttributes = nonKeyAttributes
    }
}

/// Maxima or warm units, of which either may be left out.
package struct PartialUnits: Hashable, Sendable {
    package var read: Int?
    package var write: Int?

    package init(read: Int? = nil, write: Int? = nil) {
        self.read = read
        self.write = write
    }
}

package struct IndexRequest: Hashable, Sendable {
    package var name: Text
    package var keySchema: [KeySchemaElement]
    package var projection: ProjectionRequest
    /// Global indexes only, as are the two that follow.
    package var provisioned: CapacityUnits?
    package var onDemand: PartialUnits?
    package var warm: PartialUnits?

    package init(
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

package struct SearchSchemaElement: Hashable, Sendable {
    package enum Role: String, Hashable, Sendable {
        case hash = "HASH"
        case inlineFilter = "INLINE_FILTER"
    }

    package var name: Text
    package var role: Role

    package init(name: Text, role: Role) {
        self.name = name
        self.role = role
    }
}

package struct VectorIndexRequest: Hashable, Sendable {
    package var name: Text
    package var attribute: Text
    package var dimensions: Int
    package var distance: Metric
    /// nil when the member was not sent.
    package var searchSchema: [SearchSchemaElement]?
    package var projection: ProjectionRequest
    package var tuning: VectorTuning

    package init(
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
package struct VectorTuning: Hashable, Sendable {
    package var m: Int
    package var efConstruction: Int
    package var codes: CodeKind
    package var residence: VectorResidence
    package var codeUse = CodeUse.large
    /// See `VectorIndexDefinition.metadata`.
    package var metadata: Text?

    package init() {
        let parameters = VectorParameters(dimensions: 1, metric: .cosine)
        m = parameters.m
        efConstruction = parameters.efConstruction
        codes = parameters.codes
        residence = parameters.residence
    }
}

package struct StreamRequest: Hashable, Sendable {
    package var isEnabled: Bool
    package var viewType: StreamSettings.ViewType?

    package init(isEnabled: Bool, viewType: StreamSettings.ViewType? = nil) {
        self.isEnabled = isEnabled
        self.viewType = viewType
    }
}

package struct EncryptionRequest: Hashable, Sendable {
    package var isEnabled: Bool?
    /// `KMS` or `AES256`, as sent.
    package var type: String?
    package var keyID: String?

    package init(isEnabled: Bool? = nil, type: String? = nil, keyID: String? = nil) {
        self.isEnabled = isEnabled
        self.type = type
        self.keyID = keyID
    }
}

package struct TableRequest: Hashable, Sendable {
    package var name: TableName
    package var attributeDefinitions: [KeyAttribute]
    package var keySchema: [KeySchemaElement]
    /// nil when the member was not sent; an empty list is an error of its own.
    package var localIndexes: [IndexRequest]?
    package var globalIndexes: [IndexRequest]?
    package var vectorIndexes: [VectorIndexRequest]?
    package var billing: BillingMode?
    package var provisioned: CapacityUnits?
    package var onDemand: PartialUnits?
    package var warm: PartialUnits?
    package var tableClass: TableClass?
    package var isDeletionProtected: Bool?
    package var stream: StreamRequest?
    package var encryption: EncryptionRequest?
    package var tags: [Tag]
    package var resourcePolicy: String?
    package var settingsReplication: SettingsReplication?
    /// ARN of a table of another account, to be a replica of.
    package var globalTableSource: String?

    package init(
        name: TableName, attributeDefinitions: [KeyAttribute], keySchema: [KeySchemaElement],
        localIndexes: [IndexRequest]? = nil, globalIndexes: [IndexRequest]? = nil,
        vectorIndexes: [VectorIndexRequest]? = nil, billing: BillingMode? = nil,
        provisioned: CapacityUnits? = nil,
        onDemand: PartialUnits? = nil, warm: PartialUnits? = nil, tableClass: TableClass? = nil,
        isDeletionProtected: Bool? = nil, stream: StreamRequest? = nil,
        encryption: EncryptionRequest? = nil, tags: [Tag] = [], resourcePolicy: String? = nil,
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
package enum GlobalIndexChange: Hashable, Sendable {
    case create(IndexRequest)
    case update(
        name: Text, provisioned: CapacityUnits?, onDemand: PartialUnits?, warm: PartialUnits?)
    case delete(name: Text)
}

/// One entry of VectorIndexUpdates; a request's entry names exactly one of the two.
package enum VectorIndexChange: Hashable, Sendable {
    case create(VectorIndexRequest)
    case delete(name: Text)
}

package struct TableChange: Hashable, Sendable {
    package var name: TableName
    package var attributeDefinitions: [KeyAttribute]?
    package var indexChanges: [GlobalIndexChange]?
    package var vectorIndexChanges: [VectorIndexChange]?
    package var billing: BillingMode?
    package var provisioned: CapacityUnits?
    package var onDemand: PartialUnits?
    package var warm: PartialUnits?
    package var tableClass: TableClass?
    package var isDeletionProtected: Bool?
    package var stream: StreamRequest?
    package var encryption: EncryptionRequest?
    package var settingsReplication: SettingsReplication?
    package var isDisassociationProtected: Bool?
    /// nil without ReplicaUpdates: consistency and witnesses alone change nothing.
    package var replicas: ReplicaChange?
    /// Whether the request named MultiRegionConsistency, which one text of the service depends on.
    package var namesConsistency: Bool

    package init(
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
