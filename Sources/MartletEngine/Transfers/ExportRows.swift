// The items of an export: a copy of the table as of one moment, which the background makes as it
// makes backups, and which is read, deleted and never changed.

package import MartletCatalog
package import MartletEncoding
internal import MartletKeyValue

extension WriteTransaction {
    /// Begins to copy a table as of a point in its history.
    /// - Returns: the id of the copy's rows.
    func beginExportCopy(of tableID: UInt32, until point: HistoryPoint) -> UInt32 {
        let id = directory.nextID
        put(CatalogKey.nextID, CatalogKey.encode(nextID: id + 1))
        directory = directory.replacing(backup: id, with: nil, nextID: id + 1)
        begin(TableCopy(target: id, source: tableID, until: point))
        return id
    }
}

extension Engine {
    /// Whether all items of an export are there to be read.
    package func isReady(_ job: ExportJob) -> Bool { directory.copies[job.rowsID] == nil }

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

/// Ends an export that was written, or that failed, and forgets its copy of the items.
package struct EndExport: WriteOperation {
    package var job: ExportJob

    package init(_ job: ExportJob) { self.job = job }

    package func prepare(in context: ReadContext) throws(OperationError) {}

    package func run(_ prepared: Void, in transaction: WriteTransaction) throws(OperationError) {
        if let copy = transaction.directory.copies[job.rowsID] { transaction.end(copy) }
        transaction.abandonRows(.item, job.rowsID)
        transaction.dropTally(job.rowsID)
        transaction.save(job)
    }
}
