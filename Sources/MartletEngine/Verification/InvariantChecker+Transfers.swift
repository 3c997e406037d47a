// What holds of exports, imports and bulk puts.

internal import MartletCatalog
internal import MartletEncoding
internal import MartletKeyValue

extension InvariantChecker {
    /// Reads the jobs.
    /// - Returns: the ids of the items that exports under way have.
    mutating func checkTransfers() throws(StorageError) -> Set<UInt32> {
        var exportRowIDs: Set<UInt32> = []
        try forEachJob(ExportJob.self) { job in
            if job.isUnderway { exportRowIDs.insert(job.rowsID) }
        }
        for id in exportRowIDs.sorted() { try checkChanges(id) }
        try forEachJob(ImportJob.self) { _ in }
        try forEachJob(BulkPutJob.self) { _ in }
        return exportRowIDs
    }

    private mutating func checkChanges(_ id: UInt32) throws(StorageError) {
        let cursor = try rows.cursor(over: .prefix(OrderedKey.tablePrefix(.change, id)), .forward)
        while let (_, value) = try cursor.next() {
            if (try? ChangeRow(stored: value)) == nil {
                report(.unreadableTransfer, nil, indexName: nil)
            }
        }
    }

    private mutating func forEachJob<Job: TransferJob>(
        _ type: Job.Type, _ body: (Job) -> Void
    ) throws(StorageError) {
        let cursor = try rows.cursor(over: .prefix(TransferKey.jobs(Job.kind)), .forward)
        while let (key, value) = try cursor.next() {
            guard let record = try? ItemRecord(verifying: value),
                let job = try? Job(record: record), job.key == key
            else {
                report(.unreadableTransfer, nil, key: key)
                continue
            }
            body(job)
        }
    }
}
