internal import MartletIndexes

/// A change of what a vector index holds, as its journal tells it.
struct VectorChange: Sendable {
    let indexID: UInt32
    /// Rises with every change of any vector index, also across restarts.
    let sequence: UInt64
    let rowKey: [UInt8]
    /// nil removes the item.
    let entry: VectorEntry?
}
