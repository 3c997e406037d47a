// UpdateTable's changes to global indexes. The service makes or deletes one at a time.

internal import MartletModel

extension ChangedDefinition {
    mutating func changeIndexes(
        _ change: TableChange, of old: TableDefinition, now: Timestamp, isDeletingIndex: Bool,
        makeIndexID: () -> UInt32
    ) throws(CatalogError) {
        let entries = change.indexChanges ?? []
        guard !entries.isEmpty else { return }
        for entry in entries { try requireIndex(for: entry, of: old) }
        try requireOneAtATime(entries, of: old, isDeletingIndex: isDeletingIndex)
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
        guard definition.globalIndexes.count <= Limits.globalIndexes else {
            throw .limitExceeded(
                "Subscriber limit exceeded: Number of global secondary indexes exceeds "
                    + "per-table limit of \(Limits.globalIndexes)")
        }
        do throws(ValidationError) {
            try definition.indexes.requireFewProjectedAttributes()
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
        let index = table.index(named: name)
        switch (entry, index) {
        case (.create, let index?) where index.status == .creating:
            throw Self.isBeingCreated(name, of: table)
        case (.create, _?):
            throw .validation("Attempting to create an index which already exists")
        case (.create, nil): return
        case (_, nil):
            throw .resourceNotFound(
                "Requested resource not found: Index \(name) for table \(table.name)")
        case (.update, let index?):
            guard index.kind == .global else {
                throw .validation(
                    "Cannot update an index that is not a GlobalSecondaryIndex: \(name)")
            }
            if index.status == .creating { throw Self.isBeingCreated(name, of: table) }
        case (.delete, let index?):
            guard index.kind == .global else {
                throw .validation(
                    "Cannot delete an index that is not a GlobalSecondaryIndex: \(name)")
            }
        }
    }

    private static func isBeingCreated(_ name: Text, of table: TableDefinition) -> CatalogError {
        .resourceInUse(
            "Attempt to change a resource which is still in use: Index is being created.  "
                + "Table: \(table.name) Index: \(name)")
    }

    /// An index that is being created may be deleted, but nothing else begins meanwhile.
    private func requireOneAtATime(
        _ entries: [GlobalIndexChange], of table: TableDefinition, isDeletingIndex: Bool
    ) throws(CatalogError) {
        let names = entries.compactMap { entry -> Text? in
            if case .update = entry { nil } else { entry.indexName }
        }
        guard !names.isEmpty else { return }
        let isBusy =
            isDeletingIndex
            || table.indexes.contains { $0.status == .creating && !names.contains($0.name) }
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
        for attribute in key.attributes {
            guard
                let known = definition.attributeDefinitions.first(where: {
                    $0.name == attribute.name
                })
            else {
                definition.attributeDefinitions.append(attribute)
                continue
            }
            guard known.type == attribute.type else {
                throw .invalid(
                    "Attributes cannot be redefined. Please check that your attribute has the "
                        + "same type as previously defined. "
                        + "Existing schema: \(definition.key.schemaText) "
                        + "New schema: \(key.schemaText)")
            }
        }
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
    }
}

extension TableDefinition {
    /// The service keeps exactly the definitions that a key uses.
    fileprivate mutating func forgetUnusedAttributes() {
        attributeDefinitions.removeAll { attribute in
            !key.contains(attribute.name) && !indexes.contains { $0.key.contains(attribute.name) }
        }
    }
}

extension KeySchema {
    /// A key as the service's own classes print it.
    fileprivate var schemaText: String {
        let elements =
            hash.map { "key{\($0.name):\($0.type.rawValue):HASH}" }
            + range.map { "key{\($0.name):\($0.type.rawValue):RANGE}" }
        return "Schema:[" + elements.map { "SchemaElement: " + $0 }.joined(separator: ", ") + "]"
    }
}
