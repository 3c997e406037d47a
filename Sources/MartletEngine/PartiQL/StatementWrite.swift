// An INSERT, UPDATE or DELETE as the operation that it comes to. INSERT wants no item to be there,
// UPDATE wants one, and DELETE tests its condition only when there is one.

internal import MartletCatalog
internal import MartletExpressions
internal import MartletModel
internal import MartletPartiQL

/// A writing statement, ready to run.
package struct PreparedStatement: Sendable {
    let write: StatementWrite
    let prepared: StatementWrite.Prepared
}

enum StatementWrite: Sendable {
    case insert(PutItem)
    case update(UpdateItem)
    case delete(DeleteItem)

    /// Prepared for the table as it was.
    enum Prepared: Sendable {
        case item(PreparedItem)
        case key(PreparedKey)

        var key: PreparedKey {
            switch self {
            case .item(let item): item.key
            case .key(let key): key
            }
        }
    }

    /// - Precondition: the statement changes something.
    init(
        _ statement: Statement, of table: TableDefinition, options: WriteOptions
    ) throws(OperationError) {
        var options = options
        switch statement {
        case .insert(let insert):
            options.condition = .absence(in: table)
            self = .insert(PutItem(table: table.name, item: insert.item, options: options))
        case .update(let update):
            let pinned = try PinnedKey(changedBy: update.condition, of: table)
            options.condition = pinned.updateCondition(in: table)
            self = .update(
                UpdateItem(
                    table: table.name, key: pinned.key, update: UpdateExpression(update.actions),
                    options: options, returnValues: .init(update.returning)))
        case .delete(let delete):
            let pinned = try PinnedKey(changedBy: delete.condition, of: table)
            options.condition = pinned.deleteCondition(in: table)
            self = .delete(
                DeleteItem(
                    table: table.name, key: pinned.key, options: options,
                    returnsOldItem: delete.returning != nil))
        case .select, .exists: preconditionFailure("Not a write")
        }
    }

    func prepare(in context: ReadContext) throws(OperationError) -> Prepared {
        switch self {
        case .insert(let put): .item(try put.prepare(in: context))
        case .update(let update): .key(try update.prepare(in: context))
        case .delete(let delete): .key(try delete.prepare(in: context))
        }
    }

    /// - Parameter prepared: of this write, or of the same for an older table: operations prepare
    ///   themselves again then.
    func run(
        _ prepared: Prepared, in transaction: WriteTransaction
    ) throws(OperationError) -> WriteAnswer {
        switch (self, prepared) {
        case (.insert(let put), .item(let item)):
            do throws(OperationError) {
                return try put.run(item, in: transaction)
            } catch {
                guard case .conditionFailed = error else { throw error }
                throw .duplicateItem
            }
        case (.update(let update), .key(let key)): return try update.run(key, in: transaction)
        case (.delete(let delete), .key(let key)): return try delete.run(key, in: transaction)
        default: preconditionFailure("Prepared for another kind of write")
        }
    }
}

extension UpdateItem.ReturnValues {
    fileprivate init(_ returning: Returning?) {
        self =
            switch returning {
            case nil: .none
            case .allOld: .allOld
            case .allNew: .allNew
            case .modifiedOld: .updatedOld
            case .modifiedNew: .updatedNew
            }
    }
}

extension ConditionExpression {
    /// That there is no item.
    static func absence(in table: TableDefinition) -> ConditionExpression {
        ConditionExpression(.notExists(AttributePath(table.key.hash[0].name)))
    }
}

extension PinnedKey {
    /// The item that an UPDATE or DELETE by itself names.
    fileprivate init(
        changedBy condition: Condition?, of table: TableDefinition
    ) throws(OperationError) {
        self.init(condition, of: table.key)
        if let contradicted {
            throw .validation(
                "Multiple conditions on same key \(contradicted). "
                    + "Only single item Update/Insert/Delete are supported")
        }
        guard isComplete else {
            throw .validation(
                "Where clause does not contain a mandatory equality on all key attributes")
        }
    }

    func updateCondition(in table: TableDefinition) -> ConditionExpression {
        ConditionExpression(
            .all([.exists(AttributePath(table.key.hash[0].name))] + conditions))
    }

    func deleteCondition(in table: TableDefinition) -> ConditionExpression? {
        guard !conditions.isEmpty else { return nil }
        return ConditionExpression(
            .any([.notExists(AttributePath(table.key.hash[0].name)), .all(conditions)]))
    }
}
