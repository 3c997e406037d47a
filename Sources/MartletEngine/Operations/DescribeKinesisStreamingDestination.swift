public import MartletCatalog

/// DescribeKinesisStreamingDestination: the destination that a table has, and those that it had.
public struct DescribeKinesisStreamingDestination: Sendable {
    public var table: TableName

    public init(table: TableName) { self.table = table }

    public struct Output: Sendable {
        public var table: TableName
        public var destinations: [KinesisDestination]
    }
}

extension DescribeKinesisStreamingDestination: ReadOperation {
    package func run(in context: ReadContext) throws(OperationError) -> Output {
        let definition = try context.directory.namedTable(table).definition
        return Output(table: definition.name, destinations: definition.attached.destinations)
    }
}
