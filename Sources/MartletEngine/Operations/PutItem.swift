package import MartletCatalog
package import MartletModel

/// PutItem: creates or replaces one item, if its condition holds.
package struct PutItem: Sendable {
    package typealias Output = WriteAnswer

    package var table: TableName
    package var item: Item
    package var options: WriteOptions
    package var returnsOldItem: Bool

    package init(
        table: TableName, item: Item, options: WriteOptions = WriteOptions(),
        returnsOldItem: Bool = false
    ) {
        self.table = table
        self.item = item
        self.options = options
        self.returnsOldItem = returnsOldItem
    }
}
