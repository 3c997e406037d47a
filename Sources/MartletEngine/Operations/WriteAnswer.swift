package import MartletExpressions
internal import MartletModel

/// What PutItem, UpdateItem and DeleteItem have in common beside the item.
package struct WriteOptions: Sendable {
    package var condition: ConditionExpression?
    /// Whether a failed condition's error carries the item (ReturnValuesOnConditionCheckFailure).
    package var returnsItemOnConditionFailure = false
    package var capacityReport = CapacityReport.none
    package var reportsItemCollectionMetrics = false

    package init(
        condition: ConditionExpression? = nil, returnsItemOnConditionFailure: Bool = false,
        capacityReport: CapacityReport = .none, reportsItemCollectionMetrics: Bool = false
    ) {
        self.condition = condition
        self.returnsItemOnConditionFailure = returnsItemOnConditionFailure
        self.capacityReport = capacityReport
        self.reportsItemCollectionMetrics = reportsItemCollectionMetrics
    }
}

/// The answer to PutItem, UpdateItem and DeleteItem.
package struct WriteAnswer: Sendable {
    /// nil when nothing was asked for or nothing is there to show.
    package var attributes: ReturnedItem?
    package var capacity: ConsumedCapacity?
    package var itemCollectionMetrics: ItemCollectionMetrics?
}
