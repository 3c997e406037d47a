public import MartletCatalog

/// UpdateGlobalTable: there are no global tables of 2017, and AWS makes none any more.
public struct UpdateGlobalTable: Sendable {
    public typealias Output = Never

    public var name: TableName
    /// Whether a replica is to be made, which is refused before the name is looked up.
    public var createsReplica: Bool

    public init(name: TableName, createsReplica: Bool) {
        self.name = name
        self.createsReplica = createsReplica
    }
}

extension UpdateGlobalTable: ReadOperation {
    package func run(in context: ReadContext) throws(OperationError) -> Never {
        throw createsReplica ? .oldGlobalTables : .globalTableMissing(name)
    }
}
