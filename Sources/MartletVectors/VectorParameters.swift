/// How vectors are kept beside their full values, for faster walks.
public enum CodeKind: UInt8, Hashable, Sendable, CaseIterable {
    /// Walks read the vectors themselves.
    case none = 0
    /// One byte a dimension.
    case int8 = 1
    /// Half a byte a dimension.
    case int4 = 2
}

/// When walks read codes, of an index that has a kind of them. This may change in its life.
public enum CodeUse: UInt8, Hashable, Sendable, CaseIterable {
    /// Walks read the vectors themselves, and there are no codes.
    case never = 0
    /// From about a thousand vectors on; fewer are compared one by one.
    case large = 1
    /// There are codes from the first vector on.
    case always = 2
}

/// Where the parts of an index are while it is open.
public enum VectorResidence: UInt8, Hashable, Sendable, CaseIterable {
    /// Everything is in memory.
    case memory = 0
    /// Codes and links are in memory, vectors are mapped from the index's file.
    case mappedVectors = 1
    /// Everything is mapped from the index's file.
    case mapped = 2
}

/// What an index is made with. Everything but `residence` holds for its whole life.
public struct VectorParameters: Hashable, Sendable {
    public static let dimensionsRange = 1...65_536
    public static let mRange = 2...128
    public static let efRange = 1...100_000

    public var dimensions: Int
    public var metric: Metric
    /// Links of a vector on each upper level; twice as many on the lowest.
    public var m: Int
    /// Candidates that an insertion considers: more make a better graph, more slowly.
    public var efConstruction: Int
    public var codes: CodeKind
    public var residence: VectorResidence

    public init(
        dimensions: Int, metric: Metric, m: Int = 16, efConstruction: Int = 200,
        codes: CodeKind = .int4, residence: VectorResidence = .memory
    ) {
        self.dimensions = dimensions
        self.metric = metric
        self.m = m
        self.efConstruction = efConstruction
        self.codes = codes
        self.residence = residence
    }

    /// - Throws: `invalidParameter` for the first one outside its range.
    public func check() throws(VectorError) {
        try Self.require(dimensions, in: Self.dimensionsRange, "dimensions")
        try Self.require(m, in: Self.mRange, "m")
        try Self.require(efConstruction, in: Self.efRange, "efConstruction")
    }

    static func require(
        _ value: Int, in range: ClosedRange<Int>, _ parameter: String
    ) throws(VectorError) {
        guard range.contains(value) else {
            throw .invalidParameter(
                parameter: parameter, allowed: "\(range.lowerBound)...\(range.upperBound)")
        }
    }
}
