public import MartletCatalog
internal import MartletEncoding
public import MartletModel

/// UpdateTimeToLive: names the attribute by which items expire, or stops expiry.
public struct UpdateTimeToLive: Sendable {
    public var table: TableName
    public var attribute: Text
    public var isEnabled: Bool

    public init(table: TableName, attribute: Text, isEnabled: Bool) {
        self.table = table
        self.attribute = attribute
        self.isEnabled = isEnabled
    }

    /// The specification as it was asked for.
    public struct Output: Sendable {
        public var attribute: Text
        public var isEnabled: Bool
    }
}

extension UpdateTimeToLive: WriteOperation {
    package func prepare(in context: ReadContext) throws(OperationError) {}

    package func run(
        _ prepared: Void, in transaction: WriteTransaction
    ) throws(OperationError) -> Output {
        let table = try transaction.directory.changeableTable(table)
        var definition = table.definition
        var nextID: UInt32?
        switch (definition.timeToLiveAttribute, isEnabled) {
        case (let current?, _) where current != attribute:
            throw .validation(
                "TimeToLive is active on a different AttributeName: current AttributeName is "
                    + "\(current)")
        case (_?, true): throw .validation("TimeToLive is already enabled")
        case (nil, false): throw .validation("TimeToLive is already disabled")
        case (nil, true):
            definition.timeToLiveAttribute = attribute
            // The sequence of tables and indexes gives the enabling its number.
            let enabling = transaction.directory.nextID
            nextID = enabling + 1
            transaction.put(
                ExpiryBackfill.markerKey(definition.id), CatalogKey.encode(nextID: enabling))
        case (_?, false):
            definition.timeToLiveAttribute = nil
            transaction.deleteRows(.expiry, definition.id)
            // Read by its key, so its end must be seen within the group.
            transaction.delete(ExpiryBackfill.markerKey(definition.id))
        }
        transaction.save(definition, nextID: nextID)
        return Output(attribute: attribute, isEnabled: isEnabled)
    }
}
