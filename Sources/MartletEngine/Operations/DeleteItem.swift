package import MartletCatalog
package import MartletModel

/// DeleteItem: removes one item, if its condition holds. Removing what is not there succeeds.
package struct DeleteItem: Sendable {
    package typealias Output = WriteAnswer

    package var table: TableName
    package var key: Item
    package var options: WriteOptions
    package var returnsOldItem: Bool

    package init(
        table: TableName, key: Item, options: WriteOptions = WriteOptions(),
        returnsOldItem: Bool = false
    ) {
        self.table = table
        self.key = key
        self.options = options
        self.returnsOldItem = returnsOldItem
    }
}
