package import MartletCatalog
package import MartletModel

/// BatchWriteItem: up to 25 puts and deletes, each on its own all or nothing.
package struct BatchWriteItem: Sendable {
    package enum Request: Sendable {
        case put(Item)
        case delete(key: Item)
    }

    package struct TableRequests: Sendable {
        package var table: TableName
        package var requests: [Request]

        package init(table: TableName, requests: [Request]) {
            self.table = table
            self.requests = requests
        }
    }

    package var tables: [TableRequests]
    package var capacityReport: CapacityReport
    package var reportsItemCollectionMetrics: Bool

    package init(
        tables: [TableRequests], capacityReport: CapacityReport = .none,
        reportsItemCollectionMetrics: Bool = false
    ) {
        self.tables = tables
        self.capacityReport = capacityReport
        self.reportsItemCollectionMetrics = reportsItemCollectionMetrics
    }

    package struct Output: Sendable {
        /// What did not fit into 16 MB; the caller sends it again.
        package var unprocessed: [TableRequests]
        package var capacity: [ConsumedCapacity]
        package var itemCollectionMetrics: [(table: TableName, metrics: [ItemCollectionMetrics])]
    }
}
