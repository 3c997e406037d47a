package import MartletCatalog

/// DescribeTable: a table's definition, state and exact counts.
package struct DescribeTable: Sendable {
    package typealias Output = TableDescription

    package var table: TableName

    package init(table: TableName) { self.table = table }
}
