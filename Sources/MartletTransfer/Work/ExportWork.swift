// Writes an export: data files, then the manifests, which tell that all of it is there. The items are
// a copy that does not change, so an export that was broken off is written again from its beginning.

internal import MartletCatalog
internal import MartletEncoding
internal import MartletEngine
internal import MartletExpressions
internal import MartletModel
internal import MartletWire

struct ExportWork {
    /// A data file is ended after so many bytes before compression.
    private static let fileBytes = 256 << 20
    /// Items become JSON in pieces of about this size.
    private static let pieceBytes = 256 << 10

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
            bucket.removeFolder(job.keyPrefix + "data")
            guard let files = try writeItems(to: bucket) else { return }
            job.status = .completed
            job.ended = work.now
            try ExportManifest(job: job, owner: work.engine.options.owner).write(files, to: bucket)
        } catch {
            bucket.removeFolder(job.keyPrefix + "data")
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

    // MARK: Items

    /// Writes the data files; nil when the work is to stop.
    private mutating func writeItems(
        to bucket: Bucket
    ) throws(TransferFailure) -> [ExportManifest.DataFile]? {
        let filter = try ExportFilter(job.request.filter)
        var files: [ExportManifest.DataFile] = []
        var open = try DataFileWriter(bucket, job)
        var piece: [UInt8] = []
        var writer = JSONWriter(capacityBytes: 64 << 10)
        var failure: TransferFailure?
        var (itemCount, byteCount) = (0, 0)
        var isStopping = false
        let work = work
        let job = job
        do throws(OperationError) {
            try work.engine.forEachItem(of: job) { record in
                byteCount += record.sizeBytes
                guard let returned = filter.apply(to: record) else { return true }
                itemCount += 1
                writer.removeAll()
                writer.beginObject()
                writer.member("Item")
                returned.writeJSON(to: &writer)
                writer.endObject()
                writer.withBytes { piece.append(contentsOf: $0) }
                piece.append(UInt8(ascii: "\n"))
                open.itemCount += 1
                guard piece.count >= Self.pieceBytes else { return true }
                isStopping = work.isStopping
                do throws(TransferFailure) {
                    try open.write(piece)
                    piece.removeAll(keepingCapacity: true)
                    if open.plainBytes >= Self.fileBytes {
                        files.append(try open.finish())
                        open = try DataFileWriter(bucket, job)
                    }
                } catch {
                    failure = error
                }
                return failure == nil && !isStopping
            }
        } catch {
            throw .database
        }
        if let failure { throw failure }
        if isStopping { return nil }
        try open.write(piece)
        files.append(try open.finish())
        self.job.itemCount = itemCount
        self.job.billedBytes = byteCount
        return files
    }
}

/// A data file that is being written.
private struct DataFileWriter {
    private let key: String
    private let writer: GzipObjectWriter
    var itemCount = 0

    /// Names are drawn anew, as the service's are.
    init(_ bucket: Bucket, _ job: ExportJob) throws(TransferFailure) {
        let letters = Array("abcdefghijklmnopqrstuvwxyz234567")
        let name = String((0..<26).map { _ in letters.randomElement()! })
        key = job.keyPrefix + "data/\(name).json.gz"
        writer = try GzipObjectWriter(try bucket.create(key))
    }

    var plainBytes: Int { writer.plainBytes }

    func write(_ bytes: [UInt8]) throws(TransferFailure) { try writer.write(bytes) }

    func finish() throws(TransferFailure) -> ExportManifest.DataFile {
        ExportManifest.DataFile(key: key, itemCount: itemCount, md5: try writer.finish())
    }
}
