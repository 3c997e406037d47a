/// The number that an index gave a vector: small, and used again some time after its removal.
public typealias Slot = UInt32

/// One result of a search.
public struct Neighbor: Hashable, Sendable {
    public let slot: Slot
    /// What the caller gave with the vector.
    public let label: UInt64
    /// As the metric says; computed from the vector itself in float32, never from its code.
    public let distance: Float

    public init(slot: Slot, label: UInt64, distance: Float) {
        self.slot = slot
        self.label = label
        self.distance = distance
    }
}

/// How a search was carried out.
public struct SearchReport: Hashable, Sendable {
    public enum Method: Hashable, Sendable {
        /// The query was compared with everything that may be returned.
        case exact
        /// The graph was walked.
        case graph
    }

    public var method = Method.exact
    /// Vectors that the query was compared with, by their codes or in full. One may count twice.
    public var scoredCount = 0
    /// Vectors that might be returned: those of the filter, or all.
    public var admittedCount = 0
    /// The walk or the comparison with everything read codes.
    public var readCodes = false

    public init() {}
}

/// What a search looks for. Values outside their ranges are refused, never clamped.
public struct SearchOptions: Sendable {
    public static let kRange = 1...100_000

    /// How many of the nearest to return; with fewer vectors, or fewer that match, all of them.
    public var k: Int
    /// Candidates that the walk keeps: at least `k`; more find more of the true nearest, more
    /// slowly. Without a number, enough for a recall of 0.95 and more on real data.
    public var ef: Int?
    /// Only these slots are searched. Slots that are not live are never found.
    public var filter: SlotBitmap?
    /// Compares the query with every vector: the true nearest, however slow.
    public var isExact: Bool

    public init(k: Int, ef: Int? = nil, filter: SlotBitmap? = nil, isExact: Bool = false) {
        self.k = k
        self.ef = ef
        self.filter = filter
        self.isExact = isExact
    }

    func check() throws(VectorError) {
        try VectorParameters.require(k, in: Self.kRange, "k")
        guard let ef else { return }
        try VectorParameters.require(ef, in: VectorParameters.efRange, "ef")
        guard ef >= k else {
            throw .invalidParameter(
                parameter: "ef", allowed: "k...\(VectorParameters.efRange.upperBound)")
        }
    }
}
