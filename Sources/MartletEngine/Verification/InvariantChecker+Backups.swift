// What holds of backups, copies and histories.

internal import MartletCatalog
internal import MartletEncoding
internal import MartletKeyValue
internal import MartletModel

extension InvariantChecker {
    /// Reads backups and copies, and counts what the backups have.
    mutating func checkBackups() throws(StorageError) {
        let copies = try rows.cursor(over: .prefix(TableCopy.keys), .forward)
        while let (key, value) = try copies.next() {
            guard key.count == OrderedKey.tablePrefix(.copy, 0).count else {
                let isSound = (try? TableCopy.Progress(stored: value)) != nil
                if !isSound { report(.unreadableCopy, nil, key: key) }
                continue
            }
            guard let record = try? ItemRecord(verifying: value),
                let copy = try? TableCopy(record: record), copy.recordKey == key
            else {
                report(.unreadableCopy, nil, key: key)
                continue
            }
            self.copies[copy.target] = copy
        }
        var found: [BackupDefinition] = []
        let cursor = try rows.cursor(over: .prefix(BackupDefinition.keys), .forward)
        while let (key, value) = try cursor.next() {
            guard let record = try? ItemRecord(verifying: value),
                let backup = try? BackupDefinition(record: record), backup.recordKey == key
            else {
                report(.unreadableBackup, nil, key: key)
                continue
            }
            backupRowIDs.insert(backup.rowsID)
            found.append(backup)
        }
        for backup in found { try checkItems(of: backup) }
        let exportRowIDs = try checkTransfers()
        backupRowIDs.formUnion(exportRowIDs)
        for backup in found where backup.status == .creating && self.copies[backup.id] == nil {
            report(.strandedCopy, backup.table, key: backup.recordKey)
        }
        for copy in self.copies.values.sorted(by: { $0.target < $1.target }) {
            let isBackup = found.contains { $0.id == copy.target && $0.status == .creating }
            let isTable = tables.contains {
                $0.id == copy.target && $0.restored?.isInProgress == true
            }
            let hasSource = tableIDs.contains(copy.source) || backupRowIDs.contains(copy.source)
            let isExport = exportRowIDs.contains(copy.target)
            if !(isBackup || isTable || isExport) || !hasSource {
                report(.strayCopy, nil, key: copy.recordKey)
            }
        }
    }

    private mutating func checkItems(of backup: BackupDefinition) throws(StorageError) {
        var tally = Tally()
        let prefix = OrderedKey.tablePrefix(.item, backup.rowsID)
        let cursor = try rows.cursor(over: .prefix(prefix), .forward)
        while let (key, value) = try cursor.next() {
            tally.itemCount += 1
            guard let record = try? ItemRecord(verifying: value) else {
                report(.unreadableItem, backup.table, key: key)
                continue
            }
            tally.sizeBytes += record.sizeBytes
            guard let primary = try? backup.table.key.primaryKey(ofItem: record),
                primary.rowKey(inTable: backup.rowsID) == key
            else {
                report(.misplacedItem, backup.table, key: key)
                continue
            }
        }
        try compare(tally, id: backup.rowsID, backup.table)
        if backup.status == .available, tally.itemCount != backup.itemCount {
            report(
                InvariantFault(
                    problem: .wrongItemCount, tableName: backup.table.name, table: backup.table,
                    key: backup.recordKey, counted: tally))
        }
    }

    /// Every line is whole. A write that changes nothing leaves none, so what lines in a row say that
    /// an item was, and what it is now, differ: a deep check compares them by hashes.
    mutating func checkHistory(of table: TableDefinition) throws(StorageError) {
        var states: [UInt64: (old: UInt64, lineKey: [UInt8], itemKey: [UInt8])] = [:]
        let cursor = try rows.cursor(
            over: .prefix(OrderedKey.tablePrefix(.history, table.id)), .forward)
        while let (key, value) = try cursor.next() {
            guard (try? HistoryLine.moment(inKey: key)) != nil,
                let line = try? HistoryLine(stored: value)
            else {
                report(.unreadableHistoryLine, table, key: key)
                continue
            }
            guard isDeep else { continue }
            let itemKey = Array(line.itemKey)
            let item = itemKey.withUnsafeBytes(OrderedKey.partitionHash)
            let old = Self.hash(line.record?.bytes)
            if states[item]?.old == old { report(.idleHistoryLine, table, key: key) }
            states[item] = (old, key, itemKey)
        }
        for (_, state) in states.sorted(by: { $0.key < $1.key }) {
            let itemKey = OrderedKey.tablePrefix(.item, table.id) + state.itemKey
            if Self.hash(try rows.value(forKey: itemKey)) == state.old {
                report(.idleHistoryLine, table, key: state.lineKey)
            }
        }
    }

    /// Of an item's record; 0 for none.
    private static func hash(_ record: [UInt8]?) -> UInt64 {
        record.map { $0.withUnsafeBytes(OrderedKey.partitionHash) } ?? 0
    }

    /// Whether a table may have a history.
    func keepsHistory(_ id: UInt32) -> Bool {
        tables.contains { $0.id == id && $0.recovery != nil }
            || copies.values.contains { $0.source == id && $0.until != nil }
    }
}
