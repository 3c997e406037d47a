// What an update makes of an item: shared by UpdateItem and transactions.

internal import MartletCatalog
internal import MartletEncoding
internal import MartletExpressions
internal import MartletModel

extension PreparedItem {
    /// The item that an update makes, checked as the item of a put; nil when the update only
    /// removes attributes from an item that is not there, which creates nothing.
    init?(
        updating old: ItemRecord?, of key: PreparedKey, givenAs keyItem: Item,
        by update: UpdateExpression?
    ) throws(OperationError) {
        if old == nil, let update, update.onlyRemoves { return nil }
        var item = old?.item ?? keyItem
        do throws(ValidationError) {
            if let update { item = try update.apply(to: item) }
        } catch {
            throw OperationError(error)
        }
        if item.sizeBytes > Limits.itemBytes {
            throw .validation("Item size to update has exceeded the maximum allowed size")
        }
        let touched = update?.touchedPaths ?? []
        for path in touched {
            guard let value = item[path.root], value.nestingDepth >= Limits.nestingLevels else {
                continue
            }
            throw .validation(
                "Nesting Levels have exceeded supported limits: Attributes in the item have nested "
                    + "levels beyond supported limit")
        }
        let names = Set(touched.map(\.root))
        try self.init(
            item, key: key,
            from: update?.isLegacy == true
                ? .attributeUpdates(of: names) : .updateExpression(of: names))
    }
}
