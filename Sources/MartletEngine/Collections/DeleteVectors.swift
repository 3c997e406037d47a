package import MartletCatalog
package import MartletModel

/// Removes items of a collection, all in one batch.
package struct DeleteVectors: Sendable {
    package var table: TableName
    /// No id is there twice.
    package var ids: [Text]

    package init(table: TableName, ids: [Text]) {
        self.table = table
        self.ids = ids
    }
}

extension DeleteVectors: WriteOperation {
    package struct PreparedDelete: PreparedWrite {
        var key: PreparedKey
    }

    package func prepare(in context: ReadContext) throws(OperationError) -> [PreparedDelete] {
        var prepared = try prepare(in: context.directory.collection(table))
        try context.look(at: &prepared)
        return prepared
    }

    private func prepare(in schema: CollectionSchema) -> [PreparedDelete] {
        ids.map { PreparedDelete(key: schema.preparedKey($0)) }
    }

    /// - Returns: how many there were.
    package func run(
        _ prepared: [PreparedDelete], in transaction: WriteTransaction
    ) throws(OperationError) -> Int {
        var prepared = prepared
        if let first = prepared.first, !first.key.table.isCurrent(in: transaction) {
            prepared = try prepare(in: transaction.directory.collection(table))
        }
        var changes: [ItemChange] = []
        for delete in prepared {
            let old = try transaction.oldItem(delete.key)
            if old.record != nil {
                changes.append(ItemChange(key: delete.key, old: old, new: nil))
            }
        }
        for change in changes { transaction.apply(change) }
        return changes.count
    }
}
