package import MartletCatalog

/// UpdateGlobalTable: there are no global tables of 2017, and AWS makes none any more.
package struct UpdateGlobalTable: Sendable {
    package typealias Output = Never

    package var name: TableName
    /// Whether a replica is to be made, which is refused before the name is looked up.
    package var createsReplica: Bool

    package init(name: TableName, createsReplica: Bool) {
        self.name = name
        self.createsReplica = createsReplica
    }
}

extension UpdateGlobalTable: ReadOperation {
    package func run(in context: ReadContext) throws(OperationError) -> Never {
        throw createsReplica ? .oldGlobalTables : .globalTableMissing(name)
    }
}
