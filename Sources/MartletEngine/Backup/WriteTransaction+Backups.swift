// What writes leave in histories, and how backups and copies come and go.

internal import MartletCatalog
internal import MartletEncoding
internal import MartletKeyValue
internal import MartletModel

extension WriteTransaction {
    // MARK: History

    /// The moment of the write that runs now, in microseconds since 1970: not before that of any
    /// write before it, whatever the clock does.
    func moment() -> UInt64 {
        if let currentMoment { return currentMoment }
        let now = options.clock.now.microsecondsSince1970
        if now > memory.historyPoint.moment { memory.historyPoint = HistoryPoint(moment: now) }
        currentMoment = memory.historyPoint.moment
        return memory.historyPoint.moment
    }

    /// The place in histories after all changes so far.
    func historyPoint() -> HistoryPoint {
        _ = moment()
        return memory.historyPoint
    }

    /// Notes what an item was before the write that runs now.
    func addHistoryLine(_ rowKey: [UInt8], of tableID: UInt32, old record: ItemRecord?) {
        append(HistoryLine.key(tableID, historyPoint()), HistoryLine.value(rowKey, old: record))
        memory.historyPoint.ordinal += 1
    }

    /// Forgets a table's history if nothing needs it any more.
    func releaseHistory(of tableID: UInt32) {
        guard directory.table(withID: tableID)?.keepsHistory != true else { return }
        deleteRows(.history, tableID)
    }

    // MARK: Backups

    /// Stores a new or changed backup.
    func save(_ backup: BackupDefinition, nextID: UInt32? = nil) {
        put(backup.recordKey, backup.record.bytes)
        if let nextID { put(CatalogKey.nextID, CatalogKey.encode(nextID: nextID)) }
        directory = directory.replacing(backup: backup.id, with: backup, nextID: nextID)
    }

    /// Deletes a backup with its items.
    func remove(_ backup: BackupDefinition) {
        delete(backup.recordKey)
        abandonRows(.item, backup.rowsID)
        dropTally(backup.rowsID)
        directory = directory.replacing(backup: backup.id, with: nil)
    }

    /// A label that no backup of the table has.
    func newLabel(of table: TableName, isSystem: Bool) -> String {
        var time = Timestamp(microsecondsSince1970: moment())
        while true {
            let number = isSystem ? 0 : UInt32.random(in: 1 ... .max)
            let label = BackupDefinition.label(at: time, number: number)
            if directory.backup(of: table, labelled: label) == nil { return label }
            time.secondsSince1970 += 0.001
        }
    }

    // MARK: Copies

    /// From now on the background copies items.
    func begin(_ copy: TableCopy) {
        put(copy.recordKey, copy.record.bytes)
        directory = directory.replacing(copyTo: copy.target, with: copy)
    }

    /// All items have arrived.
    func end(_ copy: TableCopy) {
        delete(copy.recordKey)
        delete(copy.progressKey)
        directory = directory.replacing(copyTo: copy.target, with: nil)
        releaseHistory(of: copy.source)
        if var backup = directory.backups[copy.target] {
            backup.status = .available
            save(backup)
        }
    }

    /// Whether the copy is still under way.
    func continues(_ copy: TableCopy) -> Bool { directory.copies[copy.target] == copy }
}

extension Table {
    /// Control operations leave a table alone until it is there.
    func requireReady() throws(OperationError) {
        guard isReady else { throw .resourceInUse(notReadyText) }
    }

    var notReadyText: String {
        "Attempt to change a resource which is still in use: "
            + "Table is being created: \(definition.name)"
    }
}
