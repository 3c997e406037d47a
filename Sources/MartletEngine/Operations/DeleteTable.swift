public import MartletCatalog
internal import MartletEncoding

/// DeleteTable: removes a table with its indexes, unless it is protected. With point-in-time recovery
/// its items stay as a backup of the system.
public struct DeleteTable: Sendable {
    public typealias Output = TableDescription

    public var table: TableName

    public init(table: TableName) { self.table = table }
}

extension DeleteTable: WriteOperation {
    package func prepare(in context: ReadContext) throws(OperationError) {}

    package func run(
        _ prepared: Void, in transaction: WriteTransaction
    ) throws(OperationError) -> TableDescription {
        try transaction.directory.requireNotDeparting(table)
        let table = try transaction.directory.namedTable(table)
        try table.requireReady()
        try table.requireNotUpdating()
        let definition = table.definition
        if definition.isDeletionProtected {
            throw .validation(
                "Resource cannot be deleted as it is currently protected against deletion. "
                    + "Disable deletion protection first.")
        }
        let isCreatingIndex =
            definition.indexes.contains { $0.status == .creating }
            || definition.vectorIndexes.contains { $0.status == .creating }
        if isCreatingIndex {
            throw .resourceInUse(
                "Attempt to change a resource which is still in use: Cannot delete table while "
                    + "indexes are being created, updated, or deleted.")
        }
        if transaction.directory.copies.values.contains(where: { $0.source == definition.id }) {
            throw .resourceInUse(
                "Attempt to change a resource which is still in use: Cannot delete table while a "
                    + "backup or restore is in progress.")
        }
        let stream = try transaction.currentStream(of: definition)
        let description = try TableDescription(
            definition, status: .deleting, owner: transaction.options.owner,
            tally: transaction.tally)
        if definition.recovery != nil {
            let id = transaction.directory.nextID
            transaction.save(
                BackupDefinition(
                    ofDeleted: definition, id: id,
                    label: transaction.newLabel(of: definition.name, isSystem: true),
                    now: Timestamp(microsecondsSince1970: transaction.moment()),
                    itemCount: description.tally.itemCount,
                    sizeBytes: description.tally.sizeBytes),
                nextID: id + 1)
            transaction.abandonRows(.history, definition.id)
        } else {
            transaction.abandonRows(.item, definition.id)
            transaction.dropTally(definition.id)
        }
        transaction.abandonRows(.expiry, definition.id)
        for index in definition.indexes {
            transaction.abandonRows(.indexRow, index.id)
            transaction.dropTally(index.id)
        }
        for index in definition.vectorIndexes { transaction.abandonVectors(index.id) }
        // Its records can be read for another day.
        if let stream { transaction.end(stream) }
        transaction.remove(definition, describedAs: description)
        return description
    }
}
