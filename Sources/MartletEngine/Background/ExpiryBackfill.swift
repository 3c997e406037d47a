internal import MartletCatalog
internal import MartletEncoding
internal import MartletIndexes
internal import MartletKeyValue

/// Finds the expiry times of items that were there before time to live was enabled. A marker row
/// says that this is still to be done, so that a restart does not forget it. Its value is a number
/// that names the enabling: a walk must not end the work of one that came after it began.
struct ExpiryBackfill {
    let work: BackgroundWork
    let table: TableDefinition

    /// The marker sorts before the table's expiry rows and goes when they go.
    static func markerKey(_ tableID: UInt32) -> [UInt8] {
        OrderedKey.tablePrefix(.expiry, tableID)
    }

    func run() throws(StorageError) {
        let table = table
        let marker = Self.markerKey(table.id)
        guard let enabling = try work.store.value(forKey: marker) else { return }
        let isComplete = try work.walk(table) {
            (item, rowKey, transaction) throws(OperationError) in
            guard transaction.expires(table),
                let expiry = ExpiryKey(of: item, under: rowKey, in: table)
            else { return }
            transaction.put(expiry.bytes, [])
        }
        guard isComplete else { return }
        try work.commit { (transaction) throws(OperationError) in
            if try transaction.value(forKey: marker) == enabling { transaction.delete(marker) }
        }
    }
}

extension WriteTransaction {
    /// Whether the table is still there and its items expire by the same attribute.
    func expires(_ table: TableDefinition) -> Bool {
        guard let current = directory.tables[table.name]?.definition else { return false }
        return current.id == table.id && current.timeToLiveAttribute == table.timeToLiveAttribute
    }
}
