public import MartletCatalog
internal import MartletEncoding
public import MartletExpressions
public import MartletModel

/// BatchGetItem: reads up to 100 items of several tables, as far as 16 MB allow.
public struct BatchGetItem: Sendable {
    public struct TableRequest: Sendable {
        public var table: TableName
        public var keys: [Item]
        public var projection: ProjectionExpression?
        public var isConsistent: Bool

        public init(
            table: TableName, keys: [Item], projection: ProjectionExpression? = nil,
            isConsistent: Bool = false
        ) {
            self.table = table
            self.keys = keys
            self.projection = projection
            self.isConsistent = isConsistent
        }
    }

    public var requests: [TableRequest]
    public var capacityReport: CapacityReport

    public init(requests: [TableRequest], capacityReport: CapacityReport = .none) {
        self.requests = requests
        self.capacityReport = capacityReport
    }

    public struct Output: Sendable {
        /// For each request, in its order, the items found.
        public var responses: [[ReturnedItem]]
        /// For each request, in its order, positions of keys that were not read.
        public var unprocessed: [[Int]]
        public var capacity: [ConsumedCapacity]
    }
}

extension BatchGetItem: ReadOperation {
    package func run(in context: ReadContext) throws(OperationError) -> Output {
        var keys: [[PreparedKey]] = []
        for request in requests {
            let table = try context.directory.table(request.table)
            var tableKeys: [PreparedKey] = []
            for key in request.keys { tableKeys.append(try PreparedKey(key, of: table)) }
            try requireDistinct(tableKeys)
            try table.definition.checkPaths(of: request.projection)
            keys.append(tableKeys)
        }
        var output = Output(responses: [], unprocessed: [], capacity: [])
        var bytesLeft = Limits.batchGetBytes
        var readCount = 0
        var refusal: OperationError?
        for (request, keys) in zip(requests, keys) {
            let records = try context.records(forKeys: keys.map(\.rowKey))
            var found: [ReturnedItem] = []
            var unprocessed: [Int] = []
            var units = 0.0
            var isFull = false
            for (position, record) in records.enumerated() {
                let size = record?.sizeBytes ?? 0
                isFull = isFull || size > bytesLeft
                if isFull {
                    unprocessed.append(position)
                    continue
                }
                let cost = ConsumedCapacity.readUnits(
                    bytes: size, isConsistent: request.isConsistent)
                do throws(OperationError) {
                    try context.spend(cost, on: keys[position].table.definition)
                } catch {
                    refusal = error
                    unprocessed.append(position)
                    continue
                }
                readCount += 1
                bytesLeft -= size
                units += cost
                if let record { found.append(record.returned(through: request.projection)) }
            }
            if isFull { bytesLeft = -1 }
            output.responses.append(found)
            output.unprocessed.append(unprocessed)
            if capacityReport != .none {
                output.capacity.append(
                    ConsumedCapacity(
                        table: request.table, total: units,
                        tableUnits: capacityReport == .indexes ? units : nil))
            }
        }
        if let refusal, readCount == 0 { throw refusal }
        return output
    }
}

/// A batch may name an item once.
func requireDistinct(_ keys: [PreparedKey]) throws(OperationError) {
    if Set(keys.map(\.rowKey)).count < keys.count {
        throw .validation("Provided list of item keys contains duplicates")
    }
}
