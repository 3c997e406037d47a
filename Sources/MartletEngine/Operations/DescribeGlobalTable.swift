public import MartletCatalog

/// DescribeGlobalTable: there are no global tables of 2017, and AWS makes none any more.
public struct DescribeGlobalTable: Sendable {
    public typealias Output = Never

    public var name: TableName

    public init(name: TableName) { self.name = name }
}

extension DescribeGlobalTable: ReadOperation {
    package func run(in context: ReadContext) throws(OperationError) -> Never {
        throw .globalTableNotFound(
            "Global table not found: Global table with name: '\(name)' does not exist.")
    }
}
