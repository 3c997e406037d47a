public import MartletCatalog
public import MartletModel

/// DescribeTimeToLive: by which attribute items expire.
public struct DescribeTimeToLive: Sendable {
    public var table: TableName

    public init(table: TableName) { self.table = table }

    public struct Output: Sendable {
        /// nil: DISABLED.
        public var attribute: Text?
    }
}

extension DescribeTimeToLive: ReadOperation {
    package func run(in context: ReadContext) throws(OperationError) -> Output {
        Output(attribute: try context.directory.namedTable(table).definition.timeToLiveAttribute)
    }
}
