public import MartletVectors

/// How a new collection is made. An existing one keeps what it was made with.
public struct VectorOptions: Hashable, Sendable {
    public var metric: Metric
    /// Neighbours of a vector on each upper layer of the graph, twice as many on the lowest:
    /// 2 ... 128.
    public var m: Int
    /// Candidates that an insertion considers: 1 ... 100,000.
    public var efConstruction: Int
    /// Whether searches walk on codes, small copies of the vectors, and compare only the best in
    /// full: faster, at the price of the codes' memory. `VectorDatabase.enableQuantizedSearch`
    /// changes it.
    public var isQuantized: Bool
    /// What codes are like, when there are any: by default half a byte a dimension.
    public var codes: CodeKind
    public var residence: VectorResidence

    public init(
        metric: Metric = .cosine, m: Int = 16, efConstruction: Int = 200,
        isQuantized: Bool = false, codes: CodeKind = .int4, residence: VectorResidence = .memory
    ) {
        self.metric = metric
        self.m = m
        self.efConstruction = efConstruction
        self.isQuantized = isQuantized
        self.codes = codes
        self.residence = residence
    }

    func check(dimensions: Int) throws(VectorDatabaseError) {
        let parameters = VectorParameters(
            dimensions: dimensions, metric: metric, m: m, efConstruction: efConstruction)
        do throws(VectorError) {
            try parameters.check()
        } catch {
            guard case .invalidParameter(let name, let allowed) = error else { return }
            throw .invalidArgument("\(name) must be in \(allowed)")
        }
    }
}
