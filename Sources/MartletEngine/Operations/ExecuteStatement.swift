internal import MartletCatalog
internal import MartletEncoding
internal import MartletExpressions
public import MartletModel
internal import MartletPartiQL

/// ExecuteStatement: one statement of PartiQL. A SELECT reads, as a query or a scan would; anything
/// else writes one item, as PutItem, UpdateItem and DeleteItem do. Run it by `Engine.run`, which
/// takes the way that the statement needs.
public struct ExecuteStatement: Sendable {
    public let parsed: ParsedStatement
    public var isConsistent: Bool
    /// Rows to read at most, before conditions that keys do not answer.
    public var limit: Int?
    /// Where the last page of the same statement ended, as its answer said.
    public var nextToken: [UInt8]?
    public var capacityReport: CapacityReport
    public var returnsItemOnConditionFailure: Bool

    public init(
        _ parsed: ParsedStatement, isConsistent: Bool = false, limit: Int? = nil,
        nextToken: [UInt8]? = nil, capacityReport: CapacityReport = .none,
        returnsItemOnConditionFailure: Bool = false
    ) throws(OperationError) {
        if case .exists = parsed.statement { throw .misplacedExists }
        self.parsed = parsed
        self.isConsistent = isConsistent
        self.limit = limit
        self.nextToken = nextToken
        self.capacityReport = capacityReport
        self.returnsItemOnConditionFailure = returnsItemOnConditionFailure
    }

    public struct Output: Sendable {
        public var items: [ReturnedItem]
        public var nextToken: [UInt8]?
        public var lastEvaluatedKey: Item?
        public var capacity: ConsumedCapacity?
    }

    public var isRead: Bool { parsed.statement.isSelect }

    private var tableName: TableName {
        TableName(reference: parsed.statement.source.table)
    }
}

extension OperationError {
    static let misplacedExists = validation(
        "EXISTS can only be used in ExecuteTransaction write requests.")
}

extension ExecuteStatement: StatementOperation {
    package func run(in context: ReadContext) throws(OperationError) -> Output {
        try run(in: context, within: .unlimited)!
    }

    package func run(
        in context: ReadContext, within budget: ReadBudget
    ) throws(OperationError) -> Output? {
        guard case .select(let select) = parsed.statement else {
            preconditionFailure("A write")
        }
        var checks = MemberChecks()
        checks.range(of: limit, from: 1, at: "limit")
        try checks.check()
        let table = try context.directory.table(tableName).definition
        let plan = try SelectPlan(select, of: table, isConsistent: isConsistent)
        guard let page = try plan.page(self, in: context, within: budget) else { return nil }
        return Output(
            items: page.items, nextToken: page.next?.bytes(for: parsed),
            lastEvaluatedKey: page.next?.position, capacity: page.capacity)
    }
}

extension ExecuteStatement {
    package func prepare(in context: ReadContext) throws(OperationError) -> PreparedStatement {
        let write = try write(in: context.directory)
        return PreparedStatement(write: write, prepared: try write.prepare(in: context))
    }

    private func write(in directory: TableDirectory) throws(OperationError) -> StatementWrite {
        try StatementWrite(
            parsed.statement, of: directory.table(tableName).definition,
            options: WriteOptions(
                returnsItemOnConditionFailure: returnsItemOnConditionFailure,
                capacityReport: capacityReport))
    }

    package func run(
        _ prepared: PreparedStatement, in transaction: WriteTransaction
    ) throws(OperationError) -> Output {
        var write = prepared.write
        if !prepared.prepared.key.table.isCurrent(in: transaction) {
            write = try self.write(in: transaction.directory)
        }
        let answer = try write.run(prepared.prepared, in: transaction)
        return Output(
            items: answer.attributes.map { [$0] } ?? [], capacity: answer.capacity)
    }
}
