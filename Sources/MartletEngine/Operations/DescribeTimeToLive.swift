package import MartletCatalog
package import MartletModel

/// DescribeTimeToLive: by which attribute items expire.
package struct DescribeTimeToLive: Sendable {
    package var table: TableName

    package init(table: TableName) { self.table = table }

    package struct Output: Sendable {
        /// nil: DISABLED.
        package var attribute: Text?
    }
}

extension DescribeTimeToLive: ReadOperation {
    package func run(in context: ReadContext) throws(OperationError) -> Output {
        Output(attribute: try context.directory.namedTable(table).definition.timeToLiveAttribute)
    }
}
