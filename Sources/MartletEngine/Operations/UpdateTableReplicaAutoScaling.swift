package import MartletCatalog

/// UpdateTableReplicaAutoScaling: no table here is a global one, and only those have it.
package struct UpdateTableReplicaAutoScaling: Sendable {
    package typealias Output = Never

    package var table: TableName

    package init(table: TableName) { self.table = table }
}

extension UpdateTableReplicaAutoScaling: ReadOperation {
    package func run(in context: ReadContext) throws(OperationError) -> Never {
        throw try context.directory.hasNoReplicas(table)
    }
}
