// UpdateTable's changes to vector indexes. The service makes or deletes one index at a time, be it
// a vector index or a global one.

internal import MartletModel

extension ChangedDefinition {
    /// The index that an entry names is there, or is not, as the entry needs it.
    func requireIndex(
        for entry: VectorIndexChange, of table: TableDefinition
    ) throws(CatalogError) {
        switch entry {
        case .create(let request): try requireNoIndex(named: request.name, in: table)
        case .delete(let name):
            guard table.vectorIndex(named: name) == nil else { return }
            guard table.index(named: name) == nil else {
                throw .validation("Cannot delete an index that is not a VectorIndex: \(name)")
            }
            throw Self.isMissing(name, in: table)
        }
    }

    /// Makes one change; `requireIndex` has passed it.
    mutating func apply(
        _ entry: VectorIndexChange, _ definitions: [KeyAttribute], makeIndexID: () -> UInt32
    ) throws(CatalogError) {
        switch entry {
        case .create(let request):
            do throws(ValidationError) {
                try create(request, definitions, makeIndexID)
            } catch {
                throw CatalogError(error)
            }
            guard definition.vectorIndexes.count <= Limits.vectorIndexes else {
                throw .limitExceeded(
                    "Subscriber limit exceeded: Number of vector secondary indexes exceeds "
                        + "per-table limit of \(Limits.vectorIndexes)")
            }
        case .delete(let name):
            let place = definition.vectorIndexes.firstIndex { $0.name == name }!
            deletedVectorIndexes.append(definition.vectorIndexes.remove(at: place))
        }
    }

    private mutating func create(
        _ request: VectorIndexRequest, _ definitions: [KeyAttribute], _ makeIndexID: () -> UInt32
    ) throws(ValidationError) {
        guard definition.billing == .payPerRequest else {
            throw VectorIndexDefinition.needsRequestBilling
        }
        var index = try request.definition(definitions)
        let newSchema =
            "VectorIndexSchema:[VectorAttribute: key{\(index.attribute):L:\(index.dimensions)}]"
        guard !definition.key.contains(index.attribute) else {
            throw definition.redefinition(as: newSchema)
        }
        guard !definition.attributeDefinitions.contains(where: { $0.name == index.attribute })
        else {
            throw VectorIndexDefinition.isDefined(index.attribute)
        }
        try definition.define(index.schema, as: newSchema)
        try index.requireAgreement(with: definition.vectorIndexes)
        index.id = makeIndexID()
        index.status = .creating
        index.isBackfilling = true
        definition.vectorIndexes.append(index)
        createdVectorIndexes.append(index)
    }
}

extension TableDefinition {
    /// Adds the definitions of attributes that a new index uses; those that are there must agree.
    mutating func define(
        _ attributes: [KeyAttribute], as newSchema: @autoclosure () -> String
    ) throws(ValidationError) {
        for attribute in attributes {
            guard let known = attributeDefinitions.first(where: { $0.name == attribute.name })
            else {
                attributeDefinitions.append(attribute)
                continue
            }
            guard known.type == attribute.type else { throw redefinition(as: newSchema()) }
        }
    }

    fileprivate func redefinition(as newSchema: String) -> ValidationError {
        .invalid(
            "Attributes cannot be redefined. Please check that your attribute has the same type as "
                + "previously defined. Existing schema: \(key.schemaText) New schema: \(newSchema)")
    }
}
