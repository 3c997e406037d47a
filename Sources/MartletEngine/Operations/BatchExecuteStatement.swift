public import MartletCatalog
internal import MartletEncoding
internal import MartletExpressions
public import MartletModel
internal import MartletPartiQL

/// BatchExecuteStatement: up to 25 statements, each by itself: all reads of one item, or all writes.
public struct BatchExecuteStatement: Sendable {
    public struct Member: Sendable {
        /// The statement, or why it is none.
        public var statement: Result<ParsedStatement, OperationError>
        public var isConsistent: Bool
        public var returnsItemOnConditionFailure: Bool

        public init(
            _ text: String, parameters: [AttributeValue] = [], isConsistent: Bool = false,
            returnsItemOnConditionFailure: Bool = false
        ) {
            do throws(OperationError) {
                let parsed = try ParsedStatement(text, parameters: parameters)
                if case .exists = parsed.statement { throw .misplacedExists }
                statement = .success(parsed)
            } catch {
                statement = .failure(error)
            }
            self.isConsistent = isConsistent
            self.returnsItemOnConditionFailure = returnsItemOnConditionFailure
        }

        /// A statement that was refused before it was read.
        public init(failing error: OperationError) {
            statement = .failure(error)
            isConsistent = false
            returnsItemOnConditionFailure = false
        }

        var parsed: ParsedStatement? { try? statement.get() }
    }

    public let members: [Member]
    public var capacityReport: CapacityReport
    /// False when there is anything to write.
    public let isRead: Bool

    public init(
        _ members: [Member], capacityReport: CapacityReport = .none
    ) throws(OperationError) {
        self.members = members
        self.capacityReport = capacityReport
        let reads = members.count { $0.parsed?.statement.isSelect == true }
        isRead = reads == members.count { $0.parsed != nil }
        guard isRead || reads == 0 else {
            throw .validation(
                "Read and write requests together in the same batch is not supported.")
        }
    }

    public struct Output: Sendable {
        /// One for each statement, in their order.
        public var responses: [StatementResponse] = []
        public var capacity: [ConsumedCapacity] = []
    }
}

/// What one statement of a batch came to.
public struct StatementResponse: Sendable {
    public enum Code: String, Sendable {
        case conditionalCheckFailed = "ConditionalCheckFailed"
        case validationError = "ValidationError"
        case resourceNotFound = "ResourceNotFound"
        case duplicateItem = "DuplicateItem"
        case accessDenied = "AccessDenied"
        case internalServerError = "InternalServerError"
        case provisionedThroughputExceeded = "ProvisionedThroughputExceeded"
        case throttlingError = "ThrottlingError"
        case transactionConflict = "TransactionConflict"
    }

    public struct Failure: Sendable {
        public var code: Code
        public var message: String
        /// With a failed condition, when the statement asked for it.
        public var item: ReturnedItem?
    }

    public var failure: Failure?
    public var item: ReturnedItem?
    /// The table, unless the statement was refused before it was run there.
    public var table: TableName?
}

extension StatementResponse.Failure {
    init(_ error: OperationError) {
        switch error {
        case .conditionFailed(let item):
            self.init(
                code: .conditionalCheckFailed, message: OperationError.conditionFailedMessage,
                item: item)
        case .duplicateItem:
            self.init(code: .duplicateItem, message: OperationError.duplicateItemMessage)
        case .validation(let text): self.init(code: .validationError, message: text)
        case .resourceNotFound(let text): self.init(code: .resourceNotFound, message: text)
        case .throttled(let fault):
            self.init(
                code: fault.isProvisioned ? .provisionedThroughputExceeded : .throttlingError,
                message: fault.message)
        case .transactionConflict:
            self.init(
                code: .transactionConflict, message: OperationError.transactionConflictMessage)
        case .accessDenied(let text): self.init(code: .accessDenied, message: text)
        default: self.init(code: .internalServerError, message: "Internal server error")
        }
    }
}

// MARK: - Reads

extension BatchExecuteStatement: StatementOperation {
    package func run(
        in context: ReadContext, within budget: ReadBudget
    ) throws(OperationError) -> Output? {
        members.count > budget.keys ? nil : try run(in: context)
    }

    package func run(in context: ReadContext) throws(OperationError) -> Output {
        var keys: [Result<PreparedKey, OperationError>] = []
        for member in members {
            do throws(OperationError) {
                keys.append(.success(try member.key(in: context.directory)))
            } catch {
                keys.append(.failure(error))
            }
        }
        let found = keys.compactMap { try? $0.get() }
        try requireDistinct(found)
        var records = try context.records(forKeys: found.map(\.rowKey)).makeIterator()
        var output = Output()
        for (member, key) in zip(members, keys) {
            switch key {
            case .failure(let error):
                output.responses.append(StatementResponse(failure: .init(error)))
            case .success(let key):
                let record = records.next()!
                let table = key.table.definition.name
                do throws(OperationError) {
                    try context.spend(
                        ConsumedCapacity.readUnits(
                            bytes: record?.sizeBytes ?? 0, isConsistent: member.isConsistent),
                        on: key.table.definition)
                } catch {
                    output.responses.append(
                        StatementResponse(failure: .init(error), table: table))
                    continue
                }
                output.responses.append(
                    StatementResponse(item: record.map(member.shown), table: table))
                guard capacityReport != .none else { continue }
                let units = ConsumedCapacity.readUnits(
                    bytes: record?.sizeBytes ?? 0, isConsistent: member.isConsistent)
                output.capacity.add(
                    ConsumedCapacity(
                        table: table, total: units,
                        tableUnits: capacityReport == .indexes ? units : nil))
            }
        }
        return output
    }
}

extension BatchExecuteStatement.Member {
    /// The key of the one item that the statement reads.
    fileprivate func key(in directory: TableDirectory) throws(OperationError) -> PreparedKey {
        guard case .select(let select) = try statement.get().statement else {
            preconditionFailure("A write")
        }
        let table = try directory.table(TableName(reference: select.source.table))
        let pinned = PinnedKey(select.condition, of: table.key, takesLists: true)
        guard select.source.index == nil, pinned.isComplete, pinned.conditions.isEmpty else {
            throw .validation(
                "Select statements within BatchExecuteStatement must specify the primary key in "
                    + "the where clause.")
        }
        return try PreparedKey(pinned.key, of: table)
    }

    fileprivate func shown(_ record: ItemRecord) -> ReturnedItem {
        guard case .select(let select)? = parsed?.statement else { return .record(record) }
        return select.columns.shown(.record(record))
    }
}

// MARK: - Writes

extension BatchExecuteStatement {
    package func prepare(
        in context: ReadContext
    ) throws(OperationError) -> [Result<PreparedStatement, OperationError>] {
        var prepared: [Result<PreparedStatement, OperationError>] = []
        for member in members {
            do throws(OperationError) {
                let write = try self.write(member, in: context.directory)
                prepared.append(
                    .success(
                        PreparedStatement(write: write, prepared: try write.prepare(in: context))))
            } catch {
                if case .storage = error { throw error }
                prepared.append(.failure(error))
            }
        }
        try requireDistinct(prepared.compactMap { try? $0.get().prepared.key })
        return prepared
    }

    private func write(
        _ member: Member, in directory: TableDirectory
    ) throws(OperationError) -> StatementWrite {
        let statement = try member.statement.get().statement
        let table = try directory.table(TableName(reference: statement.source.table))
        return try StatementWrite(
            statement, of: table.definition,
            options: WriteOptions(
                returnsItemOnConditionFailure: member.returnsItemOnConditionFailure,
                capacityReport: capacityReport))
    }

    package func run(
        _ prepared: [Result<PreparedStatement, OperationError>],
        in transaction: WriteTransaction
    ) throws(OperationError) -> Output {
        var output = Output()
        var failedUnits: [(table: TableName, units: Double)] = []
        for (member, prepared) in zip(members, prepared) {
            var response = StatementResponse()
            do throws(OperationError) {
                let statement = try prepared.get()
                let table = statement.prepared.key.table
                var write = statement.write
                if !table.isCurrent(in: transaction) {
                    write = try self.write(member, in: transaction.directory)
                }
                do throws(OperationError) {
                    let answer = try write.run(statement.prepared, in: transaction)
                    response.item = answer.attributes
                    response.table = table.definition.name
                    output.capacity.add(answer.capacity)
                } catch {
                    if error.isOfItem {
                        response.table = table.definition.name
                        failedUnits.append(
                            (
                                table.definition.name,
                                try transaction.attemptedUnits(statement.prepared)
                            ))
                    }
                    throw error
                }
            } catch {
                response.failure = .init(error)
            }
            output.responses.append(response)
        }
        // What failed is counted, too, in the total alone, and only on tables where something else
        // did not fail.
        for (table, units) in failedUnits {
            guard let position = output.capacity.firstIndex(where: { $0.table == table }) else {
                continue
            }
            output.capacity[position].total += units
        }
        return output
    }
}

extension OperationError {
    /// Whether what failed is a test of the item that is there.
    fileprivate var isOfItem: Bool {
        switch self {
        case .conditionFailed, .duplicateItem: true
        default: false
        }
    }
}

extension WriteTransaction {
    /// What a write would have cost that a condition forbade.
    fileprivate func attemptedUnits(
        _ prepared: StatementWrite.Prepared
    ) throws(OperationError) -> Double {
        let old = try record(of: prepared.key)?.sizeBytes ?? 0
        guard case .item(let item) = prepared else {
            return ConsumedCapacity.writeUnits(bytes: old)
        }
        return ConsumedCapacity.writeUnits(bytes: max(old, item.record.sizeBytes))
    }
}
