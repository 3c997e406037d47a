public import MartletEncoding
internal import MartletExpressions
public import MartletModel

/// An item in an answer: a stored record as it is, or an item that was built from one by a
/// projection or an update. Records become JSON without becoming values first.
public enum ReturnedItem: Sendable {
    case record(ItemRecord)
    case item(Item)

    public var item: Item {
        switch self {
        case .record(let record): record.item
        case .item(let item): item
        }
    }

    /// As DynamoDB counts it.
    var sizeBytes: Int {
        switch self {
        case .record(let record): record.sizeBytes
        case .item(let item): item.sizeBytes
        }
    }

    func hasAttribute(named name: Text) -> Bool {
        switch self {
        case .record(let record): record.hasAttribute(named: name)
        case .item(let item): item[name] != nil
        }
    }
}

extension ItemRecord {
    /// What a read shows of the record.
    func returned(through projection: ProjectionExpression?) -> ReturnedItem {
        guard let projection else { return .record(self) }
        return .item(projection.apply(to: self))
    }
}
