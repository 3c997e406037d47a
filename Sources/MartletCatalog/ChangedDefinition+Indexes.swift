// UpdateTable's changes to indexes. The service makes or deletes one at a time.

internal import MartletModel

extension ChangedDefinition {
    mutating func changeIndexes(
        _ change: TableChange, of old: TableDefinition, now: Timestamp, isDeletingIndex: Bool,
        makeIndexID: () -> UInt32
    ) throws(CatalogError) {
        let entries = change.indexChanges ?? []
        let vectorEntries = change.vectorIndexChanges ?? []
        guard !entries.isEmpty || !vectorEntries.isEmpty else { return }
        for entry in entries { try requireIndex(for: entry, of: old) }
        for entry in vectorEntries { try requireIndex(for: entry, of: old) }
        try requireOneAtATime(entries, vectorEntries, of: old, isDeletingIndex: isDeletingIndex)
        for entry in entries {
            do throws(ValidationError) {
                switch entry {
                case .create(let request):
                    try create(request, change.attributeDefinitions ?? [], makeIndexID)
                case .update(let name, let provisioned, let onDemand, let warm):
                    try update(name, provisioned, onDemand, warm, now: now)
                case .delete(let name): delete(name)
                }
            } catch {
                throw CatalogError(error)
            }
        }
        for entry in vectorEntries {
            try apply(entry, change.attributeDefinitions ?? [], makeIndexID: makeIndexID)
        }
        guard definition.globalIndexes.count <= Limits.globalIndexes else {
            throw .limitExceeded(
                "Subscriber limit exceeded: Number of global secondary indexes exceeds "
                    + "per-table limit of \(Limits.globalIndexes)")
        }
        do throws(ValidationError) {
            try definition.requireFewProjectedAttributes()
        } catch {
            throw CatalogError(error)
        }
        definition.forgetUnusedAttributes()
    }

    /// The index that an entry names is there, or is not, as the entry needs it.
    private func requireIndex(
        for entry: GlobalIndexChange, of table: TableDefinition
    ) throws(CatalogError) {
        let name = entry.indexName
        if case .create = entry { return try requireNoIndex(named: name, in: table) }
        let index = table.index(named: name)
        guard index != nil || table.vectorIndex(named: name) != nil else {
            throw Self.isMissing(name, in: table)
        }
        let isUpdate = if case .update = entry { true } else { false }
        guard let index, index.kind == .global else {
            throw .validation(
                "Cannot \(isUpdate ? "update" : "delete") an index that is not a "
                    + "GlobalSecondaryIndex: \(name)")
        }
        if isUpdate, index.status == .creating { throw Self.isBeingCreated(name, of: table) }
    }

    /// The name is free for a new index of any kind.
    func requireNoIndex(named name: Text, in table: TableDefinition) throws(CatalogError) {
        let status = table.index(named: name)?.status ?? table.vectorIndex(named: name)?.status
        guard let status else { return }
        if status == .creating { throw Self.isBeingCreated(name, of: table) }
        throw .validation("Attempting to create an index which already exists")
    }

    static func isMissing(_ name: Text, in table: TableDefinition) -> CatalogError {
        .resourceNotFound("Requested resource not found: Index \(name) for table \(table.name)")
    }

    private static func isBeingCreated(_ name: Text, of table: TableDefinition) -> CatalogError {
        .resourceInUse(
            "Attempt to change a resource which is still in use: Index is being created.  "
                + "Table: \(table.name) Index: \(name)")
    }

    /// An index that is being created may be deleted, but nothing else begins meanwhile.
    private func requireOneAtATime(
        _ entries: [GlobalIndexChange], _ vectorEntries: [VectorIndexChange],
        of table: TableDefinition, isDeletingIndex: Bool
    ) throws(CatalogError) {
        let names =
            entries.compactMap { entry -> Text? in
                if case .update = entry { nil } else { entry.indexName }
            } + vectorEntries.map(\.indexName)
        guard !names.isEmpty else { return }
        let isBusy =
            isDeletingIndex
            || table.indexes.contains { $0.status == .creating && !names.contains($0.name) }
            || table.vectorIndexes.contains { $0.status == .creating && !names.contains($0.name) }
        guard names.count == 1, !isBusy else {
            throw .limitExceeded(
                "Subscriber limit exceeded: Only 1 online index can be created or deleted "
                    + "simultaneously per table")
        }
    }

    private mutating func create(
        _ request: IndexRequest, _ definitions: [KeyAttribute], _ makeIndexID: () -> UInt32
    ) throws(ValidationError) {
        let key = try KeySchema(multiple: request.keySchema, definedBy: definitions)
        for attribute in key.attributes
        where definition.vectorIndexes.contains(where: { $0.attribute == attribute.name }) {
            throw VectorIndexDefinition.isDefined(attribute.name)
        }
        try definition.define(key.attributes, as: key.schemaText)
        switch (definition.billing, request.provisioned) {
        case (.payPerRequest, _?):
            throw .invalid(
                "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified for index: "
                    + "\(request.name) when BillingMode is PAY_PER_REQUEST")
        case (.provisioned, nil):
            throw .invalid(
                "Both ReadCapacityUnits and WriteCapacityUnits must be specified for index: "
                    + "\(request.name)")
        default: break
        }
        let throughput = try ThroughputSettings(
            creating: .index(request.name), billing: definition.billing,
            provisioned: request.provisioned, onDemand: request.onDemand, warm: request.warm)
        let index = IndexDefinition(
            name: request.name, id: makeIndexID(), kind: .global, key: key,
            projection: try Projection(checking: request.projection), status: .creating,
            throughput: throughput)
        definition.indexes.append(index)
        createdIndexes.append(index)
    }

    private mutating func update(
        _ name: Text, _ provisioned: CapacityUnits?, _ onDemand: PartialUnits?,
        _ warm: PartialUnits?, now: Timestamp
    ) throws(ValidationError) {
        let place = definition.indexes.firstIndex { $0.name == name }!
        let billing = definition.billing
        var settings = definition.indexes[place].throughput ?? ThroughputSettings()
        let hasOnDemand = onDemand?.read != nil || onDemand?.write != nil
        if billing == .payPerRequest, provisioned != nil || (!hasOnDemand && warm == nil) {
            throw .invalid(
                "The only Updates for index: \(name) when TableThroughputMode is PAY_PER_REQUEST "
                    + "can be to OnDemandThroughput, WarmThroughput")
        }
        if let provisioned {
            try ThroughputSettings.requireBounds(provisioned)
            try settings.provision(provisioned, for: .index(name), now: now)
        } else if billing == .provisioned, !hasOnDemand, warm == nil {
            throw .invalid(
                "Both ReadCapacityUnits and WriteCapacityUnits must be specified for index: \(name)"
            )
        }
        try ThroughputSettings.requireOnDemand(
            onDemand, billing, .index(name), least: -1,
            table: "the table BillingMode is PROVISIONED")
        settings.onDemand = ThroughputSettings.merged(onDemand, over: settings.onDemand)
        settings.warm = try settings.warmed(warm, for: .index(name), billing: billing)
        definition.indexes[place].throughput = settings
        updatedIndexes.append(name)
    }

    private mutating func delete(_ name: Text) {
        let place = definition.indexes.firstIndex { $0.name == name }!
        deletedIndexes.append(definition.indexes.remove(at: place))
        definition.attached.insights.removeAll { $0.index == name }
    }
}

extension TableDefinition {
    /// The service keeps exactly the definitions that a key uses.
    fileprivate mutating func forgetUnusedAttributes() {
        attributeDefinitions.removeAll { attribute in
            !key.contains(attribute.name) && !indexes.contains { $0.key.contains(attribute.name) }
                && !vectorIndexes.contains { $0.searches(attribute.name) }
        }
    }
}

extension KeySchema {
    /// A key as the service's own classes print it.
    var schemaText: String {
        let elements =
            hash.map { "key{\($0.name):\($0.type.rawValue):HASH}" }
            + range.map { "key{\($0.name):\($0.type.rawValue):RANGE}" }
        return "Schema:[" + elements.map { "SchemaElement: " + $0 }.joined(separator: ", ") + "]"
    }
}
