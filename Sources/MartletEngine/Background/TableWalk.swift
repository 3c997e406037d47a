internal import MartletCatalog
internal import MartletEncoding
internal import MartletKeyValue

extension BackgroundWork {
    /// Goes once over the items of a table and has `change` look at each of them on the commit
    /// thread, as it is by then. Items written meanwhile may or may not be met: the write path
    /// does for them what the walk would.
    ///
    /// - Returns: whether the walk came to its end; false when the engine is closing.
    func walk(
        _ table: TableDefinition,
        _ change:
            @escaping @Sendable (ItemRecord, _ rowKey: [UInt8], WriteTransaction)
            throws(OperationError) -> Void
    ) throws(StorageError) -> Bool {
        var range = KeyRange.prefix(OrderedKey.tablePrefix(.item, table.id))
        while !shouldStop {
            let cursor = try store.cursor(over: range, .forward)
            var found: [[UInt8]] = []
            while found.count < 256, let (key, _) = try cursor.next() { found.append(key) }
            guard let last = found.last else { return true }
            let keys = found
            try commit { (transaction) throws(OperationError) in
                for key in keys {
                    guard let record = try transaction.record(forKey: key) else { continue }
                    try change(record, key, transaction)
                }
            }
            range.lower = last + [0]
        }
        return false
    }
}
