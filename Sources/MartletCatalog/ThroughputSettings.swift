/// A point in time: seconds since 1970 with fractions, as DynamoDB's JSON writes dates.
package struct Timestamp: Hashable, Comparable, Sendable {
    package var secondsSince1970: Double

    package init(secondsSince1970: Double) { self.secondsSince1970 = secondsSince1970 }

    package static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.secondsSince1970 < right.secondsSince1970
    }
}

package enum BillingMode: String, Hashable, Sendable {
    case provisioned = "PROVISIONED"
    case payPerRequest = "PAY_PER_REQUEST"
}

/// Read and write units: provisioned ones, or an on-demand maximum (-1: none), or warm ones.
package struct CapacityUnits: Hashable, Sendable {
    package var read: Int
    package var write: Int

    package init(read: Int, write: Int) {
        self.read = read
        self.write = write
    }
}

/// What was said about the capacity of a table or a global index. Kept and answered; this server
/// does not throttle by it.
package struct ThroughputSettings: Hashable, Sendable {
    /// Zero units while billing is by request.
    package var provisioned: CapacityUnits
    package var lastIncrease: Timestamp?
    package var lastDecrease: Timestamp?
    /// Maxima of an on-demand table: a member that was not given is -1.
    package var onDemand: CapacityUnits?
    package var warm: CapacityUnits?

    package init(
        provisioned: CapacityUnits = CapacityUnits(read: 0, write: 0),
        lastIncrease: Timestamp? = nil, lastDecrease: Timestamp? = nil,
        onDemand: CapacityUnits? = nil, warm: CapacityUnits? = nil
    ) {
        self.provisioned = provisioned
        self.lastIncrease = lastIncrease
        self.lastDecrease = lastDecrease
        self.onDemand = onDemand
        self.warm = warm
    }
}
