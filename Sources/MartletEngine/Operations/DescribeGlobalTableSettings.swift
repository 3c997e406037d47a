package import MartletCatalog

/// DescribeGlobalTableSettings: there are no global tables of 2017, and AWS makes none any more.
package struct DescribeGlobalTableSettings: Sendable {
    package typealias Output = Never

    package var name: TableName

    package init(name: TableName) { self.name = name }
}

extension DescribeGlobalTableSettings: ReadOperation {
    package func run(in context: ReadContext) throws(OperationError) -> Never {
        throw .globalTableMissing(name)
    }
}
