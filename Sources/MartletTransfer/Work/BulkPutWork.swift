internal import Glibc
internal import MartletCatalog
internal import MartletEngine
internal import MartletModel

private typealias IndexNames = (
    secondary: [BulkPutJob.IndexName], vector: [BulkPutJob.IndexName]
)

/// Puts the items of a bulk put, and writes its reports.
struct BulkPutWork {
    let work: TransferWork
    let job: BulkPutJob

    func run() throws(OperationError) {
        var failure: TransferFailure?
        do throws(TransferFailure) {
            guard try pump() else { return }
        } catch {
            if error.isDatabase { return }
            failure = error
        }
        // As the last piece, or a request to cancel, left it.
        guard var job = try work.engine.job(BulkPutJob.self, job.id) else { return }
        job.failure = failure
        if failure != nil {
            job.status = .failed
        } else if job.status == .cancelling {
            job.status = .cancelled
            job.failure = .cancelled
        } else {
            job.status = job.failedCount > 0 ? .completedWithErrors : .completed
        }
        job.ended = work.now
        try work.engine.run(SaveTransfer(job))
    }

    /// - Returns: false when the work is to stop.
    private func pump() throws(TransferFailure) -> Bool {
        let request = job.request
        let bucket = try work.folders.bucket(request.source.bucket)
        let output = try work.folders.bucket(request.output.bucket)
        let objects = try bucket.objects(prefix: request.source.prefix ?? "")
        guard !objects.isEmpty else { throw .noObjects }
        let totalBytes = objects.reduce(0) { $0 + $1.sizeBytes }
        let reports = try BulkPutReports(job, in: output)
        let pace = Pace(unitsPerSecond: request.maxWriteUnits)
        let indexNames = try indexNames()
        var isCancelled = false
        let pump = ObjectPump<BulkPutJob>(
            work: work, id: job.id, tableID: job.tableID, bucket: bucket, objects: objects,
            open: { JSONLines($0, takesConditions: true) },
            compression: request.compression ?? .none,
            advance: { job, records, position in
                job.position = position.position
                job.processedBytes = position.takenBytes
                job.totalBytes = totalBytes
                job.processedCount += records.count
                for record in records { job.note(record, indexNames) }
                job.report(records)
            },
            settled: { job, outcomes throws(TransferFailure) in
                try reports.write(job)
                pace.wait(for: outcomes, unless: { work.isStopping })
                isCancelled = job.status == .cancelling
                return !isCancelled
            })
        let isWhole = try pump.run(from: job.position)
        return isWhole || isCancelled
    }

    /// Of the table's secondary indexes, then of its vector indexes, in its order.
    private func indexNames() throws(TransferFailure) -> IndexNames {
        guard let table = work.engine.directory.tables[job.table]?.definition,
            table.id == job.tableID
        else { throw .noTable }
        return (
            table.indexes.map { $0.kind == .local ? .local($0.name) : .global($0.name) },
            table.vectorIndexes.map { .vector($0.name) }
        )
    }
}

extension BulkPutJob {
    fileprivate mutating func note(_ record: PumpedRecord, _ names: IndexNames) {
        switch record.result {
        case .done(.put(let tableBytes, let indexBytes, let vectorBytes)):
            tableUsage += tableBytes
            for (name, bytes) in zip(names.secondary, indexBytes) where bytes > 0 {
                indexUsage[name, default: 0] += bytes
            }
            for (name, bytes) in zip(names.vector, vectorBytes) where bytes > 0 {
                indexUsage[name, default: 0] += bytes
            }
        case .done(.conditionFailed): unmetCount += 1
        case .done(.refused), .faulty: failedCount += 1
        }
    }
}

extension TransferFailure {
    fileprivate static let cancelled = TransferFailure(
        code: "UserCancelled", message: "The bulk operation was cancelled by a request")
}

/// Keeps a job below a rate of write units.
private final class Pace {
    private let unitsPerSecond: Int?
    private let start = ContinuousClock.now
    private var units = 0

    init(unitsPerSecond: Int?) { self.unitsPerSecond = unitsPerSecond }

    func wait(for outcomes: [TransferOutcome], unless isOver: () -> Bool) {
        guard let unitsPerSecond else { return }
        for case .put(let tableBytes, let indexBytes, _) in outcomes {
            for bytes in [tableBytes] + indexBytes { units += (bytes + 1023) / 1024 }
        }
        let due = start + .seconds(Double(units) / Double(unitsPerSecond))
        while ContinuousClock.now < due, !isOver() { pauseBriefly() }
    }
}
