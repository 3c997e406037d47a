// The one write path. Put, update, delete, batch, transaction and expiry all end here: the item,
// its index rows, its expiry row, the stream's record and the counts move together, in one batch.

internal import MartletCatalog
internal import MartletEncoding
internal import MartletIndexes
internal import MartletModel

/// An item as a write found it.
struct OldItem {
    /// nil when there is none.
    let record: ItemRecord?
    /// Positions of indexes still being built that do not hold the item yet.
    var unbuiltIndexes: [Int] = []
    /// What vector indexes make of it, one for each; none when there is no item.
    var vectorViews: [VectorView] = []
}

/// One item as it was and as it will be.
struct ItemChange {
    let key: PreparedKey
    let old: OldItem
    /// nil deletes.
    let new: PreparedItem?
    /// Whether time to live deletes, which streams tell.
    var isExpiry = false
}

/// The write units that a change cost.
struct WriteUnits {
    var table: Double
    /// By position in the table's list of indexes; 0 for an index that was not touched.
    var indexes: [Double]
    /// Bytes written to vector indexes, by position; 0 for one whose view did not change.
    var vectorBytes: [Int] = []

    var total: Double { indexes.reduce(table, +) }
}

extension WriteTransaction {
    /// Reads an item, and all else that changing it will need, so that `apply` cannot fail.
    func oldItem(_ key: PreparedKey) throws(OperationError) -> OldItem {
        try prepareTally(key.table.id)
        if key.table.streamView != nil { try prepareCapture() }
        guard key.table.hasDerivedRows else {
            return OldItem(record: try record(of: key))
        }
        let definition = key.table.definition
        for index in definition.indexes { try prepareTally(index.id) }
        for index in definition.vectorIndexes { try prepareChanges(of: index) }
        let seen = seenItem(of: key)
        let found = if let seen { seen.record } else { try record(forKey: key.rowKey) }
        guard let record = found else { return OldItem(record: nil) }
        let vectorViews = seen?.vectorViews ?? definition.vectorViews(of: record)
        var unbuilt: [Int] = []
        for (position, index) in definition.indexes.enumerated() where index.status == .creating {
            guard let row = IndexRow(of: record, in: index, of: definition) else { continue }
            if try value(forKey: row.key) == nil { unbuilt.append(position) }
        }
        return OldItem(record: record, unbuiltIndexes: unbuilt, vectorViews: vectorViews)
    }

    /// Makes a change whose old item was read in this transaction. Cannot fail.
    @discardableResult
    func apply(_ change: ItemChange) -> WriteUnits {
        let table = change.key.table
        let old = change.old.record
        let oldBytes = old?.sizeBytes ?? 0
        let newBytes = change.new?.record.sizeBytes ?? 0
        var units = WriteUnits(table: 0, indexes: [])
        if table.hasDerivedRows {
            let definition = table.definition
            units.indexes = Array(repeating: 0, count: definition.indexes.count)
            units.vectorBytes = Array(repeating: 0, count: definition.vectorIndexes.count)
            let oldSaved = change.old.vectorViews.savedBytes(definition.vectorIndexes)
            let newSaved = change.new?.vectorViews.savedBytes(definition.vectorIndexes) ?? 0
            units.table = ConsumedCapacity.writeUnits(
                bytes: max(oldBytes - oldSaved, newBytes - newSaved))
        } else {
            units.table = ConsumedCapacity.writeUnits(bytes: max(oldBytes, newBytes))
        }
        if old == change.new?.record { return units }

        setItem(change.key, to: change.new?.record)
        if table.keepsHistory { addHistoryLine(change.key.rowKey, of: table.id, old: old) }
        adjustTally(
            table.id, items: (change.new == nil ? 0 : 1) - (old == nil ? 0 : 1),
            bytes: newBytes - oldBytes)
        if let view = table.streamView { capture(change, from: old, as: view) }
        guard table.hasDerivedRows else { return units }
        let definition = table.definition
        for (position, index) in definition.indexes.enumerated() {
            let isBuilt = !change.old.unbuiltIndexes.contains(position)
            let oldRow = isBuilt ? old.flatMap { IndexRow(of: $0, in: index, of: definition) } : nil
            let indexChange = IndexChange(from: oldRow, to: change.new?.indexRows[position])
            units.indexes[position] = apply(indexChange, to: index)
        }
        for (position, index) in definition.vectorIndexes.enumerated() {
            guard maintains(index, at: change.key.rowKey) else { continue }
            units.vectorBytes[position] = apply(
                from: old == nil ? nil : change.old.vectorViews[position],
                to: change.new?.vectorViews[position], at: change.key.rowKey, in: index)
        }
        let oldExpiry = old.flatMap {
            ExpiryKey(of: $0, under: change.key.rowKey, in: definition)?.bytes
        }
        if oldExpiry != change.new?.expiryKey {
            if let oldExpiry { delete(oldExpiry) }
            if let newExpiry = change.new?.expiryKey { put(newExpiry, []) }
        }
        return units
    }

    /// Which indexes a change writes to, by their positions.
    func indexesTouched(by change: ItemChange) -> [Bool] {
        let definition = change.key.table.definition
        return definition.indexes.enumerated().map { position, index in
            let isBuilt = !change.old.unbuiltIndexes.contains(position)
            let old =
                isBuilt
                ? change.old.record.flatMap { IndexRow(of: $0, in: index, of: definition) } : nil
            if case .none = IndexChange(from: old, to: change.new?.indexRows[position]) {
                return false
            }
            return true
        }
    }

    /// Makes a change to an index.
    /// - Returns: its write units. A moved entry is a delete and a put.
    private func apply(_ change: IndexChange, to index: IndexDefinition) -> Double {
        switch change {
        case .none:
            return 0
        case .insert(let row):
            put(row.key, row.record.bytes)
            adjustTally(index.id, items: 1, bytes: row.record.sizeBytes)
            return ConsumedCapacity.writeUnits(bytes: row.record.sizeBytes)
        case .remove(let row):
            delete(row.key)
            adjustTally(index.id, items: -1, bytes: -row.record.sizeBytes)
            return ConsumedCapacity.writeUnits(bytes: row.record.sizeBytes)
        case .replace(let old, let new):
            put(new.key, new.record.bytes)
            adjustTally(
                index.id, items: 0, bytes: new.record.sizeBytes - old.record.sizeBytes)
            return ConsumedCapacity.writeUnits(
                bytes: max(old.record.sizeBytes, new.record.sizeBytes))
        case .move(let old, let new):
            return apply(.remove(old), to: index) + apply(.insert(new), to: index)
        }
    }
}
