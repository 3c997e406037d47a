public import MartletCatalog
internal import MartletEncoding
public import MartletExpressions
public import MartletModel

/// UpdateItem: changes one item, if its condition holds; creates it where the update allows.
public struct UpdateItem: Sendable {
    public typealias Output = WriteAnswer

    public enum ReturnValues: Sendable { case none, allOld, updatedOld, allNew, updatedNew }

    public var table: TableName
    public var key: Item
    /// nil changes nothing, but creates the bare key if the item is missing.
    public var update: UpdateExpression?
    public var options: WriteOptions
    public var returnValues: ReturnValues

    public init(
        table: TableName, key: Item, update: UpdateExpression?,
        options: WriteOptions = WriteOptions(), returnValues: ReturnValues = .none
    ) {
        self.table = table
        self.key = key
        self.update = update
        self.options = options
        self.returnValues = returnValues
    }
}

extension UpdateItem: WriteOperation {
    package func prepare(in context: ReadContext) throws(OperationError) -> PreparedKey {
        var prepared = try prepare(for: context.directory.table(table))
        try context.look(at: &prepared)
        return prepared
    }

    private func prepare(for table: Table) throws(OperationError) -> PreparedKey {
        let prepared = try PreparedKey(key, of: table)
        try table.definition.checkPaths(of: update)
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
        let new = try PreparedItem(
            updating: old.record, of: prepared, givenAs: key, by: update)
        return try transaction.answer(
            ItemChange(key: prepared, old: old, new: new), under: options,
            attributes: returned(from: old.record, to: new?.record))
    }

    private func returned(from old: ItemRecord?, to new: ItemRecord?) -> ReturnedItem? {
        switch returnValues {
        case .none: nil
        case .allOld: old.map { .record($0) }
        case .allNew: new.map { .record($0) }
        case .updatedOld: touchedPart(of: old)
        case .updatedNew: touchedPart(of: new)
        }
    }

    private func touchedPart(of record: ItemRecord?) -> ReturnedItem? {
        guard let update, let record else { return nil }
        let part = update.touchedPart(of: record.item)
        return part.isEmpty ? nil : .item(part)
    }
}
