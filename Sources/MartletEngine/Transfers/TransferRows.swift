// Rows of jobs, as operations and the threads that do the jobs read and write them.

package import MartletCatalog
internal import MartletEncoding
internal import MartletKeyValue

enum TransferRows {
    /// Jobs are listed for so long, and a token counts for so long.
    static let (listedSeconds, tokenSeconds) = (90 * 86_400.0, 8 * 3600.0)

    static func job<Job: TransferJob>(
        _ type: Job.Type, stored bytes: [UInt8]
    ) throws(StorageError) -> Job {
        do throws(CorruptRecord) {
            return try Job(record: ItemRecord(verifying: bytes))
        } catch {
            throw StorageError(error, in: "transfer")
        }
    }

    /// The jobs of a kind, the latest first.
    ///
    /// - Parameters:
    ///   - id: those before this one; nil for all.
    ///   - take: is given each, until it wants no more.
    static func forEach<Job: TransferJob>(
        _ type: Job.Type, in store: any KeyValueReadable, before id: TransferID? = nil,
        _ take: (Job) -> Bool
    ) throws(StorageError) {
        var range = KeyRange.prefix(TransferKey.jobs(Job.kind))
        if let id { range.upper = TransferKey.job(Job.kind, id) }
        let cursor = try store.cursor(over: range, .reverse)
        while let (_, value) = try cursor.next() {
            if !take(try job(type, stored: value)) { return }
        }
    }
}

extension ReadContext {
    func job<Job: TransferJob>(
        _ type: Job.Type, _ id: TransferID
    ) throws(OperationError) -> Job? {
        do throws(StorageError) {
            guard let bytes = try store.value(forKey: TransferKey.job(Job.kind, id)) else {
                return nil
            }
            return try TransferRows.job(type, stored: bytes)
        } catch {
            throw .storage(error)
        }
    }

    /// How many jobs of a kind have something left to do.
    func underwayCount<Job: TransferJob>(_ type: Job.Type) throws(OperationError) -> Int {
        var count = 0
        do throws(StorageError) {
            try TransferRows.forEach(type, in: store) { job in
                if job.isUnderway { count += 1 }
                return true
            }
        } catch {
            throw .storage(error)
        }
        return count
    }

    /// A page of the jobs of a kind, the latest first, without those of more than 90 days ago.
    func jobs<Job: TransferJob>(
        _ type: Job.Type, of table: TableName?, before id: TransferID?, limit: Int
    ) throws(OperationError) -> (jobs: [Job], next: TransferID?) {
        let horizon = options.clock.now.secondsSince1970 - TransferRows.listedSeconds
        var found: [Job] = []
        do throws(StorageError) {
            try TransferRows.forEach(type, in: store, before: id) { job in
                if job.started.secondsSince1970 < horizon { return false }
                if table.map({ $0 == job.table }) ?? true { found.append(job) }
                return found.count <= limit
            }
        } catch {
            throw .storage(error)
        }
        let hasMore = found.count > limit
        if hasMore { found.removeLast() }
        return (found, hasMore ? found.last?.id : nil)
    }
}

extension WriteTransaction {
    func job<Job: TransferJob>(
        _ type: Job.Type, _ id: TransferID
    ) throws(OperationError) -> Job? {
        guard let bytes = try value(forKey: TransferKey.job(Job.kind, id)) else { return nil }
        do throws(StorageError) {
            return try TransferRows.job(type, stored: bytes)
        } catch {
            throw .storage(error)
        }
    }

    func save<Job: TransferJob>(_ job: Job) { put(job.key, job.record.bytes) }

    func newTransferID() -> TransferID {
        TransferID(now: now, random: .random(in: .min ... .max))
    }

    /// The job that a request with this token began, if the token still counts.
    func job<Job: TransferJob>(
        _ type: Job.Type, token: String?
    ) throws(OperationError) -> Job? {
        guard let token else { return nil }
        guard let bytes = try value(forKey: TransferKey.token(token, Job.kind)),
            let id = TransferID(String(decoding: bytes, as: UTF8.self)),
            let job = try job(type, id)
        else { return nil }
        let end = job.ended ?? now
        let isAlive =
            now.secondsSince1970 - end.secondsSince1970 < TransferRows.tokenSeconds
        return isAlive ? job : nil
    }

    func remember<Job: TransferJob>(tokenOf job: Job) {
        guard let token = job.clientToken else { return }
        put(TransferKey.token(token, Job.kind), Array(job.id.description.utf8))
    }
}

// MARK: - For those who do the jobs

extension Engine {
    /// The jobs of a kind that have something left to do, the earliest first.
    package func jobsUnderway<Job: TransferJob>(
        _ type: Job.Type
    ) throws(OperationError) -> [Job] {
        var jobs: [Job] = []
        do throws(StorageError) {
            try TransferRows.forEach(type, in: store) { job in
                if job.isUnderway { jobs.append(job) }
                return true
            }
        } catch {
            throw .storage(error)
        }
        return jobs.reversed()
    }

    package func job<Job: TransferJob>(
        _ type: Job.Type, _ id: TransferID
    ) throws(OperationError) -> Job? {
        try readContext.job(type, id)
    }
}

/// Writes down how far a job has come, or how it ended.
package struct SaveTransfer<Job: TransferJob>: WriteOperation {
    package var job: Job

    package init(_ job: Job) { self.job = job }

    package func prepare(in context: ReadContext) throws(OperationError) {}

    package func run(_ prepared: Void, in transaction: WriteTransaction) throws(OperationError) {
        transaction.save(job)
    }
}

/// Forgets jobs that are no longer listed, and tokens of jobs that are gone.
package struct ForgetTransfers: WriteOperation {
    package init() {}

    package func prepare(in context: ReadContext) throws(OperationError) -> [[UInt8]] {
        let horizon = context.options.clock.now.secondsSince1970 - TransferRows.listedSeconds
        var keys: [[UInt8]] = []
        func collect<Job: TransferJob>(_ type: Job.Type) throws(StorageError) {
            try TransferRows.forEach(type, in: context.store) { job in
                if !job.isUnderway, job.started.secondsSince1970 < horizon {
                    keys.append(job.key)
                    if let token = job.clientToken {
                        keys.append(TransferKey.token(token, Job.kind))
                    }
                }
                return true
            }
        }
        do throws(StorageError) {
            try collect(ExportJob.self)
            try collect(ImportJob.self)
            try collect(BulkPutJob.self)
        } catch {
            throw .storage(error)
        }
        return keys
    }

    package func run(
        _ prepared: [[UInt8]], in transaction: WriteTransaction
    ) throws(OperationError) {
        for key in prepared { transaction.delete(key) }
    }
}
