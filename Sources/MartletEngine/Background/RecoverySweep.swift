internal import MartletCatalog
internal import MartletEncoding
internal import MartletKeyValue

/// Forgets histories beyond their tables' recovery periods, and backups that have expired.
struct RecoverySweep {
    private static let intervalSeconds = 60.0

    private var last: Timestamp?

    /// Runs when it is due. A clock that went back does not put it off.
    mutating func runIfDue(for work: BackgroundWork) throws(StorageError) {
        let now = work.options.clock.now
        if let last {
            let elapsed = now.secondsSince1970 - last.secondsSince1970
            guard elapsed < 0 || elapsed >= Self.intervalSeconds else { return }
        }
        for table in work.committer.directory.tables.values.sorted(by: { $0.id < $1.id }) {
            try Self.trim(table, at: now, for: work)
        }
        for id in work.committer.directory.backups.keys.sorted() {
            try Self.expire(id, at: now, for: work)
        }
        last = now
    }

    /// A copy that is under way needs the lines after its moment.
    private static func trim(
        _ table: Table, at now: Timestamp, for work: BackgroundWork
    ) throws(StorageError) {
        guard let recovery = table.definition.recovery else { return }
        let earliest = recovery.earliest(at: now).microsecondsSince1970
        let start = OrderedKey.tablePrefix(.history, table.id)
        let old = KeyRange(
            lower: start, upper: HistoryLine.key(table.id, HistoryPoint(moment: earliest)))
        guard try work.store.cursor(over: old, .forward).next() != nil else { return }
        try work.commit { (transaction) throws(OperationError) in
            let directory = transaction.directory
            guard directory.table(withID: table.id)?.definition.recovery == recovery,
                !directory.isCopied(table.id)
            else { return }
            transaction.deleteRange(old)
        }
    }

    private static func expire(
        _ id: UInt32, at now: Timestamp, for work: BackgroundWork
    ) throws(StorageError) {
        guard let expires = work.committer.directory.backups[id]?.expires, expires <= now else {
            return
        }
        try work.commit { (transaction) throws(OperationError) in
            guard let backup = transaction.directory.backups[id],
                !transaction.directory.copies.values.contains(where: {
                    $0.source == backup.rowsID
                })
            else { return }
            transaction.remove(backup)
        }
    }
}
