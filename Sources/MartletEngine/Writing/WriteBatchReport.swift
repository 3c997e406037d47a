// Capacity and item collections of several writes, table by table in the order of first mention.

internal import MartletCatalog
internal import MartletModel

struct WriteBatchReport {
    private let report: CapacityReport
    private let wantsMetrics: Bool
    private var tables: [(definition: TableDefinition, units: WriteUnits)] = []
    private(set) var itemCollectionMetrics: [(table: TableName, metrics: [ItemCollectionMetrics])] =
        []

    init(_ report: CapacityReport, metrics: Bool) {
        self.report = report
        wantsMetrics = metrics
    }

    mutating func add(_ units: WriteUnits, of table: TableDefinition) {
        guard report != .none else { return }
        if let position = tables.firstIndex(where: { $0.definition.name == table.name }) {
            tables[position].units += units
        } else {
            tables.append((table, units))
        }
    }

    /// Notes the item collection of a key, once for each collection.
    mutating func addMetrics(
        of key: PreparedKey, in transaction: WriteTransaction
    ) throws(OperationError) {
        guard wantsMetrics, let metrics = try transaction.itemCollectionMetrics(key) else { return }
        let name = key.table.definition.name
        guard let position = itemCollectionMetrics.firstIndex(where: { $0.table == name }) else {
            itemCollectionMetrics.append((name, [metrics]))
            return
        }
        if !itemCollectionMetrics[position].metrics.contains(metrics) {
            itemCollectionMetrics[position].metrics.append(metrics)
        }
    }

    /// - Parameter direction: set by transactions, whose answers name it.
    func capacity(direction: ConsumedCapacity.Direction? = nil) -> [ConsumedCapacity] {
        tables.map { table in
            var capacity = ConsumedCapacity(table.units, of: table.definition, report)
            capacity.direction = direction
            return capacity
        }
    }
}
