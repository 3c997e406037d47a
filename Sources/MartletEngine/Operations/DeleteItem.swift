package import MartletCatalog
internal import MartletEncoding
package import MartletModel

/// DeleteItem: removes one item, if its condition holds. Removing what is not there succeeds.
package struct DeleteItem: Sendable {
    package typealias Output = WriteAnswer

    package var table: TableName
    package var key: Item
    package var options: WriteOptions
    package var returnsOldItem: Bool

    package init(
        table: TableName, key: Item, options: WriteOptions = WriteOptions(),
        returnsOldItem: Bool = false
    ) {
        self.table = table
        self.key = key
        self.options = options
        self.returnsOldItem = returnsOldItem
    }
}

extension DeleteItem: WriteOperation {
    package func prepare(in context: ReadContext) throws(OperationError) -> PreparedKey {
        var prepared = try prepare(for: context.directory.table(table))
        try context.look(at: &prepared)
        return prepared
    }

    private func prepare(for table: Table) throws(OperationError) -> PreparedKey {
        let prepared = try PreparedKey(key, of: table)
        try table.definition.checkPaths(of: options.condition)
        return prepared
    }

    package func run(
        _ prepared: PreparedKey, in transaction: WriteTransaction
    ) throws(OperationError) -> WriteAnswer {
        var prepared = prepared
        if !prepared.table.isCurrent(in: transaction) {
            prepared = try prepare(for: transaction.directory.table(table))
        }
        let old = try transaction.oldItem(prepared, under: options)
        return try transaction.answer(
            ItemChange(key: prepared, old: old, new: nil), under: options,
            attributes: returnsOldItem ? old.record.map { .record($0) } : nil)
    }
}
