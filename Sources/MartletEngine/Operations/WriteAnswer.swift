public import MartletExpressions
internal import MartletModel

/// What PutItem, UpdateItem and DeleteItem have in common beside the item.
public struct WriteOptions: Sendable {
    public var condition: ConditionExpression?
    /// Whether a failed condition's error carries the item (ReturnValuesOnConditionCheckFailure).
    public var returnsItemOnConditionFailure = false
    public var capacityReport = CapacityReport.none
    public var reportsItemCollectionMetrics = false

    public init(
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
public struct WriteAnswer: Sendable {
    /// nil when nothing was asked for or nothing is there to show.
    public var attributes: ReturnedItem?
    public var capacity: ConsumedCapacity?
    public var itemCollectionMetrics: ItemCollectionMetrics?
}
