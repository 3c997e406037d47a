package import MartletEncoding
package import MartletModel

/// An item in an answer: a stored record as it is, or an item that was built from one by a
/// projection or an update. Records become JSON without becoming values first.
package enum ReturnedItem: Sendable {
    case record(ItemRecord)
    case item(Item)

    package var item: Item {
        switch self {
        case .record(let record): record.item
        case .item(let item): item
        }
    }
}
