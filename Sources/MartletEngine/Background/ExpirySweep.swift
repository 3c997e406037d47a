internal import MartletCatalog
internal import MartletEncoding
internal import MartletIndexes
internal import MartletKeyValue

/// Deletes the items of a table whose time has come, by the one write path, so that their index
/// rows go with them. As on AWS, a time more than five years ago does not count: it is more
/// likely a mistake than an order.
struct ExpirySweep {
    private static let mistakeSeconds: UInt64 = 5 * 365 * 86_400

    let work: BackgroundWork
    let table: TableDefinition

    func run() throws(StorageError) {
        let now = UInt64(work.options.clock.now.secondsSince1970)
        let earliest = now > Self.mistakeSeconds ? now - Self.mistakeSeconds : 0
        let range = KeyRange(
            lower: ExpiryKey.start(table.id, seconds: earliest),
            upper: ExpiryKey.start(table.id, seconds: now))
        let table = table
        while !work.shouldStop {
            // Rows of a setting that came in the meantime are the next round's.
            guard let current = work.committer.directory.tables[table.name]?.definition,
                current.id == table.id, current.timeToLiveAttribute == table.timeToLiveAttribute
            else { return }
            let cursor = try work.store.cursor(over: range, .forward)
            var due: [[UInt8]] = []
            while due.count < 256, let (key, _) = try cursor.next() { due.append(key) }
            guard !due.isEmpty else { return }
            let keys = due
            try work.commit { (transaction) throws(OperationError) in
                guard transaction.expires(table),
                    let current = transaction.directory.tables[table.name]
                else { return }
                for key in keys { try transaction.expire(key, of: current) }
            }
        }
    }
}

extension WriteTransaction {
    /// Deletes the item that an expiry row is about, if the row still stands and the item still
    /// says so. A row that does not agree with its item goes alone.
    fileprivate func expire(_ expiryKey: [UInt8], of table: Table) throws(OperationError) {
        guard try value(forKey: expiryKey) != nil else { return }
        let rowKey = ExpiryKey.rowKey(fromExpiryKey: expiryKey, of: table.definition.id)
        guard let record = try record(forKey: rowKey),
            ExpiryKey(of: record, under: rowKey, in: table.definition)?.bytes == expiryKey
        else { return delete(expiryKey) }
        let key = try PreparedKey(inItem: record, of: table)
        apply(ItemChange(key: key, old: try oldItem(key), new: nil, isExpiry: true))
    }
}
