internal import Glibc
internal import MartletEngine
public import MartletIndexes
internal import MartletModel
internal import Synchronization

extension EncryptedIndex {
    /// The rows nearest to a vector, nearest first; of equally near ones, the smaller id first.
    ///
    /// - Parameters:
    ///   - topK: how many at most. Fewer are found only if fewer are there, or match.
    ///   - filter: what metadata must be like.
    ///   - ef: candidates of the walk through the graph: more find more of the true nearest, more
    ///     slowly. Without a number, enough for a recall of 0.95.
    ///   - isExact: compares the vector with every row.
    /// - Throws: `dimensionMismatch`, `notFinite`; `invalidArgument` for a negative `topK` or `ef`.
    public func query(
        _ vector: [Float], topK: Int = 100, filter: MetadataFilter? = nil, ef: Int? = nil,
        isExact: Bool = false
    ) throws(EncryptedIndexError) -> [EncryptedMatch] {
        guard topK >= 0 else { throw .invalidArgument("top_k must not be negative") }
        if let ef, !(0...100_000).contains(ef) {
            throw .invalidArgument("ef must be in 0...100000")
        }
        guard vector.withUnsafeBufferPointer({ $0.isFinite }) else { throw .notFinite }
        guard let schema = try schema() else { return [] }
        guard vector.count == schema.dimensions else {
            throw .dimensionMismatch(expected: schema.dimensions, actual: vector.count)
        }
        let isRooted = metric == .euclidean
        return try core.run(
            FindVectors(
                table: EncryptedCore.table, vector: vector, k: topK, ef: ef, filter: filter,
                isExact: isExact)
        ).compactMap { match in
            EncryptedID(match.id).map { id in
                EncryptedMatch(
                    id: id, distance: isRooted ? match.distance.squareRoot() : match.distance,
                    metadata: match.metadata)
            }
        }
    }

    /// Queries for many vectors, on all cores.
    ///
    /// - Returns: for each vector what `query` finds.
    public func queryMany(
        _ vectors: [[Float]], topK: Int = 100, filter: MetadataFilter? = nil, ef: Int? = nil,
        isExact: Bool = false
    ) throws(EncryptedIndexError) -> [[EncryptedMatch]] {
        let found = Mutex<[Result<[EncryptedMatch], EncryptedIndexError>?]>(
            Array(repeating: nil, count: vectors.count))
        onAllCores(vectors.count) { [self] place in
            let result: Result<[EncryptedMatch], EncryptedIndexError>
            do throws(EncryptedIndexError) {
                result = .success(
                    try query(
                        vectors[place], topK: topK, filter: filter, ef: ef, isExact: isExact))
            } catch {
                result = .failure(error)
            }
            found.withLock { $0[place] = result }
        }
        var answers: [[EncryptedMatch]] = []
        answers.reserveCapacity(vectors.count)
        for result in found.withLock({ $0 }) { answers.append(try result!.get()) }
        return answers
    }

    /// Rows by their ids, as of one moment and in the order asked; those that are not there are left
    /// out.
    public func get(_ ids: [EncryptedID]) throws(EncryptedIndexError) -> [EncryptedRow] {
        try rows(ids).compactMap { $0 }
    }

    /// What rows hold beside vector and metadata, in the order asked; no bytes for rows without it,
    /// and for those that are not there.
    public func contents(of ids: [EncryptedID]) throws(EncryptedIndexError) -> [[UInt8]] {
        try rows(ids).map { $0?.contents ?? [] }
    }

    private func rows(_ ids: [EncryptedID]) throws(EncryptedIndexError) -> [EncryptedRow?] {
        guard try schema() != nil else { return ids.map { _ in nil } }
        let found = try core.run(
            ReadVectors(
                table: EncryptedCore.table, ids: ids.map(\.text), includesContents: true))
        return zip(ids, found).map { id, row in
            row.map {
                EncryptedRow(
                    id: id, vector: $0.vector, contents: $0.contents ?? [], metadata: $0.metadata)
            }
        }
    }

    /// The ids of all rows, in no particular order.
    public func ids() throws(EncryptedIndexError) -> [EncryptedID] {
        guard try schema() != nil else { return [] }
        let engine = try core.open()
        return try translating { () throws(OperationError) in
            try engine.vectorIDs(in: EncryptedCore.table).compactMap { EncryptedID($0) }
        }
    }

    /// How many rows there are.
    public func count() throws(EncryptedIndexError) -> Int {
        guard try schema() != nil else { return 0 }
        let engine = try core.open()
        return try translating { () throws(OperationError) in
            try engine.vectorCount(in: EncryptedCore.table)
        }
    }

    /// Whether queries walk a graph. A few hundred rows are compared one by one.
    public func isTrained() throws(EncryptedIndexError) -> Bool {
        guard let schema = try schema() else { return false }
        return try core.open().shape(of: schema).map { !$0.graph.isScanned } ?? false
    }

    /// Waits until all rows are in the graph, which happens by itself, and has it tidied. Rows are
    /// found before and after.
    public func train() throws(EncryptedIndexError) {
        try checkWriting()
        guard let schema = try schema() else { return }
        try core.open().compact(schema)
        while true {
            let statistics = try core.open().vectorStatistics
            if statistics.pendingCount == 0, statistics.rebuildingCount == 0 { return }
            usleep(1000)
        }
    }
}
