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
        self.init(
            definition: definition, status: status ?? (isUpdating ? .updating : .active),
            arn: ResourceARN(owner: owner, table: definition.name).description,
            tally: try tally(definition.id), indexTallies: indexTallies)
    }
}
