public import MartletCatalog
internal import MartletEncoding
public import MartletExpressions
public import MartletModel

/// TransactGetItems: up to 100 items as they are at one moment.
public struct TransactGetItems: Sendable {
    public struct Get: Sendable {
        public var table: TableName
        public var key: Item
        public var projection: ProjectionExpression?

        public init(table: TableName, key: Item, projection: ProjectionExpression? = nil) {
            self.table = table
            self.key = key
            self.projection = projection
        }
    }

    public var gets: [Get]
    public var capacityReport: CapacityReport

    public init(gets: [Get], capacityReport: CapacityReport = .none) {
        self.gets = gets
        self.capacityReport = capacityReport
    }

    public struct Output: Sendable {
        /// One for each get, in request order.
        public var items: [ReturnedItem?]
        public var capacity: [ConsumedCapacity]
    }
}

extension TransactGetItems: ReadOperation {
    /// Counts what the reads cost, or cancels them all.
    private func spend(
        on keys: [PreparedKey], _ records: [ItemRecord?], in context: ReadContext
    ) throws(OperationError) {
        guard let rules = context.options.trafficRules else { return }
        var reasons: [CancellationReason] = []
        for key in keys {
            do throws(OperationError) {
                if rules.meetsTransaction() { throw .transactionConflict }
                try rules.admit(.read, to: key.table.definition)
                reasons.append(CancellationReason(code: .none))
            } catch {
                reasons.append(error.trafficReason!)
            }
        }
        if reasons.contains(where: { $0.code != .none }) { throw .transactionCancelled(reasons) }
        for (key, record) in zip(keys, records) {
            let units = ConsumedCapacity.readUnits(
                bytes: record?.sizeBytes ?? 0, isConsistent: true)
            rules.take(2 * units, .read, from: key.table.definition)
        }
    }

    package func run(in context: ReadContext) throws(OperationError) -> Output {
        var keys: [PreparedKey] = []
        var reasons: [CancellationReason] = []
        for get in gets {
            let table = try context.directory.table(get.table)
            do throws(OperationError) {
                let key = try PreparedKey(get.key, of: table)
                try table.definition.checkPaths(of: get.projection)
                keys.append(key)
                reasons.append(CancellationReason(code: .none))
            } catch {
                reasons.append(try CancellationReason(validation: error))
            }
        }
        if keys.count < gets.count { throw .transactionCancelled(reasons) }
        try requireOneActionPerItem(keys)

        let records = try context.records(forKeys: keys.map(\.rowKey))
        try spend(on: keys, records, in: context)
        var output = Output(items: [], capacity: [])
        var units: [(table: TableName, units: Double)] = []
        for (get, record) in zip(gets, records) {
            output.items.append(record.map { $0.returned(through: get.projection) })
            // A transaction prepares and commits: two consistent reads.
            let cost =
                2
                * ConsumedCapacity.readUnits(
                    bytes: record?.sizeBytes ?? 0, isConsistent: true)
            if let position = units.firstIndex(where: { $0.table == get.table }) {
                units[position].units += cost
            } else {
                units.append((get.table, cost))
            }
        }
        if capacityReport != .none {
            output.capacity = units.map { table, units in
                ConsumedCapacity(
                    table: table, total: units,
                    tableUnits: capacityReport == .indexes ? units : nil, direction: .read)
            }
        }
        return output
    }
}
