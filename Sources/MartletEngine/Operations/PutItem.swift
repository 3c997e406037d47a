public import MartletCatalog
internal import MartletEncoding
public import MartletModel

/// PutItem: creates or replaces one item, if its condition holds.
public struct PutItem: Sendable {
    public typealias Output = WriteAnswer

    public var table: TableName
    public var item: Item
    public var options: WriteOptions
    public var returnsOldItem: Bool

    public init(
        table: TableName, item: Item, options: WriteOptions = WriteOptions(),
        returnsOldItem: Bool = false
    ) {
        self.table = table
        self.item = item
        self.options = options
        self.returnsOldItem = returnsOldItem
    }
}

extension PutItem: WriteOperation {
    package func prepare(in context: ReadContext) throws(OperationError) -> PreparedItem {
        var prepared = try prepare(for: context.directory.table(table))
        try context.look(at: &prepared.key)
        return prepared
    }

    private func prepare(for table: Table) throws(OperationError) -> PreparedItem {
        let prepared = try PreparedItem(item, of: table)
        try table.definition.checkPaths(of: options.condition)
        return prepared
    }

    package func run(
        _ prepared: PreparedItem, in transaction: WriteTransaction
    ) throws(OperationError) -> WriteAnswer {
        var prepared = prepared
        if !prepared.key.table.isCurrent(in: transaction) {
            prepared = try prepare(for: transaction.directory.table(table))
        }
        let old = try transaction.oldItem(prepared.key, under: options)
        return try transaction.answer(
            ItemChange(key: prepared.key, old: old, new: prepared), under: options,
            attributes: returnsOldItem ? old.record.map { .record($0) } : nil)
    }
}
