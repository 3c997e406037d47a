public import MartletCatalog

/// UpdateTableReplicaAutoScaling: no table here is a global one, and only those have it.
public struct UpdateTableReplicaAutoScaling: Sendable {
    public typealias Output = Never

    public var table: TableName

    public init(table: TableName) { self.table = table }
}

extension UpdateTableReplicaAutoScaling: ReadOperation {
    package func run(in context: ReadContext) throws(OperationError) -> Never {
        throw try context.directory.hasNoReplicas(table)
    }
}
