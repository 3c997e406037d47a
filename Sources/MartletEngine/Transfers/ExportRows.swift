// The items of an export: a copy of the table as of one moment, which the background makes as it
// makes backups, and which is read, deleted and never changed.

package import MartletCatalog
package import MartletEncoding
internal import MartletKeyValue

extension WriteTransaction {
    /// Begins to copy a table as of a point in its history.
    /// - Parameter since: copies only what changed from this point on, and notes what it was.
    /// - Returns: the id of the copy's rows.
    func beginExportCopy(
        of tableID: UInt32, until point: HistoryPoint, since: HistoryPoint? = nil
    ) -> UInt32 {
        let id = directory.nextID
        put(CatalogKey.nextID, CatalogKey.encode(nextID: id + 1))
        directory = directory.replacing(backup: id, with: nil, nextID: id + 1)
        begin(TableCopy(target: id, source: tableID, until: point, since: since))
        return id
    }
}

extension Engine {
    /// Whether all items of an export are there to be read.
    package func isReady(_ job: ExportJob) -> Bool { directory.copies[job.rowsID] == nil }

    /// How many items a copy that is under way, or complete, has under its id.
    package func copiedCount(to id: UInt32) throws(OperationError) -> Int {
        do throws(StorageError) {
            guard let stored = try store.value(forKey: CatalogKey.tally(id)) else { return 0 }
            do throws(CorruptRecord) {
                return try Tally(stored: stored).itemCount
            } catch {
                throw StorageError(error, in: "tally")
            }
        } catch {
            throw .storage(error)
        }
    }

    /// Calls `body` with each item of an export that is ready, in the order of a Scan, until it
    /// returns false.
    package func forEachItem(
        of job: ExportJob, _ body: (ItemRecord) -> Bool
    ) throws(OperationError) {
        do throws(StorageError) {
            let cursor = try store.cursor(
                over: .prefix(OrderedKey.tablePrefix(.item, job.rowsID)), .forward)
            while let (_, value) = try cursor.next(), body(try ItemRecord(stored: value)) {}
        } catch {
            throw .storage(error)
        }
    }
}

/// An item that changed between the two moments of an incremental export.
package struct ExportedChange: Sendable {
    /// Of the last change between the two, in microseconds since 1970.
    package var moment: UInt64
    /// What the item was at the first moment and is at the second; one of them may be nil.
    package var old: ItemRecord?
    package var new: ItemRecord?
}

extension Engine {
    /// Calls `body` with each change of an incremental export that is ready, in the order of a
    /// Scan, until it returns false. What came and went between the two moments is no change.
    package func forEachChange(
        of job: ExportJob, _ body: (ExportedChange) -> Bool
    ) throws(OperationError) {
        do throws(StorageError) {
            let items = OrderedKey.tablePrefix(.item, job.rowsID)
            let cursor = try store.cursor(
                over: .prefix(OrderedKey.tablePrefix(.change, job.rowsID)), .forward)
            while let (key, value) = try cursor.next() {
                let row: ChangeRow
                do throws(CorruptRecord) {
                    row = try ChangeRow(stored: value)
                } catch {
                    throw StorageError(error, in: "change")
                }
                let stored = try store.value(forKey: items + key[5...])
                let change = ExportedChange(
                    moment: row.moment, old: row.old,
                    new: try stored.map(ItemRecord.init(stored:)))
                if change.old == nil, change.new == nil { continue }
                guard body(change) else { return }
            }
        } catch {
            throw .storage(error)
        }
    }
}

/// Ends an export that was written, or that failed, and forgets its copy of the items.
package struct EndExport: WriteOperation {
    package var job: ExportJob

    package init(_ job: ExportJob) { self.job = job }

    package func prepare(in context: ReadContext) throws(OperationError) {}

    package func run(_ prepared: Void, in transaction: WriteTransaction) throws(OperationError) {
        if let copy = transaction.directory.copies[job.rowsID] { transaction.end(copy) }
        transaction.abandonRows(.item, job.rowsID)
        if job.request.incremental != nil { transaction.abandonRows(.change, job.rowsID) }
        transaction.dropTally(job.rowsID)
        transaction.save(job)
    }
}
