public import MartletCatalog
internal import MartletEncoding
public import MartletExpressions
internal import MartletIndexes
public import MartletModel

/// TransactWriteItems: up to 100 writes and checks, all or none.
public struct TransactWriteItems: Sendable {
    public struct Action: Sendable {
        public enum Effect: Sendable {
            case put(Item)
            case update(key: Item, UpdateExpression)
            case delete(key: Item)
            case check(key: Item)
        }

        public var table: TableName
        public var effect: Effect
        public var condition: ConditionExpression?
        public var returnsItemOnConditionFailure: Bool

        public init(
            table: TableName, effect: Effect, condition: ConditionExpression? = nil,
            returnsItemOnConditionFailure: Bool = false
        ) {
            self.table = table
            self.effect = effect
            self.condition = condition
            self.returnsItemOnConditionFailure = returnsItemOnConditionFailure
        }
    }

    /// Names a request for ten minutes: the same again has no second effect.
    package struct Token: Sendable {
        package var text: String
        /// A digest of what the request asks for, equal for equal requests however they are
        /// written; what it wants to be told of capacity does not count.
        package var requestDigest: [UInt8]

        package init(text: String, requestDigest: [UInt8]) {
            self.text = text
            self.requestDigest = requestDigest
        }
    }

    public var actions: [Action]
    package var token: Token?
    public var capacityReport: CapacityReport
    public var reportsItemCollectionMetrics: Bool

    public init(
        actions: [Action], capacityReport: CapacityReport = .none,
        reportsItemCollectionMetrics: Bool = false
    ) {
        self.actions = actions
        self.capacityReport = capacityReport
        self.reportsItemCollectionMetrics = reportsItemCollectionMetrics
    }

    package init(
        actions: [Action], token: Token?, capacityReport: CapacityReport = .none,
        reportsItemCollectionMetrics: Bool = false
    ) {
        self.init(
            actions: actions, capacityReport: capacityReport,
            reportsItemCollectionMetrics: reportsItemCollectionMetrics)
        self.token = token
    }

    public struct Output: Sendable {
        public var capacity: [ConsumedCapacity]
        public var itemCollectionMetrics: [(table: TableName, metrics: [ItemCollectionMetrics])]
    }
}

extension TransactWriteItems: WriteOperation {
    /// An action, ready to run, or what is wrong with it.
    package struct PreparedAction: PreparedWrite {
        var key: PreparedKey
        /// The item of a put.
        let item: PreparedItem?
    }

    package func prepare(in context: ReadContext) throws(OperationError) -> [PreparedAction] {
        var prepared = try prepare(in: context.directory)
        try context.look(at: &prepared)
        return prepared
    }

    private func prepare(in directory: TableDirectory) throws(OperationError) -> [PreparedAction] {
        var tables: [Table] = []
        for action in actions { tables.append(try directory.table(action.table)) }
        var prepared: [PreparedAction] = []
        var reasons: [CancellationReason] = []
        for (action, table) in zip(actions, tables) {
            do throws(OperationError) {
                prepared.append(try action.prepare(for: table))
                reasons.append(CancellationReason(code: .none))
            } catch {
                reasons.append(try CancellationReason(validation: error))
            }
        }
        if prepared.count < actions.count { throw .transactionCancelled(reasons) }
        try requireOneActionPerItem(prepared.map(\.key))
        try Self.requireSize(of: prepared.lazy.map(\.item))
        return prepared
    }

    /// What a transaction writes may not be too much in all. Puts are counted before they queue,
    /// what updates make of their items when it is known.
    private static func requireSize(
        of items: some Sequence<PreparedItem?>
    ) throws(OperationError) {
        let bytes = items.reduce(0) { $0 + ($1?.record.sizeBytes ?? 0) }
        if bytes > Limits.transactionBytes {
            throw .validation(
                "Collection of items in the transaction exceeds the maximum allowed size")
        }
    }

    package func run(
        _ prepared: [PreparedAction], in transaction: WriteTransaction
    ) throws(OperationError) -> Output {
        var prepared = prepared
        if !prepared.allSatisfy({ $0.key.table.isCurrent(in: transaction) }) {
            prepared = try prepare(in: transaction.directory)
        }
        if let token, try transaction.recognizes(token) {
            return try replayAnswer(prepared, in: transaction)
        }
        let changes = try changes(prepared, in: transaction)
        var report = WriteBatchReport(capacityReport, metrics: reportsItemCollectionMetrics)
        for action in prepared { try report.addMetrics(of: action.key, in: transaction) }
        for (action, change) in zip(actions, changes) {
            let units: WriteUnits
            if case .check = action.effect {
                units = transaction.checkUnits(change)
            } else {
                units = transaction.apply(change)
            }
            // A transaction prepares and commits: two writes.
            transaction.take(units * 2, from: change.key.table)
            report.add(units * 2, of: change.key.table.definition)
        }
        if let token { transaction.remember(token) }
        return Output(
            capacity: report.capacity(direction: .write),
            itemCollectionMetrics: report.itemCollectionMetrics)
    }

    /// Tests every condition and makes every new item before anything changes.
    private func changes(
        _ prepared: [PreparedAction], in transaction: WriteTransaction
    ) throws(OperationError) -> [ItemChange] {
        var changes: [ItemChange] = []
        var reasons: [CancellationReason] = []
        for (action, prepared) in zip(actions, prepared) {
            if let refusal = transaction.trafficReason(against: prepared.key.table) {
                reasons.append(refusal)
                continue
            }
            let old = try transaction.oldItem(prepared.key)
            guard action.condition.holds(for: old.record) else {
                let shown = action.returnsItemOnConditionFailure ? old.record : nil
                reasons.append(
                    CancellationReason(
                        code: .conditionalCheckFailed,
                        message: OperationError.conditionFailedMessage,
                        item: shown.map { .record($0) }))
                continue
            }
            do throws(OperationError) {
                let new = try action.newItem(prepared, replacing: old.record)
                let change = ItemChange(key: prepared.key, old: old, new: new)
                try transaction.admitIndexRows(of: change)
                changes.append(change)
                reasons.append(CancellationReason(code: .none))
            } catch {
                let reason =
                    if let refusal = error.trafficReason {
                        refusal
                    } else {
                        try CancellationReason(validation: error)
                    }
                reasons.append(reason)
            }
        }
        if changes.count < actions.count { throw .transactionCancelled(reasons) }
        try Self.requireSize(of: changes.lazy.map(\.new))
        return changes
    }

    /// The answer to a request that was answered before: what reading its items costs.
    private func replayAnswer(
        _ prepared: [PreparedAction], in transaction: WriteTransaction
    ) throws(OperationError) -> Output {
        guard capacityReport != .none else {
            return Output(capacity: [], itemCollectionMetrics: [])
        }
        var capacity: [ConsumedCapacity] = []
        for action in prepared {
            let size = try transaction.oldItem(action.key).record?.sizeBytes ?? 0
            let units = 2 * ConsumedCapacity.readUnits(bytes: size, isConsistent: true)
            let table = action.key.table.definition.name
            if let position = capacity.firstIndex(where: { $0.table == table }) {
                capacity[position].total += units
                capacity[position].tableUnits = capacity[position].tableUnits.map { $0 + units }
            } else {
                capacity.append(
                    ConsumedCapacity(
                        table: table, total: units,
                        tableUnits: capacityReport == .indexes ? units : nil, direction: .read))
            }
        }
        return Output(capacity: capacity, itemCollectionMetrics: [])
    }
}

extension TransactWriteItems.Action {
    fileprivate func prepare(
        for table: Table
    ) throws(OperationError) -> TransactWriteItems.PreparedAction {
        let prepared: TransactWriteItems.PreparedAction
        switch effect {
        case .put(let item):
            let item = try PreparedItem(item, of: table)
            prepared = TransactWriteItems.PreparedAction(key: item.key, item: item)
        case .update(let key, let update):
            let key = try PreparedKey(key, of: table)
            try table.definition.checkPaths(of: update)
            prepared = TransactWriteItems.PreparedAction(key: key, item: nil)
        case .delete(let key), .check(let key):
            prepared = TransactWriteItems.PreparedAction(
                key: try PreparedKey(key, of: table), item: nil)
        }
        try table.definition.checkPaths(of: condition)
        return prepared
    }

    fileprivate func newItem(
        _ prepared: TransactWriteItems.PreparedAction, replacing old: ItemRecord?
    ) throws(OperationError) -> PreparedItem? {
        switch effect {
        case .put: prepared.item
        case .update(let key, let update):
            try PreparedItem(updating: old, of: prepared.key, givenAs: key, by: update)
        case .delete, .check: nil
        }
    }
}

extension WriteTransaction {
    /// What a check costs: as a write of the item that changes nothing.
    fileprivate func checkUnits(_ change: ItemChange) -> WriteUnits {
        let definition = change.key.table.definition
        let bytes =
            (change.old.record?.sizeBytes ?? 0)
            - change.old.vectorViews.savedBytes(definition.vectorIndexes)
        return WriteUnits(
            table: ConsumedCapacity.writeUnits(bytes: bytes),
            indexes: definition.indexes.map { _ in 0 },
            vectorBytes: definition.vectorIndexes.map { _ in 0 })
    }
}
