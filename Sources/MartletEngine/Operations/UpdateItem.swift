package import MartletCatalog
package import MartletExpressions
package import MartletModel

/// UpdateItem: changes one item, if its condition holds; creates it where the update allows.
package struct UpdateItem: Sendable {
    package typealias Output = WriteAnswer

    package enum ReturnValues: Sendable { case none, allOld, updatedOld, allNew, updatedNew }

    package var table: TableName
    package var key: Item
    /// nil changes nothing, but creates the bare key if the item is missing.
    package var update: UpdateExpression?
    package var options: WriteOptions
    package var returnValues: ReturnValues

    package init(
        table: TableName, key: Item, update: UpdateExpression?,
        options: WriteOptions = WriteOptions(), returnValues: ReturnValues = .none
    ) {
        self.table = table
        self.key = key
        self.update = update
        self.options = options
        self.returnValues = returnValues
    }
}
