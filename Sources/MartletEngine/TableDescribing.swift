internal import MartletCatalog

extension TableDescription {
    /// Describes a table with counts from `tally`.
    init(
        _ definition: TableDefinition, status: Status? = nil, owner: ResourceOwner,
        tally: (UInt32) throws(OperationError) -> Tally
    ) throws(OperationError) {
        let isUpdating = definition.indexes.contains { $0.status == .creating }
        var indexTallies: [UInt32: Tally] = [:]
        for index in definition.indexes { indexTallies[index.id] = try tally(index.id) }
        for index in definition.vectorIndexes { indexTallies[index.id] = try tally(index.id) }
        var own = try tally(definition.id)
        for index in definition.vectorIndexesByAttribute {
            own.sizeBytes -= indexTallies[index.id]!.savedBytes
        }
        self.init(
            definition: definition,
            status: status
                ?? (definition.restored?.isInProgress == true || definition.attached.isImporting
                    ? .creating : isUpdating ? .updating : .active),
            arn: ResourceARN(owner: owner, table: definition.name).description,
            tally: own, indexTallies: indexTallies)
    }
}

extension TableDefinition {
    /// For each vector attribute one index that has counted all of its vectors, or counts them now.
    fileprivate var vectorIndexesByAttribute: [VectorIndexDefinition] {
        var chosen: [VectorIndexDefinition] = []
        for index in vectorIndexes {
            guard let place = chosen.firstIndex(where: { $0.attribute == index.attribute }) else {
                chosen.append(index)
                continue
            }
            if chosen[place].status == .creating { chosen[place] = index }
        }
        return chosen
    }
}
