public import MartletVectors

/// How a new collection is made. An existing one keeps what it was made with.
public struct VectorOptions: Hashable, Sendable {
    public var metric: Metric
    /// Neighbours of a vector on each upper layer of the graph, twice as many on the lowest:
    /// 2 ... 128.
    public var m: Int
    /// Candidates that an insertion considers: 1 ... 100,000.
    public var efConstruction: Int
    /// Whether there are codes from the first vector on; else from about a thousand on, as fewer are
    /// compared one by one. `VectorDatabase.enableQuantizedSearch` changes it.
    public var isQuantized: Bool
    /// Codes are small copies of the vectors that searches walk on, to compare only the best in full.
    /// By default they have half a byte a dimension; with none, searches walk on the vectors, which
    /// saves the codes' memory and takes about twice the time.
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
