internal import MartletCatalog
internal import MartletEngine
internal import MartletModel
internal import MartletVectors
internal import Synchronization

extension VectorDatabase {
    /// Makes everything that was written survive power loss, which with `Durability.sync` it does
    /// anyway, and takes it into the index's file, so that opening is quick. Others may write and
    /// search meanwhile.
    ///
    /// - Complexity: O(vectors × dimensions) when anything has changed: the file is written anew.
    public func save() throws(VectorDatabaseError) {
        let (engine, schema) = try current()
        do throws(OperationError) {
            try engine.sync()
        } catch {
            throw VectorDatabaseError(error, collection: name)
        }
        engine.checkpoint(schema)
    }

    /// Vectors deleted since the database was opened or last compacted.
    public var deletedCount: Int { counters.deletedCount.load(ordering: .relaxed) }

    /// Vectors that there are, and those that were deleted.
    public func totalSlots() throws(VectorDatabaseError) -> Int { try count() + deletedCount }

    /// Has searches no longer walk past deleted vectors, and lets their space be used again. The
    /// database does so by itself when there are many.
    public func compact() throws(VectorDatabaseError) {
        let (engine, schema) = try current()
        if counters.deletedCount.exchange(0, ordering: .relaxed) > 0 { engine.compact(schema) }
    }

    /// Whether there are codes from the first vector on: copies of vectors of a byte or half a byte a
    /// dimension, which searches walk on. A large collection has them in any case, and the best
    /// candidates are compared in full in any case.
    public var isQuantized: Bool {
        get throws(VectorDatabaseError) { try current().1.isQuantized }
    }

    /// Makes codes of all vectors, however few there are, and of later vectors as they come, also
    /// after the database is opened again.
    ///
    /// - Throws: `invalidArgument` for a collection made without codes.
    /// - Complexity: O(vectors × dimensions), on all cores; some milliseconds for 100,000.
    public func enableQuantizedSearch() throws(VectorDatabaseError) {
        try setCodeUse(.always)
    }

    /// Lets go of the codes while there are fewer than about a thousand vectors.
    public func disableQuantizedSearch() throws(VectorDatabaseError) { try setCodeUse(.large) }

    private func setCodeUse(_ use: CodeUse) throws(VectorDatabaseError) {
        let (engine, schema) = try current()
        if use == .always, schema.index.parameters.codes == .none {
            throw .invalidArgument("The collection was made without codes")
        }
        try run(SetCodeUse(table: table, use: use), on: engine)
        engine.followCodeUse(of: schema)
    }

    /// What the collection and its index are like. A graph that has not taken in the last writes is
    /// waited for, up to a second; a longer backlog shows in it.
    public func stats() throws(VectorDatabaseError) -> VectorStats {
        let (engine, schema) = try current()
        let count = try count()
        guard let shape = engine.shape(of: schema) else { throw .noCollection(name) }
        let bytes = shape.bytes
        return VectorStats(
            vectorCount: count, deletedCount: deletedCount, layerCount: shape.graph.layerCount,
            averageDegree: shape.graph.averageDegree, maximumDegree: shape.graph.maximumDegree,
            minimumDegree: shape.graph.minimumDegree,
            vectorBytes: bytes.rows.inMemory + bytes.rows.mapped,
            graphBytes: bytes.links.inMemory + bytes.links.mapped,
            codeBytes: bytes.codes.inMemory + bytes.codes.mapped,
            isScanned: shape.graph.isScanned, isQuantized: schema.isQuantized)
    }
}

/// What a collection is like, and the graph of its index.
public struct VectorStats: Hashable, Sendable {
    public let vectorCount: Int
    /// See `VectorDatabase.deletedCount`.
    public let deletedCount: Int
    /// Layers of the graph; 0 when it is empty.
    public let layerCount: Int
    /// Of links on the lowest layer.
    public let averageDegree: Double
    public let maximumDegree: Int
    public let minimumDegree: Int
    public let vectorBytes: Int
    public let graphBytes: Int
    /// Of the codes that searches walk on; 0 while there are none.
    public let codeBytes: Int
    /// There are so few vectors that searches compare the query with all of them.
    public let isScanned: Bool
    /// See `VectorDatabase.isQuantized`.
    public let isQuantized: Bool
}
