// The data files of an export: lines of JSON in gzip, in a new file after so many bytes.
//
// A file's name looks drawn, as the service's are, and follows from the export and the file's number:
// so an export that is written again writes over what it left, also in a folder that it shares.
//
// Thread safety: one thread.

internal import MartletCatalog
internal import MartletWire

final class ExportFiles {
    /// A data file is ended after so many bytes before compression.
    private static let fileBytes = 256 << 20
    /// Lines are compressed in pieces of about this size.
    private static let pieceBytes = 256 << 10

    private let job: ExportJob
    private let bucket: Bucket
    private let mustStop: (Int) -> Bool
    private var ended: [ExportManifest.DataFile] = []
    private var writer: GzipObjectWriter
    private var openCount = 0
    private var piece: [UInt8] = []
    private var line = JSONWriter(capacityBytes: 64 << 10)
    private(set) var itemCount = 0
    /// Why no line is taken any more.
    private(set) var failure: TransferFailure?
    private(set) var isStopped = false

    /// - Parameter mustStop: is told now and then how many lines there are, and says whether no more
    ///   are wanted.
    init(
        of job: ExportJob, in bucket: Bucket, mustStop: @escaping (Int) -> Bool
    ) throws(TransferFailure) {
        self.job = job
        self.bucket = bucket
        self.mustStop = mustStop
        writer = try GzipObjectWriter(try bucket.create(Self.key(0, of: job)))
    }

    /// Adds a line.
    /// - Parameter members: writes the members of its object.
    /// - Returns: whether another one is wanted.
    func add(_ members: (inout JSONWriter) -> Void) -> Bool {
        line.removeAll()
        line.beginObject()
        members(&line)
        line.endObject()
        line.withBytes { piece.append(contentsOf: $0) }
        piece.append(UInt8(ascii: "\n"))
        openCount += 1
        itemCount += 1
        guard piece.count >= Self.pieceBytes else { return true }
        isStopped = mustStop(itemCount)
        do throws(TransferFailure) {
            try writer.write(piece)
            piece.removeAll(keepingCapacity: true)
            if writer.plainBytes >= Self.fileBytes {
                try endFile()
                writer = try GzipObjectWriter(try bucket.create(Self.key(ended.count, of: job)))
            }
        } catch {
            failure = error
        }
        return failure == nil && !isStopped
    }

    /// Ends the last file. When this returns, all of them survive power loss.
    func finish() throws(TransferFailure) -> [ExportManifest.DataFile] {
        try writer.write(piece)
        try endFile()
        return ended
    }

    private func endFile() throws(TransferFailure) {
        ended.append(
            ExportManifest.DataFile(
                key: Self.key(ended.count, of: job), itemCount: openCount,
                md5: try writer.finish()))
        openCount = 0
    }

    /// Removes the files that an export has written.
    static func remove(of job: ExportJob, in bucket: Bucket) {
        var number = 0
        while bucket.remove(key(number, of: job)) { number += 1 }
    }

    private static func key(_ number: Int, of job: ExportJob) -> String {
        let letters = Array("abcdefghijklmnopqrstuvwxyz234567")
        var (bits, count) = (0, 0)
        var name = ""
        for byte in MD5.digest(of: Array("\(job.id)/\(number)".utf8)) {
            (bits, count) = (bits << 8 | Int(byte), count + 8)
            while count >= 5 {
                count -= 5
                name.append(letters[bits >> count & 31])
            }
            bits &= 31
        }
        return job.dataPrefix + name + ".json.gz"
    }
}
