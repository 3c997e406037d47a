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
}
