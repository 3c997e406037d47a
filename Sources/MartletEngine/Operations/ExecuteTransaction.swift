internal import MartletCatalog
internal import MartletEncoding
internal import MartletExpressions
public import MartletModel
internal import MartletPartiQL

/// ExecuteTransaction: up to 100 statements, all or none: all reads of one item, as
/// TransactGetItems, or all writes and EXISTS conditions, as TransactWriteItems.
public struct ExecuteTransaction: Sendable {
    public struct Member: Sendable {
        public var text: String
        public var parameters: [AttributeValue]
        public var returnsItemOnConditionFailure: Bool

        public init(
            _ text: String, parameters: [AttributeValue] = [],
            returnsItemOnConditionFailure: Bool = false
        ) {
            self.text = text
            self.parameters = parameters
            self.returnsItemOnConditionFailure = returnsItemOnConditionFailure
        }
    }

    package let statements: [ParsedStatement]
    private let returnsItems: [Bool]
    private let token: TransactWriteItems.Token?
    public let isRead: Bool
    public var capacityReport: CapacityReport

    /// - Parameter token: names the request for ten minutes: the same again has no second effect.
    public init(
        _ members: [Member], token: String? = nil, capacityReport: CapacityReport = .none
    ) throws(OperationError) {
        var statements: [ParsedStatement] = []
        for (index, member) in members.enumerated() {
            do throws(OperationError) {
                let parsed = try ParsedStatement(member.text, parameters: member.parameters)
                try parsed.statement.requireTransactable()
                statements.append(parsed)
            } catch {
                throw error.ofMember(index)
            }
        }
        let reads = statements.count { $0.statement.isSelect }
        guard reads == 0 || reads == statements.count else {
            throw .validation(
                "ExecuteTransaction API does not support both read and write operations in the "
                    + "same request.")
        }
        isRead = reads > 0
        returnsItems = members.map(\.returnsItemOnConditionFailure)
        let digest = ParsedStatement.digest(of: statements, with: returnsItems.map { $0 ? 1 : 0 })
        self.token = token.map { .init(text: $0, requestDigest: digest) }
        self.statements = statements
        self.capacityReport = capacityReport
    }

    public struct Output: Sendable {
        /// For reads, one for each statement in their order; for writes, none.
        public var items: [ReturnedItem?] = []
        public var capacity: [ConsumedCapacity]
    }
}

extension Statement {
    /// Refuses what a transaction cannot carry out whatever the table.
    fileprivate func requireTransactable() throws(OperationError) {
        if returning != nil {
            throw .validation("RETURNING clause is not supported in ExecuteTransaction.")
        }
        guard source.index != nil else { return }
        switch self {
        case .exists:
            throw .validation("Operations on indices are not supported in transactions")
        default:
            throw .validation("Reads on indices are not supported within transactions.")
        }
    }
}

extension OperationError {
    /// A fault of one statement that is the whole request's.
    fileprivate func ofMember(_ index: Int) -> OperationError {
        guard case .validation(let text) = self else { return self }
        return .validation("Validation failed in TransactStatements[\(index)]: \(text)")
    }
}

// MARK: - Reads

extension ExecuteTransaction: StatementOperation {
    package func run(
        in context: ReadContext, within budget: ReadBudget
    ) throws(OperationError) -> Output? {
        statements.count > budget.keys ? nil : try run(in: context)
    }

    package func run(in context: ReadContext) throws(OperationError) -> Output {
        var gets: [TransactGetItems.Get] = []
        for (index, parsed) in statements.enumerated() {
            let statement = parsed.statement
            guard case .select(let select) = statement else { preconditionFailure("A write") }
            let table = try context.directory.table(TableName(reference: select.source.table))
            let pinned = PinnedKey(select.condition, of: table.key, takesLists: true)
            guard pinned.isComplete, pinned.conditions.isEmpty else {
                throw OperationError.validation(
                    "Select statements within ExecuteTransaction must specify the primary key in "
                        + "the where clause."
                ).ofMember(index)
            }
            gets.append(TransactGetItems.Get(table: table.definition.name, key: pinned.key))
        }
        let output = try TransactGetItems(gets: gets, capacityReport: capacityReport)
            .run(in: context)
        let items = zip(statements, output.items).map { parsed, item -> ReturnedItem? in
            guard case .select(let select) = parsed.statement else { return item }
            return item.map { select.columns.shown($0) }
        }
        return Output(items: items, capacity: output.capacity)
    }
}

// MARK: - Writes

extension ExecuteTransaction {
    package struct PreparedTransaction: Sendable {
        let transaction: TransactWriteItems
        let actions: [TransactWriteItems.PreparedAction]
    }

    package func prepare(in context: ReadContext) throws(OperationError) -> PreparedTransaction {
        let transaction = try transaction(in: context.directory)
        return PreparedTransaction(
            transaction: transaction, actions: try transaction.prepare(in: context))
    }

    package func run(
        _ prepared: PreparedTransaction, in group: WriteTransaction
    ) throws(OperationError) -> Output {
        var transaction = prepared.transaction
        if !prepared.actions.allSatisfy({ $0.key.table.isCurrent(in: group) }) {
            transaction = try self.transaction(in: group.directory)
        }
        do throws(OperationError) {
            return Output(capacity: try transaction.run(prepared.actions, in: group).capacity)
        } catch {
            guard case .transactionCancelled(let reasons) = error else { throw error }
            throw .transactionCancelled(zip(statements, reasons).map(Self.reason))
        }
    }

    /// An INSERT that meets an item is told as such.
    private static func reason(
        _ parsed: ParsedStatement, _ reason: CancellationReason
    ) -> CancellationReason {
        guard case .insert = parsed.statement, reason.code == .conditionalCheckFailed else {
            return reason
        }
        return CancellationReason(
            code: .duplicateItem, message: OperationError.duplicateItemMessage)
    }

    private func transaction(
        in directory: TableDirectory
    ) throws(OperationError) -> TransactWriteItems {
        var actions: [TransactWriteItems.Action] = []
        for (index, parsed) in statements.enumerated() {
            let table = try directory.table(
                TableName(reference: parsed.statement.source.table)
            ).definition
            do throws(OperationError) {
                var action = try TransactWriteItems.Action(parsed.statement, of: table)
                action.returnsItemOnConditionFailure = returnsItems[index]
                actions.append(action)
            } catch {
                throw error.ofMember(index)
            }
        }
        return TransactWriteItems(
            actions: actions, token: token, capacityReport: capacityReport)
    }
}

extension TransactWriteItems.Action {
    /// A key that a statement does not pin stays incomplete, and cancels the transaction as any
    /// key does that does not match its table's.
    fileprivate init(
        _ statement: Statement, of table: TableDefinition
    ) throws(OperationError) {
        switch statement {
        case .insert(let insert):
            self.init(
                table: table.name, effect: .put(insert.item), condition: .absence(in: table))
        case .update(let update):
            let pinned = PinnedKey(update.condition, of: table.key)
            self.init(
                table: table.name,
                effect: .update(key: pinned.soleKey, UpdateExpression(update.actions)),
                condition: pinned.updateCondition(in: table))
        case .delete(let delete):
            let pinned = PinnedKey(delete.condition, of: table.key)
            self.init(
                table: table.name, effect: .delete(key: pinned.soleKey),
                condition: pinned.deleteCondition(in: table))
        case .exists(let select):
            let pinned = PinnedKey(select.condition, of: table.key)
            guard pinned.isComplete, pinned.contradicted == nil, !pinned.conditions.isEmpty else {
                throw .validation(
                    "EXISTS() must contain a single item read with additional condition")
            }
            self.init(
                table: table.name, effect: .check(key: pinned.key),
                condition: pinned.updateCondition(in: table))
        case .select: preconditionFailure("A read")
        }
    }
}

extension PinnedKey {
    /// The key, or none when the condition gives it two values.
    fileprivate var soleKey: Item { contradicted == nil ? key : Item() }
}
