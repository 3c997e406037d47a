/// What requests for items may be refused for beside their own faults, as on AWS. By default none
/// is.
package struct TrafficOptions: Sendable {
    /// Whether tables with provisioned throughput, and their indexes, take no more than that.
    package var enforcesThroughput = false
    /// How likely a request, or an item of a batch or a transaction, is refused for its rate.
    package var throttleProbability = 0.0
    /// How likely a write, or an action of a transaction, meets another transaction.
    package var conflictProbability = 0.0
    /// The same seed decides the same, as long as requests come in the same order.
    package var seed = UInt64.random(in: .min ... .max)

    package init() {}

    var refusesSome: Bool {
        enforcesThroughput || throttleProbability > 0 || conflictProbability > 0
    }
}

/// A request that came too fast for its table or index.
public struct ThrottleFault: Sendable, Equatable {
    public enum Direction: String, Sendable { case read = "Read", write = "Write" }

    /// Whether it is the throughput that the table was given, not the rate at which it can grow.
    public var isProvisioned: Bool
    public var isIndex: Bool
    public var direction: Direction
    /// The ARN of the table or index.
    public var resource: String

    public init(isProvisioned: Bool, isIndex: Bool, direction: Direction, resource: String) {
        self.isProvisioned = isProvisioned
        self.isIndex = isIndex
        self.direction = direction
        self.resource = resource
    }

    public var message: String {
        switch (isProvisioned, isIndex) {
        case (true, false):
            "The level of configured provisioned throughput for the table was exceeded. Consider "
                + "increasing your provisioning level with the UpdateTable API."
        case (true, true):
            "The level of configured provisioned throughput for one or more global secondary "
                + "indexes of the table was exceeded. Consider increasing your provisioning level "
                + "for the under-provisioned global secondary indexes with the UpdateTable API"
        case (false, false):
            "Throughput exceeds the current capacity of your table or index. DynamoDB is "
                + "automatically scaling your table or index so please try again shortly. If "
                + "exceptions persist, check if you have a hot key: https://docs.aws.amazon.com/"
                + "amazondynamodb/latest/developerguide/bp-partition-key-design.html."
        case (false, true):
            "Throughput exceeds the current capacity for one or more global secondary indexes. "
                + "DynamoDB is automatically scaling your index so please try again shortly."
        }
    }

    /// As the service names it: what, doing what, why.
    public var reason: String {
        "\(isIndex ? "Index" : "Table")\(direction.rawValue)"
            + (isProvisioned ? "ProvisionedThroughputExceeded" : "KeyRangeThroughputExceeded")
    }
}

extension OperationError {
    /// As the service says it of single writes and in cancelled transactions.
    package static let transactionConflictMessage = "Transaction is ongoing for the item"
}
