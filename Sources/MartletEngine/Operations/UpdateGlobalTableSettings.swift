public import MartletCatalog

/// UpdateGlobalTableSettings: there are no global tables of 2017, and AWS makes none any more.
public struct UpdateGlobalTableSettings: Sendable {
    public typealias Output = Never

    public var name: TableName

    public init(name: TableName) { self.name = name }
}

extension UpdateGlobalTableSettings: ReadOperation {
    package func run(in context: ReadContext) throws(OperationError) -> Never {
        throw .globalTableMissing(name)
    }
}
