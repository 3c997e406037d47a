internal import MartletCatalog
internal import MartletEngine
internal import MartletModel
internal import MartletVectors
internal import Synchronization

extension VectorDatabase {
    /// Says on a table that searches are to walk on copies of a byte a dimension.
    static let quantizedTag = Tag(key: "martlet:quantized", value: "true")

    /// Makes everything that was written survive power loss: with `Durability.sync` it does
    /// anyway.
    public func save() throws(VectorDatabaseError) {
        let (engine, _) = try current()
        do throws(OperationError) {
            try engine.sync()
        } catch {
            throw VectorDatabaseError(error, collection: name)
        }
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

    /// Whether the program asked for searches on copies of a byte a dimension. The best candidates
    /// are compared in full in any case.
    public var isQuantized: Bool {
        get throws(VectorDatabaseError) { try current().1.tags.contains(Self.quantizedTag) }
    }

    /// Has searches walk on copies of few bits, and remembers it. A collection has had such copies
    /// from its creation on, unless it was made without codes.
    ///
    /// - Throws: `invalidArgument` for a collection made without codes.
    public func enableQuantizedSearch() throws(VectorDatabaseError) {
        let (engine, schema) = try current()
        guard schema.index.parameters.codes != .none else {
            throw .invalidArgument("The collection was made without codes")
        }
        try run(
            SetCollectionTag(table: table, tag: Self.quantizedTag, isSet: true), on: engine)
    }

    /// Takes back what `enableQuantizedSearch` said. Copies that are smaller than vectors are kept.
    public func disableQuantizedSearch() throws(VectorDatabaseError) {
        let (engine, _) = try current()
        try run(
            SetCollectionTag(table: table, tag: Self.quantizedTag, isSet: false), on: engine)
    }

    /// What the collection and its index are like. The index may lag behind the last writes.
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
            isScanned: shape.graph.isScanned, isQuantized: try isQuantized)
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
    /// Of the copies that searches walk on.
    public let codeBytes: Int
    /// There are so few vectors that searches compare the query with all of them.
    public let isScanned: Bool
    /// See `VectorDatabase.isQuantized`.
    public let isQuantized: Bool
}
