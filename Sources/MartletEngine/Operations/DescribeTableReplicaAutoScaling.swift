public import MartletCatalog

/// DescribeTableReplicaAutoScaling: no table here is a global one, and only those have it.
public struct DescribeTableReplicaAutoScaling: Sendable {
    public typealias Output = Never

    public var table: TableName

    public init(table: TableName) { self.table = table }
}

extension DescribeTableReplicaAutoScaling: ReadOperation {
    package func run(in context: ReadContext) throws(OperationError) -> Never {
        throw try context.directory.hasNoReplicas(table)
    }
}

extension TableDirectory {
    /// What is said of a table's replicas; of a table that is not there, that.
    func hasNoReplicas(_ name: TableName) throws(OperationError) -> OperationError {
        _ = try namedTable(name)
        return .resourceNotFound("Global table with name: \(name) does not exist.")
    }
}
