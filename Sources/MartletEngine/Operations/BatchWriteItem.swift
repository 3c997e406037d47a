public import MartletCatalog
public import MartletModel

/// BatchWriteItem: up to 25 puts and deletes, each on its own all or nothing.
public struct BatchWriteItem: Sendable {
    public enum Request: Sendable {
        case put(Item)
        case delete(key: Item)
    }

    public struct TableRequests: Sendable {
        public var table: TableName
        public var requests: [Request]

        public init(table: TableName, requests: [Request]) {
            self.table = table
            self.requests = requests
        }
    }

    public var tables: [TableRequests]
    public var capacityReport: CapacityReport
    public var reportsItemCollectionMetrics: Bool

    public init(
        tables: [TableRequests], capacityReport: CapacityReport = .none,
        reportsItemCollectionMetrics: Bool = false
    ) {
        self.tables = tables
        self.capacityReport = capacityReport
        self.reportsItemCollectionMetrics = reportsItemCollectionMetrics
    }

    public struct Output: Sendable {
        /// What the table was not ready to take yet; the caller sends it again.
        public var unprocessed: [TableRequests]
        public var capacity: [ConsumedCapacity]
        public var itemCollectionMetrics: [(table: TableName, metrics: [ItemCollectionMetrics])]
    }
}

extension BatchWriteItem: WriteOperation {
    /// A write of the batch, ready to run.
    package struct PreparedRequest: PreparedWrite {
        var key: PreparedKey
        /// nil deletes.
        let item: PreparedItem?
    }

    package func prepare(in context: ReadContext) throws(OperationError) -> [[PreparedRequest]] {
        for case .put(let item) in tables.lazy.flatMap(\.requests)
        where item.sizeBytes > Limits.itemBytes {
            throw .itemTooLarge
        }
        var prepared = try prepare(in: context.directory)
        for table in prepared.indices { try context.look(at: &prepared[table]) }
        return prepared
    }

    private func prepare(
        in directory: TableDirectory
    ) throws(OperationError) -> [[PreparedRequest]] {
        var prepared: [[PreparedRequest]] = []
        for requests in tables {
            let table = try directory.table(requests.table)
            var tableRequests: [PreparedRequest] = []
            for request in requests.requests {
                switch request {
                case .put(let item):
                    let item = try PreparedItem(item, of: table)
                    tableRequests.append(PreparedRequest(key: item.key, item: item))
                case .delete(let key):
                    tableRequests.append(
                        PreparedRequest(key: try PreparedKey(key, of: table), item: nil))
                }
            }
            try requireDistinct(tableRequests.map(\.key))
            prepared.append(tableRequests)
        }
        // A table may be named twice, by its name and by its ARN.
        if tables.count > 1 { try requireDistinct(prepared.joined().map(\.key)) }
        return prepared
    }

    package func run(
        _ prepared: [[PreparedRequest]], in transaction: WriteTransaction
    ) throws(OperationError) -> Output {
        var prepared = prepared
        let isCurrent = prepared.allSatisfy { requests in
            requests.allSatisfy { $0.key.table.isCurrent(in: transaction) }
        }
        if !isCurrent { prepared = try prepare(in: transaction.directory) }

        // All old items are read before the first change, so that a failing disk changes nothing.
        var changes: [[ItemChange]] = []
        for requests in prepared {
            var tableChanges: [ItemChange] = []
            for request in requests {
                tableChanges.append(
                    ItemChange(
                        key: request.key, old: try transaction.oldItem(request.key),
                        new: request.item))
            }
            changes.append(tableChanges)
        }
        var report = WriteBatchReport(capacityReport, metrics: reportsItemCollectionMetrics)
        for change in changes.joined() { try report.addMetrics(of: change.key, in: transaction) }
        var unprocessed: [TableRequests] = []
        var refusal: OperationError?
        var writtenCount = 0
        for (table, changes) in zip(tables, changes) {
            var left: [Request] = []
            for (request, change) in zip(table.requests, changes) {
                do throws(OperationError) {
                    try transaction.admitBatchWrite(change)
                } catch {
                    refusal = error
                    left.append(request)
                    continue
                }
                writtenCount += 1
                let units = transaction.apply(change)
                transaction.take(units, from: change.key.table)
                report.add(units, of: change.key.table.definition)
            }
            if !left.isEmpty {
                unprocessed.append(TableRequests(table: table.table, requests: left))
            }
        }
        if let refusal, writtenCount == 0 { throw refusal }
        return Output(
            unprocessed: unprocessed, capacity: report.capacity(),
            itemCollectionMetrics: report.itemCollectionMetrics)
    }
}
