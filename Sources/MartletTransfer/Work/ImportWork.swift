internal import MartletCatalog
internal import MartletEngine
internal import MartletModel

/// Fills the table of an import.
struct ImportWork {
    let work: TransferWork
    let job: ImportJob

    func run() throws(OperationError) {
        var failure: TransferFailure?
        do throws(TransferFailure) {
            guard try pump() else { return }
        } catch {
            if error.isDatabase { return }
            failure = error
        }
        // As the last piece left it.
        guard var job = try work.engine.job(ImportJob.self, job.id) else { return }
        if failure == nil, job.errorCount > 0, job.importedCount == 0 { failure = .noValidItem }
        job.status = failure == nil ? .completed : .failed
        job.failure = failure
        job.ended = work.now
        try work.engine.run(EndImport(job))
    }

    /// - Returns: false when the work is to stop.
    private func pump() throws(TransferFailure) -> Bool {
        let input = job.input
        let definition = job.definition
        let bucket = try work.folders.bucket(input.source.bucket)
        let objects = try bucket.objects(prefix: input.source.prefix ?? "")
        guard !objects.isEmpty else { throw .noObjects }
        let pump = ObjectPump<ImportJob>(
            work: work, id: job.id, tableID: definition.id, bucket: bucket, objects: objects,
            open: { makeRecordReader($0, input, definition) },
            compression: input.compression,
            advance: { job, records, position in
                job.position = position.position
                job.processedBytes += position.plainBytes
                job.processedCount += records.count
                for record in records {
                    if record.isPut {
                        job.importedCount += 1
                    } else {
                        job.errorCount += 1
                    }
                }
            },
            settled: { _, _ in true })
        return try pump.run(from: job.position)
    }
}

extension TransferFailure {
    fileprivate static let noValidItem = TransferFailure(
        code: "ItemValidationError",
        message: "Some of the items failed validation checks and were not imported. Please check "
            + "CloudWatch error logs for more details.")
}
