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
                if !isSound { report(.unreadableCopy, nil, indexName: nil) }
                continue
            }
            guard let record = try? ItemRecord(verifying: value),
                let copy = try? TableCopy(record: record), copy.recordKey == key
            else {
                report(.unreadableCopy, nil, indexName: nil)
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
                report(.unreadableBackup, nil, indexName: nil)
                continue
            }
            backupRowIDs.insert(backup.rowsID)
            found.append(backup)
        }
        for backup in found { try checkItems(of: backup) }
        let exportRowIDs = try checkTransfers()
        backupRowIDs.formUnion(exportRowIDs)
        for copy in self.copies.values {
            let isBackup = found.contains { $0.id == copy.target && $0.status == .creating }
            let isTable = tables.contains {
                $0.id == copy.target && $0.restored?.isInProgress == true
            }
            let hasSource = tableIDs.contains(copy.source) || backupRowIDs.contains(copy.source)
            let isExport = exportRowIDs.contains(copy.target)
            if !(isBackup || isTable || isExport) || !hasSource {
                report(.strayCopy, nil, indexName: nil)
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
                report(.unreadableItem, backup.table, indexName: nil)
                continue
            }
            tally.sizeBytes += record.sizeBytes
            guard let primary = try? backup.table.key.primaryKey(ofItem: record),
                primary.rowKey(inTable: backup.rowsID) == key
            else {
                report(.misplacedItem, backup.table, indexName: nil)
                continue
            }
        }
        try compare(tally, id: backup.rowsID, backup.table)
        if backup.status == .available, tally.itemCount != backup.itemCount {
            report(.wrongItemCount, backup.table, indexName: nil)
        }
    }

    mutating func checkHistory(of table: TableDefinition) throws(StorageError) {
        let cursor = try rows.cursor(
            over: .prefix(OrderedKey.tablePrefix(.history, table.id)), .forward)
        while let (key, value) = try cursor.next() {
            let isSound =
                (try? HistoryLine.moment(inKey: key)) != nil
                && (try? HistoryLine(stored: value)) != nil
            if !isSound { report(.unreadableHistoryLine, table, indexName: nil) }
        }
    }

    /// Whether a table may have a history.
    func keepsHistory(_ id: UInt32) -> Bool {
        tables.contains { $0.id == id && $0.recovery != nil }
            || copies.values.contains { $0.source == id && $0.until != nil }
    }
}
