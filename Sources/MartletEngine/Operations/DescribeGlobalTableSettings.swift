public import MartletCatalog

/// DescribeGlobalTableSettings: there are no global tables of 2017, and AWS makes none any more.
public struct DescribeGlobalTableSettings: Sendable {
    public typealias Output = Never

    public var name: TableName

    public init(name: TableName) { self.name = name }
}

extension DescribeGlobalTableSettings: ReadOperation {
    package func run(in context: ReadContext) throws(OperationError) -> Never {
        throw .globalTableMissing(name)
    }
}
