package import MartletCatalog
package import MartletExpressions
package import MartletModel

/// BatchGetItem: reads up to 100 items of several tables, as far as 16 MB allow.
package struct BatchGetItem: Sendable {
    package struct TableRequest: Sendable {
        package var table: TableName
        package var keys: [Item]
        package var projection: ProjectionExpression?
        package var isConsistent: Bool

        package init(
            table: TableName, keys: [Item], projection: ProjectionExpression? = nil,
            isConsistent: Bool = false
        ) {
            self.table = table
            self.keys = keys
            self.projection = projection
            self.isConsistent = isConsistent
        }
    }

    package var requests: [TableRequest]
    package var capacityReport: CapacityReport

    package init(requests: [TableRequest], capacityReport: CapacityReport = .none) {
        self.requests = requests
        self.capacityReport = capacityReport
    }

    package struct Output: Sendable {
        /// For each request, in its order, the items found.
        package var responses: [[ReturnedItem]]
        /// For each request, in its order, positions of keys that were not read.
        package var unprocessed: [[Int]]
        package var capacity: [ConsumedCapacity]
    }
}
