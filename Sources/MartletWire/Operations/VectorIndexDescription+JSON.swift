// VectorIndexes of TableDescription.

internal import MartletCatalog
internal import MartletModel

extension JSONWriter {
    mutating func vectorIndexes(of table: TableDescription) {
        let indexes = table.definition.vectorIndexes
        guard !indexes.isEmpty || !table.deletedVectorIndexes.isEmpty else { return }
        member("VectorIndexes")
        beginArray()
        for index in indexes {
            // An index comes and goes with its table.
            switch table.status {
            case .creating, .deleting: vectorIndex(index, of: table, status: table.status.rawValue)
            default:
                vectorIndex(
                    index, of: table, status: index.status.rawValue,
                    isBackfilling: index.status == .creating ? index.isBackfilling : nil)
            }
        }
        for index in table.deletedVectorIndexes {
            vectorIndex(index, of: table, status: "DELETING")
        }
        endArray()
    }

    /// - Parameter isBackfilling: nil where the service has no such member.
    private mutating func vectorIndex(
        _ index: VectorIndexDefinition, of table: TableDescription, status: String,
        isBackfilling: Bool? = nil
    ) {
        beginObject()
        vectorIndexShape(index)
        member("IndexStatus")
        string(status)
        if let isBackfilling {
            member("Backfilling")
            bool(isBackfilling)
        }
        tally(table.indexTallies[index.id] ?? Tally(), sizeName: "IndexSizeBytes")
        member("IndexArn")
        string("\(table.arn)/index/\(index.name)")
        endObject()
    }

    /// What an index was asked to be.
    mutating func vectorIndexShape(_ index: VectorIndexDefinition) {
        member("IndexName")
        string(index.name)
        member("VectorAttribute")
        beginObject()
        member("AttributeName")
        string(index.attribute)
        endObject()
        member("Dimensions")
        integer(index.dimensions)
        member("DistanceFunction")
        string(index.distance.protocolName)
        if !index.schema.isEmpty {
            member("SearchSchema")
            beginArray()
            if let hash = index.hash { schemaElement(hash, .hash) }
            for filter in index.filters { schemaElement(filter, .inlineFilter) }
            endArray()
        }
        projection(index.projection)
    }

    private mutating func schemaElement(
        _ attribute: KeyAttribute, _ role: SearchSchemaElement.Role
    ) {
        beginObject()
        member("AttributeName")
        string(attribute.name)
        member("SearchSchemaElementType")
        string(role.rawValue)
        endObject()
    }
}
