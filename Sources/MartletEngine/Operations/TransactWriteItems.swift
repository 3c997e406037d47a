package import MartletCatalog
package import MartletExpressions
package import MartletModel

/// TransactWriteItems: up to 100 writes and checks, all or none.
package struct TransactWriteItems: Sendable {
    package struct Action: Sendable {
        package enum Effect: Sendable {
            case put(Item)
            case update(key: Item, UpdateExpression)
            case delete(key: Item)
            case check(key: Item)
        }

        package var table: TableName
        package var effect: Effect
        package var condition: ConditionExpression?
        package var returnsItemOnConditionFailure: Bool

        package init(
            table: TableName, effect: Effect, condition: ConditionExpression? = nil,
            returnsItemOnConditionFailure: Bool = false
        ) {
            self.table = table
            self.effect = effect
            self.condition = condition
            self.returnsItemOnConditionFailure = returnsItemOnConditionFailure
        }
    }

    /// Names a request for ten minutes: the same again has no second effect.
    package struct Token: Sendable {
        package var text: String
        /// A digest of what the request asks for, equal for equal requests however they are
        /// written; what it wants to be told of capacity does not count.
        package var requestDigest: [UInt8]

        package init(text: String, requestDigest: [UInt8]) {
            self.text = text
            self.requestDigest = requestDigest
        }
    }

    package var actions: [Action]
    package var token: Token?
    package var capacityReport: CapacityReport
    package var reportsItemCollectionMetrics: Bool

    package init(
        actions: [Action], token: Token? = nil, capacityReport: CapacityReport = .none,
        reportsItemCollectionMetrics: Bool = false
    ) {
        self.actions = actions
        self.token = token
        self.capacityReport = capacityReport
        self.reportsItemCollectionMetrics = reportsItemCollectionMetrics
    }

    package struct Output: Sendable {
        package var capacity: [ConsumedCapacity]
        package var itemCollectionMetrics: [(table: TableName, metrics: [ItemCollectionMetrics])]
    }
}
