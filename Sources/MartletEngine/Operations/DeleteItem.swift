public import MartletCatalog
internal import MartletEncoding
public import MartletModel

/// DeleteItem: removes one item, if its condition holds. Removing what is not there succeeds.
public struct DeleteItem: Sendable {
    public typealias Output = WriteAnswer

    public var table: TableName
    public var key: Item
    public var options: WriteOptions
    public var returnsOldItem: Bool

    public init(
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
