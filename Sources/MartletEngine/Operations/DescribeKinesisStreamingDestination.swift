package import MartletCatalog

/// DescribeKinesisStreamingDestination: the destination that a table has, and those that it had.
package struct DescribeKinesisStreamingDestination: Sendable {
    package var table: TableName

    package init(table: TableName) { self.table = table }

    package struct Output: Sendable {
        package var table: TableName
        package var destinations: [KinesisDestination]
    }
}

extension DescribeKinesisStreamingDestination: ReadOperation {
    package func run(in context: ReadContext) throws(OperationError) -> Output {
        let definition = try context.directory.namedTable(table).definition
        return Output(table: definition.name, destinations: definition.attached.destinations)
    }
}
