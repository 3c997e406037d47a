package import MartletEngine
public import MartletIndexes
internal import MartletModel
internal import Synchronization

/// A vector that a search found.
public struct VectorSearchResult: Sendable, Hashable {
    public let id: String
    /// Smaller is closer. Cosine: 1 - cos, from 0 to 2. Euclidean: the squared length of the
    /// difference. Dot product: the product, negated.
    public let distance: Double
    public let metadata: Metadata?

    public init(id: String, distance: Double, metadata: Metadata?) {
        self.id = id
        self.distance = distance
        self.metadata = metadata
    }
}

/// What a search found, and how.
public struct VectorSearchExplanation: Sendable, Hashable {
    public enum Method: String, Sendable, Hashable {
        /// Everything that may match was compared with the query: nothing can be missing, but what
        /// codes estimate wrongly.
        case exact
        /// The graph was walked.
        case graph
    }

    public let results: [VectorSearchResult]
    public let method: Method
    /// The query was compared with codes first, and only the best with the vectors.
    public let readCodes: Bool
    /// How many times the query was compared with a vector or its code.
    public let comparedCount: Int
    /// Vectors whose metadata match the filter; without one, all vectors.
    public let matchingCount: Int
}

extension VectorSearchResult {
    init(_ match: FindVectors.Match) {
        self.init(id: match.id.string, distance: match.distance, metadata: match.metadata)
    }
}

/// What an id stands for.
public struct VectorRecord: Sendable, Hashable {
    public let id: String
    public let vector: [Float]
    public let metadata: Metadata?
}

extension VectorDatabase {
    /// The vectors nearest to a query, nearest first; of equally near ones, the smaller id first.
    ///
    /// - Parameters:
    ///   - query: as many elements as the collection has dimensions.
    ///   - k: how many at most. Fewer are found only if fewer are there, or match.
    ///   - ef: candidates of the walk through the graph: more find more of the true nearest, more
    ///     slowly. Less than `k` counts as `k`; without a number, enough for a recall of 0.95.
    ///   - filter: what metadata must be like.
    ///   - maximumDistance: what is further away is left out.
    ///   - isExact: compares the query with every vector.
    /// - Throws: `dimensionMismatch`, `notFinite`; `invalidArgument` for a negative `k` or `ef`.
    public func search(
        _ query: [Float], k: Int = 10, ef: Int? = nil, filter: MetadataFilter? = nil,
        maximumDistance: Double? = nil, isExact: Bool = false
    ) throws(VectorDatabaseError) -> [VectorSearchResult] {
        try find(
            query, k: k, ef: ef, filter: filter, maximumDistance: maximumDistance,
            isExact: isExact
        ).map { VectorSearchResult($0) }
    }

    /// Finds what `search` finds, and tells how: for whoever wonders why a search is slow, or misses
    /// something.
    public func explain(
        _ query: [Float], k: Int = 10, ef: Int? = nil, filter: MetadataFilter? = nil,
        maximumDistance: Double? = nil, isExact: Bool = false
    ) throws(VectorDatabaseError) -> VectorSearchExplanation {
        try check(query)
        var operation = try searching(k, ef, filter, maximumDistance, isExact)
        operation.vector = query
        let (engine, _) = try current()
        let (matches, report) = try run(ExplainVectors(operation), on: engine)
        let matchingCount: Int
        if let filter {
            matchingCount = try count(matching: filter)
        } else {
            matchingCount = try count()
        }
        return VectorSearchExplanation(
            results: matches.map { VectorSearchResult($0) },
            method: report.usedGraph ? .graph : .exact, readCodes: report.readCodes,
            comparedCount: report.comparedCount,
            matchingCount: matchingCount)
    }

    /// Searches for many queries, on all cores.
    ///
    /// - Returns: for each query what `search` finds.
    public func searchMany(
        _ queries: [[Float]], k: Int = 10, ef: Int? = nil, filter: MetadataFilter? = nil,
        maximumDistance: Double? = nil, isExact: Bool = false
    ) throws(VectorDatabaseError) -> [[VectorSearchResult]] {
        try findMany(
            queries, k: k, ef: ef, filter: filter, maximumDistance: maximumDistance,
            isExact: isExact
        ).map { $0.map { VectorSearchResult($0) } }
    }

    /// What `search` finds, as the engine has it.
    package func find(
        _ query: [Float], k: Int, ef: Int?, filter: MetadataFilter?, maximumDistance: Double?,
        isExact: Bool
    ) throws(VectorDatabaseError) -> [FindVectors.Match] {
        try check(query)
        var operation = try searching(k, ef, filter, maximumDistance, isExact)
        operation.vector = query
        return try run(operation, on: current().0)
    }

    /// What `searchMany` finds, as the engine has it.
    package func findMany(
        _ queries: [[Float]], k: Int, ef: Int?, filter: MetadataFilter?, maximumDistance: Double?,
        isExact: Bool
    ) throws(VectorDatabaseError) -> [[FindVectors.Match]] {
        for query in queries { try check(query) }
        let operation = try searching(k, ef, filter, maximumDistance, isExact)
        return try results(of: operation, for: queries, on: current().0)
    }

    private func check(_ query: [Float]) throws(VectorDatabaseError) {
        guard query.count == dimensions else {
            throw .dimensionMismatch(expected: dimensions, actual: query.count)
        }
        guard query.withUnsafeBufferPointer({ $0.isFinite }) else { throw .notFinite(id: nil) }
    }

    private func searching(
        _ k: Int, _ ef: Int?, _ filter: MetadataFilter?, _ maximumDistance: Double?,
        _ isExact: Bool
    ) throws(VectorDatabaseError) -> FindVectors {
        guard k >= 0 else { throw .invalidArgument("k must not be negative") }
        if let ef, !(0...100_000).contains(ef) {
            throw .invalidArgument("ef must be in 0...100000")
        }
        if let maximumDistance, maximumDistance.isNaN { throw .notFinite(id: nil) }
        return FindVectors(
            table: table, vector: [], k: k, ef: ef, filter: filter,
            maximumDistance: maximumDistance, isExact: isExact)
    }

    /// Runs an operation with each query, on all cores.
    private func results(
        of operation: FindVectors, for queries: [[Float]], on engine: Engine
    ) throws(VectorDatabaseError) -> [[FindVectors.Match]] {
        let found = Mutex<[Result<[FindVectors.Match], VectorDatabaseError>?]>(
            Array(repeating: nil, count: queries.count))
        onAllCores(queries.count) { [self] position in
            var operation = operation
            operation.vector = queries[position]
            let result: Result<[FindVectors.Match], VectorDatabaseError>
            do throws(VectorDatabaseError) {
                result = .success(try run(operation, on: engine))
            } catch {
                result = .failure(error)
            }
            found.withLock { $0[position] = result }
        }
        var answers: [[FindVectors.Match]] = []
        answers.reserveCapacity(queries.count)
        for result in found.withLock({ $0 }) { answers.append(try result!.get()) }
        return answers
    }

    /// What an id stands for.
    ///
    /// - Throws: `notFound`.
    public func get(_ id: String) throws(VectorDatabaseError) -> VectorRecord {
        guard let record = try getMany([id])[0] else { throw .notFound(id: id) }
        return record
    }

    /// What an id stands for, as the engine has it.
    package func row(_ id: String) throws(VectorDatabaseError) -> VectorRowContent {
        guard let row = try contents(of: [id])[0] else { throw .notFound(id: id) }
        return row
    }

    /// What ids stand for, as the engine has it.
    func contents(of ids: [String]) throws(VectorDatabaseError) -> [VectorRowContent?] {
        try run(ReadVectors(table: table, ids: ids.map { Text($0) }), on: current().0)
    }

    /// What ids stand for, as of one moment; nil for those that are not there.
    public func getMany(_ ids: [String]) throws(VectorDatabaseError) -> [VectorRecord?] {
        try contents(of: ids).map { row in
            row.map { VectorRecord(id: $0.id.string, vector: $0.vector, metadata: $0.metadata) }
        }
    }

    public func contains(_ id: String) throws(VectorDatabaseError) -> Bool {
        try getMany([id])[0] != nil
    }

    /// How many vectors there are.
    public func count() throws(VectorDatabaseError) -> Int {
        let (engine, _) = try current()
        do throws(OperationError) {
            return try engine.vectorCount(in: table)
        } catch {
            throw VectorDatabaseError(error, collection: name)
        }
    }

    /// How many vectors have metadata that match.
    public func count(matching filter: MetadataFilter) throws(VectorDatabaseError) -> Int {
        let (engine, _) = try current()
        do throws(OperationError) {
            return try engine.vectorCount(in: table, matching: filter)
        } catch {
            throw VectorDatabaseError(error, collection: name)
        }
    }

    /// The ids of all vectors, in no particular order.
    public func ids() throws(VectorDatabaseError) -> [String] {
        let (engine, _) = try current()
        do throws(OperationError) {
            return try engine.vectorIDs(in: table).map(\.string)
        } catch {
            throw VectorDatabaseError(error, collection: name)
        }
    }

    /// Gives every record to `body`, as of one moment and in no particular order, until it returns
    /// false.
    public func forEach(
        _ body: (VectorRecord) -> Bool
    ) throws(VectorDatabaseError) {
        let (engine, _) = try current()
        do throws(OperationError) {
            try engine.forEachVector(in: table) { row in
                body(VectorRecord(id: row.id.string, vector: row.vector, metadata: row.metadata))
            }
        } catch {
            throw VectorDatabaseError(error, collection: name)
        }
    }
}
