public import MartletCatalog
public import MartletModel

/// What a request wants to be told about the capacity it used.
public enum CapacityReport: Sendable { case none, total, indexes }

/// Capacity used on one table. `byIndex` and the table's own share are given for `.indexes` only.
public struct ConsumedCapacity: Sendable, Equatable {
    public enum Direction: Sendable { case read, write }

    public var table: TableName
    public var total: Double
    public var tableUnits: Double?
    public var localIndexUnits: [(name: Text, units: Double)]
    public var globalIndexUnits: [(name: Text, units: Double)]
    /// What was written to vector indexes, which is no part of the total.
    public var vectorIndexBytes: [(name: Text, bytes: Int)]
    /// Set by transactions, whose answers name read or write units beside the total.
    public var direction: Direction?

    public init(
        table: TableName, total: Double, tableUnits: Double? = nil,
        localIndexUnits: [(name: Text, units: Double)] = [],
        globalIndexUnits: [(name: Text, units: Double)] = [],
        vectorIndexBytes: [(name: Text, bytes: Int)] = [], direction: Direction? = nil
    ) {
        self.table = table
        self.total = total
        self.tableUnits = tableUnits
        self.localIndexUnits = localIndexUnits
        self.globalIndexUnits = globalIndexUnits
        self.vectorIndexBytes = vectorIndexBytes
        self.direction = direction
    }

    public static func == (left: Self, right: Self) -> Bool {
        left.table == right.table && left.total == right.total
            && left.tableUnits == right.tableUnits && left.direction == right.direction
            && left.localIndexUnits.elementsEqual(right.localIndexUnits, by: ==)
            && left.globalIndexUnits.elementsEqual(right.globalIndexUnits, by: ==)
            && left.vectorIndexBytes.elementsEqual(right.vectorIndexBytes, by: ==)
    }
}

/// The size of the items that share a partition key in a table with local indexes.
public struct ItemCollectionMetrics: Sendable, Equatable {
    /// The hash attribute alone.
    public var key: Item
    public var lowerBoundGigabytes: Double
    public var upperBoundGigabytes: Double

    public init(key: Item, lowerBoundGigabytes: Double, upperBoundGigabytes: Double) {
        self.key = key
        self.lowerBoundGigabytes = lowerBoundGigabytes
        self.upperBoundGigabytes = upperBoundGigabytes
    }
}

extension ConsumedCapacity {
    /// Units for reading `bytes` at once: 4 KB each, half as many when it may be a little behind.
    /// Reading nothing costs as much as reading little.
    static func readUnits(bytes: Int, isConsistent: Bool) -> Double {
        Double(max(1, (bytes + 4095) / 4096)) * (isConsistent ? 1 : 0.5)
    }

    /// Units for writing an item or an index row: 1 KB each, of the larger of old and new.
    static func writeUnits(bytes: Int) -> Double {
        Double(max(1, (bytes + 1023) / 1024))
    }

    /// What writing to a vector index counts as: its view's size, but at least 1 KB.
    static func vectorWriteBytes(_ bytes: Int) -> Int { max(1024, bytes) }
}
