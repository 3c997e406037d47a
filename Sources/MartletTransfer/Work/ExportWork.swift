// Writes an export: data files, then the manifests, which tell that all of it is there. The rows are
// a copy that does not change, so an export that was broken off is written again from its beginning:
// the same lines into files of the same names.

internal import MartletCatalog
internal import MartletEncoding
internal import MartletEngine
internal import MartletModel
internal import MartletWire

struct ExportWork {
    let work: TransferWork
    var job: ExportJob

    init(work: TransferWork, job: ExportJob) {
        self.work = work
        self.job = job
    }

    mutating func run() throws(OperationError) {
        let bucket: Bucket
        do throws(TransferFailure) {
            bucket = try work.folders.bucket(job.request.target.bucket)
            try bucket.write([], to: job.keyPrefix + "_started")
        } catch {
            return try end(with: error)
        }
        while !work.engine.isReady(job) {
            if work.isStopping { return }
            pauseBriefly()
        }
        do throws(TransferFailure) {
            guard let files = try writeFiles(to: bucket) else { return }
            job.status = .completed
            job.ended = work.now
            try ExportManifest(job: job, owner: work.engine.options.owner).write(files, to: bucket)
        } catch {
            ExportFiles.remove(of: job, in: bucket)
            return try end(with: error)
        }
        try work.engine.run(EndExport(job))
    }

    private mutating func end(with failure: TransferFailure) throws(OperationError) {
        if failure.isDatabase { return }
        job.status = .failed
        job.ended = work.now
        job.failure = failure
        try work.engine.run(EndExport(job))
    }

    // MARK: Data

    /// Writes the data files; nil when the work is to stop.
    private mutating func writeFiles(
        to bucket: Bucket
    ) throws(TransferFailure) -> [ExportManifest.DataFile]? {
        let filter = try ExportFilter(job.request.filter)
        let files = try ExportFiles(
            of: job, in: bucket,
            mustStop: { [work] count in
                work.note(writtenCount: count)
                return work.isStopping
            })
        do throws(OperationError) {
            if let incremental = job.request.incremental {
                job.billedBytes = try writeChanges(incremental.view, to: files)
            } else {
                job.billedBytes = try writeItems(filter, to: files)
            }
        } catch {
            throw .database
        }
        if let failure = files.failure { throw failure }
        if files.isStopped { return nil }
        job.itemCount = files.itemCount
        return try files.finish()
    }

    /// - Returns: how many bytes the items have, whether they are exported or not.
    private func writeItems(
        _ filter: ExportFilter, to files: ExportFiles
    ) throws(OperationError) -> Int {
        var byteCount = 0
        try work.engine.forEachItem(of: job) { record in
            byteCount += record.sizeBytes
            guard let returned = filter.apply(to: record) else { return true }
            return files.add { writer in
                writer.member("Item")
                returned.writeJSON(to: &writer)
            }
        }
        return byteCount
    }

    /// - Returns: how many bytes the images have.
    private func writeChanges(
        _ view: ExportJob.View, to files: ExportFiles
    ) throws(OperationError) -> Int {
        var byteCount = 0
        let names = job.keyNames
        try work.engine.forEachChange(of: job) { change in
            byteCount += (change.old?.sizeBytes ?? 0) + (change.new?.sizeBytes ?? 0)
            guard let image = change.new ?? change.old else { return true }
            return files.add { writer in
                writer.member("Metadata")
                writer.beginObject()
                writer.member("WriteTimestampMicros")
                writer.beginObject()
                writer.member("N")
                writer.string(String(change.moment))
                writer.endObject()
                writer.endObject()
                writer.member("Keys")
                ReturnedItem.item(image.key(names)).writeJSON(to: &writer)
                if view == .newAndOldImages, let old = change.old {
                    writer.member("OldImage")
                    ReturnedItem.record(old).writeJSON(to: &writer)
                }
                if let new = change.new {
                    writer.member("NewImage")
                    ReturnedItem.record(new).writeJSON(to: &writer)
                }
            }
        }
        return byteCount
    }
}

extension ItemRecord {
    /// The attributes of these names.
    fileprivate func key(_ names: [Text]) -> Item {
        let item = item
        var key = Item(minimumCapacity: names.count)
        for name in names { key[name] = item[name] }
        return key
    }
}
