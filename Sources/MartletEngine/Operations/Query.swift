package import MartletCatalog
package import MartletExpressions
package import MartletModel

/// Query: reads one partition of a table or an index in the order of its sort key.
package struct Query: Sendable {
    package typealias Output = Page

    package var table: TableName
    package var index: Text?
    package var keyCondition: KeyCondition
    package var isForward: Bool
    package var reading: PageOptions

    package init(
        table: TableName, index: Text? = nil, keyCondition: KeyCondition, isForward: Bool = true,
        reading: PageOptions = PageOptions()
    ) {
        self.table = table
        self.index = index
        self.keyCondition = keyCondition
        self.isForward = isForward
        self.reading = reading
    }
}

/// What Query and Scan have in common.
package struct PageOptions: Sendable {
    package enum Select: Sendable {
        case allAttributes, allProjectedAttributes, specificAttributes, count
    }

    /// nil: ALL_ATTRIBUTES on a table, ALL_PROJECTED_ATTRIBUTES on an index,
    /// SPECIFIC_ATTRIBUTES with a projection.
    package var select: Select?
    package var projection: ProjectionExpression?
    package var filter: ConditionExpression?
    /// Rows to read at most, before the filter.
    package var limit: Int?
    package var exclusiveStartKey: Item?
    package var isConsistent = false
    package var capacityReport = CapacityReport.none

    package init() {}
}

/// One page of a Query or a Scan.
package struct Page: Sendable {
    /// nil for COUNT.
    package var items: [ReturnedItem]?
    package var count: Int
    package var scannedCount: Int
    package var lastEvaluatedKey: Item?
    package var capacity: ConsumedCapacity?
}
