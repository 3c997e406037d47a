// Reading streams. All of an answer is of one moment of the store: a stream's row says which
// records are in which shard, and the records are read beside it. So nothing is seen that is not
// durable, no record is in two shards, and none is skipped because it was trimmed meanwhile.

internal import MartletCatalog
internal import MartletEncoding
internal import MartletKeyValue

struct StreamReader {
    private let rows: any KeyValueReadable
    private let owner: ResourceOwner

    init(_ context: ReadContext) throws(OperationError) {
        do throws(StorageError) {
            rows = try context.store.snapshot()
        } catch {
            throw .storage(error)
        }
        owner = context.options.owner
    }

    /// The stream that an ARN names.
    func stream(arn text: String) throws(OperationError) -> StreamDefinition {
        guard let (arn, label) = Self.parts(ofARN: text) else {
            throw .validation("Invalid StreamArn")
        }
        guard arn.owner == owner, let stream = try stream(label, of: arn.table) else {
            throw .resourceNotFound("Requested resource not found: Stream: \(text) not found")
        }
        return stream
    }

    /// The ARN of a stream and the stream's label; nil for any other text.
    static func parts(ofARN text: String) -> (ResourceARN, label: String)? {
        guard let arn = try? ResourceARN(parsing: text), case .stream(let label) = arn.part else {
            return nil
        }
        return (arn, label)
    }

    private func stream(
        _ label: String, of table: TableName
    ) throws(OperationError) -> StreamDefinition? {
        do throws(StorageError) {
            return try rows.value(forKey: StreamKey.stream(label, of: table)).map {
                stored throws(StorageError) in try StreamDefinition(stored: stored)
            }
        } catch {
            throw .storage(error)
        }
    }

    /// Table names and labels of streams, in order.
    /// - Parameters:
    ///   - table: nil for those of all tables.
    ///   - start: the ARN of a stream after which to begin.
    func names(
        of table: TableName?, after start: (table: TableName, label: String)?, limit: Int
    ) throws(OperationError) -> [(table: TableName, label: String)] {
        var range = KeyRange.prefix(table.map { StreamKey.streams(of: $0) } ?? StreamKey.streams)
        if let start {
            let next = StreamKey.stream(start.label, of: start.table) + [0]
            if range.lower.precedes(next) { range.lower = next }
            if range.isEmpty { return [] }
        }
        do throws(StorageError) {
            let cursor = try rows.cursor(over: range, .forward)
            var names: [(table: TableName, label: String)] = []
            while names.count < limit, let (key, _) = try cursor.next() {
                guard let name = StreamKey.parts(of: key) else {
                    throw StorageError(CorruptRecord("key"), in: "stream")
                }
                names.append(name)
            }
            return names
        } catch {
            throw .storage(error)
        }
    }

    /// The sequence of the newest record of a shard.
    func newestSequence(
        of shard: StreamDefinition.Shard, in stream: StreamDefinition
    ) throws(OperationError) -> UInt64? {
        do throws(StorageError) {
            let range = stream.recordRange(of: shard, from: stream.horizon)
            guard let (key, _) = try rows.cursor(over: range, .reverse).next() else { return nil }
            return try stream.sequence(inKey: key)
        } catch {
            throw .storage(error)
        }
    }

    /// The sequence of a shard's first record that was made at a moment or later; behind its newest
    /// record, if there is none.
    func firstSequence(
        of shard: StreamDefinition.Shard, in stream: StreamDefinition, notBefore moment: Timestamp
    ) throws(OperationError) -> UInt64 {
        let start = max(shard.first, stream.horizon)
        let range = stream.recordRange(of: shard, from: start)
        let milliseconds = UInt64(max(0, (moment.secondsSince1970 * 1000).rounded()))
        do throws(StorageError) {
            return try stream.firstSequence(
                in: range, from: start, notBefore: milliseconds, of: rows)
        } catch {
            throw .storage(error)
        }
    }

    /// Gives a shard's records from a sequence on to `body`, until that returns false.
    /// - Returns: whether the shard's end was reached: all records that it has by now.
    func forEachRecord(
        of shard: StreamDefinition.Shard, in stream: StreamDefinition, from sequence: UInt64,
        _ body: (UInt64, StreamRecord) -> Bool
    ) throws(OperationError) -> Bool {
        do throws(StorageError) {
            let cursor = try rows.cursor(
                over: stream.recordRange(of: shard, from: sequence), .forward)
            while let (key, value) = try cursor.next() {
                let sequence = try stream.sequence(inKey: key)
                let record: StreamRecord
                do throws(CorruptRecord) {
                    record = try StreamRecord(stored: value)
                } catch {
                    throw StorageError(error, in: "stream")
                }
                if !body(sequence, record) { return false }
            }
            return true
        } catch {
            throw .storage(error)
        }
    }
}

extension StreamDefinition {
    init(stored value: [UInt8]) throws(StorageError) {
        do throws(CorruptRecord) {
            try self.init(record: ItemRecord(verifying: value))
        } catch {
            throw StorageError(error, in: "stream")
        }
    }

    /// The rows of a shard's records from a sequence on.
    func recordRange(of shard: Shard, from sequence: UInt64) -> KeyRange {
        let last = shard.last ?? .max
        return KeyRange(
            lower: StreamKey.record(tableID, min(max(sequence, shard.first), last)),
            upper: StreamKey.record(tableID, last))
    }

    /// The sequence behind the last record of a range that was made before a moment; `start` if
    /// there is none. Records are of about ascending times, so this halves.
    func firstSequence(
        in range: KeyRange, from start: UInt64, notBefore milliseconds: UInt64,
        of rows: any KeyValueReadable
    ) throws(StorageError) -> UInt64 {
        guard let (last, _) = try rows.cursor(over: range, .reverse).next() else { return start }
        let cursor = try rows.cursor(over: range, .forward)
        var low = start
        var high = try sequence(inKey: last) + 1
        while low < high {
            // Most often nothing is as old as that.
            let middle = low == start ? low : low + (high - low) / 2
            cursor.seek(to: StreamKey.record(tableID, middle))
            guard let (key, value) = try cursor.next(),
                let time = StreamRecord.milliseconds(ofStored: value), time < milliseconds
            else {
                high = middle
                continue
            }
            low = try sequence(inKey: key) + 1
        }
        return low
    }

    func sequence(inKey key: [UInt8]) throws(StorageError) -> UInt64 {
        do throws(CorruptRecord) {
            return try StreamKey.sequence(inKey: key)
        } catch {
            throw StorageError(error, in: "stream")
        }
    }

    /// The shard that begins with a sequence; nil when it is gone.
    func shard(first: UInt64) -> Shard? { shards.first { $0.first == first } }
}

extension ReadContext {
    /// The label of the newest stream of a table, also when that was switched off.
    func latestStreamLabel(of table: TableDefinition) throws(OperationError) -> String? {
        if let settings = table.stream { return settings.label }
        do throws(StorageError) {
            let cursor = try store.cursor(
                over: .prefix(StreamKey.streams(of: table.name)), .reverse)
            guard let (_, value) = try cursor.next() else { return nil }
            let stream = try StreamDefinition(stored: value)
            return stream.tableID == table.id ? stream.label : nil
        } catch {
            throw .storage(error)
        }
    }
}
