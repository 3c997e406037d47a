package import MartletCatalog

/// CreateTable: a table with its indexes, at once usable.
package struct CreateTable: Sendable {
    package typealias Output = TableDescription

    package var request: TableRequest

    package init(_ request: TableRequest) { self.request = request }
}
