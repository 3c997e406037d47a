/// A point in time: seconds since 1970 with fractions, as DynamoDB's JSON writes dates.
public struct Timestamp: Hashable, Comparable, Sendable {
    public var secondsSince1970: Double

    public init(secondsSince1970: Double) { self.secondsSince1970 = secondsSince1970 }

    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.secondsSince1970 < right.secondsSince1970
    }
}

public enum BillingMode: String, Hashable, Sendable {
    case provisioned = "PROVISIONED"
    case payPerRequest = "PAY_PER_REQUEST"
}

/// Read and write units: provisioned ones, or an on-demand maximum (-1: none), or warm ones.
public struct CapacityUnits: Hashable, Sendable {
    public var read: Int
    public var write: Int

    public init(read: Int, write: Int) {
        self.read = read
        self.write = write
    }
}

/// What was said about the capacity of a table or a global index. Kept and answered; this server
/// does not throttle by it.
public struct ThroughputSettings: Hashable, Sendable {
    /// Zero units while billing is by request.
    public var provisioned: CapacityUnits
    public var lastIncrease: Timestamp?
    public var lastDecrease: Timestamp?
    /// Maxima of an on-demand table: a member that was not given is -1.
    public var onDemand: CapacityUnits?
    public var warm: CapacityUnits?

    public init(
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
