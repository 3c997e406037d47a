// Carries the records of objects into a table: in the order of the objects' keys, a piece at a time,
// from where the job's position says. What imports and bulk puts share.

internal import Glibc
internal import MartletCatalog
internal import MartletEngine
internal import MartletModel

/// What became of a record, with where it stands.
struct PumpedRecord: Sendable {
    enum Result: Sendable {
        case done(TransferOutcome)
        /// It was no item, or the object could not be read any further.
        case faulty(String)
    }

    var object: String
    /// From 1.
    var number: Int
    var text: [UInt8]
    var result: Result

    var isPut: Bool {
        if case .done(let outcome) = result, case .put = outcome { return true }
        return false
    }
}

/// Where a piece left the object.
struct PumpedPosition: Sendable {
    var position: TransferPosition
    /// Since the piece before: uncompressed.
    var plainBytes: Int
    /// Since the beginning of the job: of objects as they are.
    var takenBytes: Int
}

struct ObjectPump<Job: TransferJob> {
    /// A piece holds up other writes for a few milliseconds.
    private static var pieceCount: Int { 256 }
    private static var pieceBytes: Int { 1 << 20 }

    let work: TransferWork
    let id: TransferID
    let tableID: UInt32
    let bucket: Bucket
    let objects: [Bucket.Object]
    let open: (ObjectReader) -> any RecordReader
    let compression: TransferCompression
    /// Notes in the job what became of a piece. Runs on the thread that all writes share.
    let advance: @Sendable (inout Job, [PumpedRecord], PumpedPosition) -> Void
    /// Is given each piece after its items were put and before the job's thread goes on; false when
    /// the job is to end.
    let settled: (Job, [TransferOutcome]) throws(TransferFailure) -> Bool

    /// - Returns: whether all objects were read; false when the job or the work is to end.
    func run(from start: TransferPosition) throws(TransferFailure) -> Bool {
        var takenBefore = 0
        for object in objects {
            if let last = start.object {
                let isBefore = object.key.utf8.lexicographicallyPrecedes(last.utf8)
                if isBefore || object.key == last && start.records == nil {
                    takenBefore += object.sizeBytes
                    continue
                }
            }
            let skipped = object.key == start.object ? start.records ?? 0 : 0
            guard try pump(object, after: skipped, takenBefore) else { return false }
            takenBefore += object.sizeBytes
        }
        return true
    }

    /// Carries one object, from behind its first records.
    private func pump(
        _ object: Bucket.Object, after skipped: Int, _ takenBefore: Int
    ) throws(TransferFailure) -> Bool {
        var count = 0
        var ending: String?
        var reader: (any RecordReader)?
        do throws(TransferFailure) {
            reader = open(try ObjectReader(try bucket.open(object.key), compression))
            while count < skipped, try reader!.next() != nil { count += 1 }
        } catch {
            ending = error.message
        }
        var plainBefore = reader?.plainBytes ?? 0
        while true {
            if work.isStopping { return false }
            var piece: [SourceRecord] = []
            var bytes = 0
            var isAtEnd = ending != nil
            do throws(TransferFailure) {
                while !isAtEnd, piece.count < Self.pieceCount, bytes < Self.pieceBytes {
                    guard let record = try reader!.next() else {
                        isAtEnd = true
                        break
                    }
                    bytes += record.text.count
                    piece.append(record)
                }
            } catch {
                (ending, isAtEnd) = (error.message, true)
            }
            let plain = reader?.plainBytes ?? 0
            let position = PumpedPosition(
                position: TransferPosition(
                    object: object.key, records: isAtEnd ? nil : count + piece.count),
                plainBytes: plain - plainBefore,
                takenBytes: takenBefore
                    + (isAtEnd ? object.sizeBytes : min(reader!.takenBytes, object.sizeBytes)))
            guard
                try put(piece, of: object.key, after: count, ending: ending, position)
            else { return false }
            count += piece.count
            plainBefore = plain
            if isAtEnd { return true }
        }
    }

    private func put(
        _ piece: [SourceRecord], of object: String, after count: Int, ending: String?,
        _ position: PumpedPosition
    ) throws(TransferFailure) -> Bool {
        var puts: [PutTransferItems<Job>.Put] = []
        for record in piece {
            if case .item(let item, let condition) = record.content {
                puts.append(.init(item: item, condition: condition))
            }
        }
        let advance = advance
        let operation = PutTransferItems<Job>(id: id, tableID: tableID, puts: puts) {
            job, outcomes in
            var records: [PumpedRecord] = []
            var place = 0
            for (offset, record) in piece.enumerated() {
                let result: PumpedRecord.Result
                switch record.content {
                case .faulty(let text): result = .faulty(text)
                case .item:
                    result = .done(outcomes[place])
                    place += 1
                }
                records.append(
                    PumpedRecord(
                        object: object, number: count + offset + 1, text: record.text,
                        result: result))
            }
            if let ending {
                records.append(
                    PumpedRecord(
                        object: object, number: count + piece.count + 1, text: [],
                        result: .faulty(ending)))
            }
            advance(&job, records, position)
        }
        let output: PutTransferItems<Job>.Output
        do throws(OperationError) {
            output = try work.engine.run(operation)
        } catch {
            throw Self.failure(error)
        }
        return try settled(output.job, output.outcomes)
    }

    private static func failure(_ error: OperationError) -> TransferFailure {
        if case .storage = error { return .database }
        return .noTable
    }
}

extension TransferFailure {
    /// The database itself fails, which is not the job's to tell: the next start goes on with it.
    static let database = TransferFailure(code: "", message: "")

    var isDatabase: Bool { self == .database }

    static let noTable = TransferFailure(
        code: "TableNotFound", message: "The table was deleted while the job was underway")
}

/// Waits a hundredth of a second.
func pauseBriefly() { usleep(10_000) }
