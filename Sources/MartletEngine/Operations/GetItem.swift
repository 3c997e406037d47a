public import MartletCatalog
internal import MartletEncoding
public import MartletExpressions
public import MartletModel

/// GetItem: reads one item by its key.
public struct GetItem: Sendable {
    public var table: TableName
    public var key: Item
    public var projection: ProjectionExpression?
    /// Every read here is consistent; the flag decides what it costs.
    public var isConsistent: Bool
    public var capacityReport: CapacityReport

    public init(
        table: TableName, key: Item, projection: ProjectionExpression? = nil,
        isConsistent: Bool = false, capacityReport: CapacityReport = .none
    ) {
        self.table = table
        self.key = key
        self.projection = projection
        self.isConsistent = isConsistent
        self.capacityReport = capacityReport
    }

    public struct Output: Sendable {
        public var item: ReturnedItem?
        public var capacity: ConsumedCapacity?
    }
}

extension GetItem: ReadOperation {
    package func run(in context: ReadContext) throws(OperationError) -> Output {
        let key = try PreparedKey(key, of: context.directory.table(table))
        try key.table.definition.checkPaths(of: projection)
        let record = try context.record(forKey: key.rowKey)
        try context.spend(
            ConsumedCapacity.readUnits(bytes: record?.sizeBytes ?? 0, isConsistent: isConsistent),
            on: key.table.definition)
        var output = Output(item: record.map { $0.returned(through: projection) })
        if capacityReport != .none {
            let units = ConsumedCapacity.readUnits(
                bytes: record?.sizeBytes ?? 0, isConsistent: isConsistent)
            output.capacity = ConsumedCapacity(
                table: table, total: units, tableUnits: capacityReport == .indexes ? units : nil)
        }
        return output
    }
}
