package import MartletCatalog
internal import MartletEncoding
package import MartletExpressions
package import MartletModel

/// GetItem: reads one item by its key.
package struct GetItem: Sendable {
    package var table: TableName
    package var key: Item
    package var projection: ProjectionExpression?
    /// Every read here is consistent; the flag decides what it costs.
    package var isConsistent: Bool
    package var capacityReport: CapacityReport

    package init(
        table: TableName, key: Item, projection: ProjectionExpression? = nil,
        isConsistent: Bool = false, capacityReport: CapacityReport = .none
    ) {
        self.table = table
        self.key = key
        self.projection = projection
        self.isConsistent = isConsistent
        self.capacityReport = capacityReport
    }

    package struct Output: Sendable {
        package var item: ReturnedItem?
        package var capacity: ConsumedCapacity?
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
