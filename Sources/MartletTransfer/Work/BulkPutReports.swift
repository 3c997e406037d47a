// The reports of a bulk put: for each kind that was asked for an object of JSON lines,
// `AWSDynamoDB/ID/ERROR.json` and `AWSDynamoDB/ID/CONDITION_CHECK_FAILURE.json`:
//
//   {"S3Key":"in/a.json","RecordNumber":3,"Message":"…","Record":"the record as it stands there"}
//
// The lines of a piece are committed with it, in the job's row, and then written to their object; the
// row also says how many bytes were there before. So a job that goes on after a crash cuts the object
// to that length and writes the lines again: none is missing, none comes twice.

internal import Glibc
internal import MartletCatalog
internal import MartletEngine
internal import MartletWire

/// Belongs to one thread at a time.
final class BulkPutReports {
    private var files: [BulkPutJob.Report: OpenFile] = [:]

    /// Opens the reports and puts them into the state that the job's row tells of.
    init(_ job: BulkPutJob, in bucket: Bucket) throws(TransferFailure) {
        for kind in job.request.reports {
            let file = try bucket.append(to: job.keyPrefix + kind.rawValue + ".json")
            guard ftruncate(file.number, job.reportBytes[kind] ?? 0) == 0 else {
                throw .inputOutput("truncate")
            }
            files[kind] = file
        }
        try write(job)
    }

    /// Writes the lines of the piece that was just committed.
    func write(_ job: BulkPutJob) throws(TransferFailure) {
        for (kind, file) in files {
            guard let lines = job.reportLines[kind], !lines.isEmpty else { continue }
            try file.write(lines)
            try file.sync()
        }
    }
}

extension BulkPutJob {
    /// Notes what is to be told of a piece. Whatever was told of the one before is written by now.
    mutating func report(_ records: [PumpedRecord]) {
        for kind in request.reports {
            reportBytes[kind, default: 0] += reportLines[kind]?.count ?? 0
            reportLines[kind] = []
        }
        var writer = JSONWriter(capacityBytes: 4096)
        for record in records {
            guard let (kind, message) = record.report, reportLines[kind] != nil else { continue }
            writer.removeAll()
            writer.beginObject()
            writer.member("S3Key")
            writer.string(record.object)
            writer.member("RecordNumber")
            writer.integer(record.number)
            writer.member("Message")
            writer.string(message)
            writer.member("Record")
            writer.string(String(decoding: record.text, as: UTF8.self))
            writer.endObject()
            writer.withBytes { reportLines[kind]!.append(contentsOf: $0) }
            reportLines[kind]!.append(UInt8(ascii: "\n"))
        }
    }
}

extension PumpedRecord {
    fileprivate var report: (BulkPutJob.Report, String)? {
        switch result {
        case .faulty(let text): return (.error, text)
        case .done(let outcome):
            switch outcome {
            case .put: return nil
            case .conditionFailed:
                return (.conditionCheckFailure, "The conditional request failed")
            case .refused(let text): return (.error, text)
            }
        }
    }
}
