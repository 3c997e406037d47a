package import MartletCatalog

/// DescribeGlobalTable: there are no global tables of 2017, and AWS makes none any more.
package struct DescribeGlobalTable: Sendable {
    package typealias Output = Never

    package var name: TableName

    package init(name: TableName) { self.name = name }
}

extension DescribeGlobalTable: ReadOperation {
    package func run(in context: ReadContext) throws(OperationError) -> Never {
        throw .globalTableNotFound(
            "Global table not found: Global table with name: '\(name)' does not exist.")
    }
}
