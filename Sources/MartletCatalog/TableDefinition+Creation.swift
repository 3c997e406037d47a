// From a CreateTable request to a definition: every check that needs no other table.
//
// Order of the checks, which clients can see when two faults meet:
//
//    1  each member by itself, reported together
//    2  billing against throughput, bounds, on-demand maxima, warm throughput
//    3  attribute definitions: duplicates
//    4  the table's key: count, definitions, names, roles
//    5  without indexes: definitions beyond the key
//    6  empty index lists; definitions that no key uses
//    7  local indexes, one after the other: key, projection, name; then their number
//    8  global indexes alike, with their throughput
//    9  vector indexes: billing, their number; then one after the other as
//       `VectorIndexDefinition+Checking.swift` says
//   10  projected attributes over all indexes
//   11  stream, encryption, tags, replication of settings

package import MartletModel

extension TableDefinition {
    /// Checks a request and makes the table that it describes, not yet stored.
    ///
    /// - Parameters:
    ///   - id: names the table's rows; never used before.
    ///   - makeIndexID: called once for each index, local ones first.
    ///   - owner: whose account the encryption key is of.
    /// - Throws: the service's text.
    package init(
        creating request: TableRequest, id: UInt32, uuid: String, now: Timestamp,
        owner: ResourceOwner = .local, makeIndexID: () -> UInt32
    ) throws(ValidationError) {
        try request.checkMembers()
        let billing = request.billing ?? .provisioned
        let throughput = try ThroughputSettings(
            creating: .table, billing: billing, provisioned: request.provisioned,
            onDemand: request.onDemand, warm: request.warm)
        let definitions = request.attributeDefinitions
        try definitions.requireDistinctNames()
        let key = try request.tableKey()
        try request.requireExactDefinitions()

        var names: Set<Text> = []
        var indexes: [IndexDefinition] = []
        for index in request.localIndexes ?? [] {
            indexes.append(try IndexDefinition(local: index, definitions, of: key))
            try indexes[indexes.count - 1].requireNewName(in: &names)
        }
        guard indexes.count <= Limits.localIndexes else {
            throw .invalid(
                "Number of LocalSecondaryIndexes exceeds per-table limit of \(Limits.localIndexes)")
        }
        for index in request.globalIndexes ?? [] {
            indexes.append(try IndexDefinition(global: index, definitions, billing: billing))
            try indexes[indexes.count - 1].requireNewName(in: &names)
        }
        guard (request.globalIndexes ?? []).count <= Limits.globalIndexes else {
            throw .invalid(
                "GlobalSecondaryIndex count exceeds the per-table limit of \(Limits.globalIndexes)")
        }
        var vectorIndexes =
            try request.vectorIndexes?.definitions(definitions, billing: billing, names: &names)
            ?? []
        try TableDefinition.requireFewProjectedAttributes(indexes, vectorIndexes)
        let stream = try StreamSettings.created(request.stream, now: now)
        try request.encryption?.check()
        try ResourceTag.check(request.tags)
        try request.settingsReplication?.check()

        for position in indexes.indices { indexes[position].id = makeIndexID() }
        for position in vectorIndexes.indices { vectorIndexes[position].id = makeIndexID() }
        self.init(
            name: request.name, id: id, uuid: uuid, created: now,
            attributeDefinitions: definitions, key: key, indexes: indexes,
            vectorIndexes: vectorIndexes, billing: billing,
            lastSwitchToPayPerRequest: billing == .payPerRequest ? now : nil,
            throughput: throughput, tableClass: request.tableClass ?? .standard,
            isDeletionProtected: request.isDeletionProtected ?? false, stream: stream,
            encryption: request.encryption.flatMap { encryption in
                encryption.asksForKey
                    ? EncryptionSettings(keyARN: encryption.keyARN(owner: owner)) : nil
            },
            tags: request.tags, resourcePolicy: request.resourcePolicy,
            attached: AttachedSettings(settingsReplication: request.settingsReplication))
    }
}

extension TableRequest {
    fileprivate func tableKey() throws(ValidationError) -> KeySchema {
        guard keySchema.count <= attributeDefinitions.count else {
            throw ValidationError("Invalid KeySchema: Some index key attribute have no definition")
        }
        return try KeySchema(single: keySchema, definedBy: attributeDefinitions)
    }

    /// Attributes are defined if and only if a key uses them. A missing definition is noticed with
    /// the key that misses it; here it is those too many.
    fileprivate func requireExactDefinitions() throws(ValidationError) {
        if localIndexes == nil, globalIndexes == nil, vectorIndexes == nil {
            guard keySchema.count == attributeDefinitions.count else {
                throw .invalid(
                    "Number of attributes in KeySchema does not exactly match number of "
                        + "attributes defined in AttributeDefinitions")
            }
            return
        }
        if let localIndexes, localIndexes.isEmpty {
            throw .invalid("List of LocalSecondaryIndexes is empty")
        }
        if let globalIndexes, globalIndexes.isEmpty {
            throw .invalid("List of GlobalSecondaryIndexes is empty")
        }
        if let vectorIndexes, vectorIndexes.isEmpty {
            throw .invalid("List of VectorIndexes is empty")
        }
        var used: [Text] = []
        let indexKeys = ((localIndexes ?? []) + (globalIndexes ?? [])).flatMap(\.keySchema)
        for element in keySchema + indexKeys where !used.contains(element.name) {
            used.append(element.name)
        }
        for index in vectorIndexes ?? [] {
            // That a vector attribute must have no definition is said where its index is checked.
            let names =
                (index.searchSchema ?? []).map(\.name)
                + attributeDefinitions.map(\.name).filter { $0 == index.attribute }
            for name in names where !used.contains(name) { used.append(name) }
        }
        guard attributeDefinitions.count <= used.count else {
            throw .invalid(
                "Some AttributeDefinitions are not used. AttributeDefinitions: "
                    + "\(attributeDefinitions.map(\.name).listed), keys used: \(used.listed)")
        }
    }
}

extension IndexDefinition {
    /// Checks and takes a local index; its id is given later.
    fileprivate init(
        local request: IndexRequest, _ definitions: [KeyAttribute], of table: KeySchema
    ) throws(ValidationError) {
        guard !table.range.isEmpty else {
            throw .invalid(
                "Table KeySchema does not have a range key, "
                    + "which is required when specifying a LocalSecondaryIndex")
        }
        let key = try KeySchema(single: request.keySchema, definedBy: definitions)
        guard !key.range.isEmpty else {
            throw .invalid("Index KeySchema does not have a range key for index: \(request.name)")
        }
        guard key.hash == table.hash else {
            throw .invalid(
                "Index KeySchema does not have the same leading hash key as table KeySchema for "
                    + "index: \(request.name). index hash key: \(key.hash[0].name), "
                    + "table hash key: \(table.hash[0].name)")
        }
        self.init(
            name: request.name, id: 0, kind: .local, key: key,
            projection: try Projection(checking: request.projection))
    }

    /// Checks and takes a global index of a new table; its id is given later.
    fileprivate init(
        global request: IndexRequest, _ definitions: [KeyAttribute], billing: BillingMode
    ) throws(ValidationError) {
        self.init(
            name: request.name, id: 0, kind: .global,
            key: try KeySchema(multiple: request.keySchema, definedBy: definitions),
            projection: try Projection(checking: request.projection),
            throughput: try ThroughputSettings(
                creating: .index(request.name), billing: billing,
                provisioned: request.provisioned, onDemand: request.onDemand, warm: request.warm))
    }

    fileprivate func requireNewName(in names: inout Set<Text>) throws(ValidationError) {
        guard names.insert(name).inserted else {
            throw .invalid("Duplicate index name: \(name)")
        }
    }
}

extension TableDefinition {
    func requireFewProjectedAttributes() throws(ValidationError) {
        try Self.requireFewProjectedAttributes(indexes, vectorIndexes)
    }

    /// Attributes of INCLUDE projections count once for each index that names them.
    fileprivate static func requireFewProjectedAttributes(
        _ indexes: [IndexDefinition], _ vectorIndexes: [VectorIndexDefinition]
    ) throws(ValidationError) {
        let projections = indexes.map(\.projection) + vectorIndexes.map(\.projection)
        let count = projections.reduce(0) { $0 + $1.includedCount }
        guard count <= Limits.projectedAttributesPerTable else {
            throw .invalid(
                "Number of NonKeyAttributes over all indexes exceeds the per-table limit of "
                    + "\(Limits.projectedAttributesPerTable)")
        }
    }
}
