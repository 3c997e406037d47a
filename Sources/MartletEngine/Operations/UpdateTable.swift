package import MartletCatalog

/// UpdateTable: changes a table's settings, or creates or deletes one global index.
package struct UpdateTable: Sendable {
    package typealias Output = TableDescription

    package var change: TableChange

    package init(_ change: TableChange) { self.change = change }
}
