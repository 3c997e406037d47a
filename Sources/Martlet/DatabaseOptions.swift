package import MartletEngine
internal import MartletKeyValue

/// What a program may choose when it opens a database.
public struct DatabaseOptions: Sendable {
    public enum Durability: Sendable {
        /// A write that was answered survives power loss.
        case sync
        /// A write that was answered survives the end of the process; power loss may take the
        /// last writes, always the latest first. For data that can be made again.
        case async
    }

    public var durability = Durability.sync
    /// Bounds caches and buffers together, whatever the data's size; at least 8 MiB.
    public var memoryBudgetBytes = 256 << 20
    package var engine = EngineOptions()

    public init() {}
}
