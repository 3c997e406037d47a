// The frame of PutItem, UpdateItem and DeleteItem: read the old item, test the condition, change.

internal import MartletCatalog
internal import MartletEncoding
internal import MartletExpressions
internal import MartletModel

extension ConditionExpression? {
    /// Whether the condition, if there is one, holds for an item that may be missing.
    func holds(for record: ItemRecord?) -> Bool {
        guard let self else { return true }
        guard let record else { return self.holds(for: MissingItem()) }
        return self.holds(for: record)
    }
}

extension WriteTransaction {
    /// Reads the old item and tests the condition of a single write.
    func oldItem(
        _ key: PreparedKey, under options: WriteOptions
    ) throws(OperationError) -> OldItem {
        try admitWrite(to: key.table)
        let old = try oldItem(key)
        guard options.condition.holds(for: old.record) else {
            take(
                WriteUnits(
                    table: ConsumedCapacity.writeUnits(bytes: old.record?.sizeBytes ?? 0),
                    indexes: []), from: key.table)
            let shown = options.returnsItemOnConditionFailure ? old.record : nil
            throw .conditionFailed(shown.map { .record($0) })
        }
        return old
    }

    /// Makes the change of a single write and reports on it.
    func answer(
        _ change: ItemChange, under options: WriteOptions, attributes: ReturnedItem?
    ) throws(OperationError) -> WriteAnswer {
        try admitIndexRows(of: change)
        let metrics =
            options.reportsItemCollectionMetrics ? try itemCollectionMetrics(change.key) : nil
        let units = apply(change)
        take(units, from: change.key.table)
        let capacity =
            options.capacityReport == .none
            ? nil
            : ConsumedCapacity(units, of: change.key.table.definition, options.capacityReport)
        return WriteAnswer(
            attributes: attributes, capacity: capacity, itemCollectionMetrics: metrics)
    }
}

extension Table {
    /// Whether this is still the definition that writes must follow.
    func isCurrent(in transaction: WriteTransaction) -> Bool {
        transaction.directory.tables[definition.name] === self
    }
}
