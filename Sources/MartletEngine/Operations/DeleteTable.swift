package import MartletCatalog

/// DeleteTable: removes a table with its indexes, unless it is protected.
package struct DeleteTable: Sendable {
    package typealias Output = TableDescription

    package var table: TableName

    package init(table: TableName) { self.table = table }
}
