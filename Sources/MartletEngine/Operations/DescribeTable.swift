public import MartletCatalog

/// DescribeTable: a table's definition, state and exact counts.
public struct DescribeTable: Sendable {
    public typealias Output = TableDescription

    public var table: TableName

    public init(table: TableName) { self.table = table }
}

extension DescribeTable: ReadOperation {
    package func run(in context: ReadContext) throws(OperationError) -> TableDescription {
        if let departed = context.directory.departedTable(table) { return departed.description }
        let table = try context.directory.namedTable(table)
        let definition = table.definition
        var description = try TableDescription(
            definition, owner: context.options.owner, tally: context.tally)
        table.phases?.show(in: &description)
        description.latestStreamLabel = try context.latestStreamLabel(of: definition)
        return description
    }
}
