package import MartletCatalog
package import MartletExpressions
package import MartletModel

/// TransactGetItems: up to 100 items as they are at one moment.
package struct TransactGetItems: Sendable {
    package struct Get: Sendable {
        package var table: TableName
        package var key: Item
        package var projection: ProjectionExpression?

        package init(table: TableName, key: Item, projection: ProjectionExpression? = nil) {
            self.table = table
            self.key = key
            self.projection = projection
        }
    }

    package var gets: [Get]
    package var capacityReport: CapacityReport

    package init(gets: [Get], capacityReport: CapacityReport = .none) {
        self.gets = gets
        self.capacityReport = capacityReport
    }

    package struct Output: Sendable {
        /// One for each get, in request order.
        package var items: [ReturnedItem?]
        package var capacity: [ConsumedCapacity]
    }
}
