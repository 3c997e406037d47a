// Streams begin, end, pass from shard to shard and lose what is old. Each of these is a change of
// the stream's row in a group of writes, so records are always inside the shard that was open when
// they were made.

internal import MartletCatalog
internal import MartletEncoding
internal import MartletKeyValue
internal import MartletModel

extension WriteTransaction {
    /// A stream as this group has left it.
    func stream(_ label: String, of table: TableName) throws(OperationError) -> StreamDefinition? {
        guard let stored = try value(forKey: StreamKey.stream(label, of: table)) else { return nil }
        do throws(CorruptRecord) {
            return try StreamDefinition(record: ItemRecord(verifying: stored))
        } catch {
            throw .storage(StorageError(error, in: "stream"))
        }
    }

    private func save(_ stream: StreamDefinition) {
        put(StreamKey.stream(stream.label, of: stream.table), stream.record.bytes)
    }

    /// The stream that a table's definition newly asks for, ready to `begin`. Its label, and the
    /// definition's, is later than those of the table's earlier streams, also within a millisecond.
    func newStream(
        of table: inout TableDefinition
    ) throws(OperationError) -> StreamDefinition? {
        guard var settings = table.stream else { return nil }
        try prepareCapture()
        var moment = now
        settings.label = moment.streamLabel
        while try stream(settings.label, of: table.name) != nil {
            moment.secondsSince1970 += 0.001
            settings.label = moment.streamLabel
        }
        table.stream = settings
        return StreamDefinition(
            table: table.name, label: settings.label, tableID: table.id, tableUUID: table.uuid,
            viewType: settings.viewType, key: table.key, created: now)
    }

    /// Begins a stream with its first shard. Cannot fail.
    func begin(_ stream: StreamDefinition) {
        var stream = stream
        stream.horizon = drawStreamSequence()
        stream.openShard(first: stream.horizon, now: now)
        save(stream)
    }

    /// The stream that a table has now, ready to `end`.
    func currentStream(of table: TableDefinition) throws(OperationError) -> StreamDefinition? {
        guard let settings = table.stream else { return nil }
        try prepareCapture()
        return try stream(settings.label, of: table.name)
    }

    /// Ends a stream: it can be read for a day. Cannot fail.
    func end(_ stream: StreamDefinition) {
        var stream = stream
        stream.closeShard(last: drawStreamSequence(), now: now)
        stream.disabled = now
        save(stream)
    }

    /// Closes the open shard of a stream and opens the next.
    func rollShard(_ label: String, of table: TableName) throws(OperationError) {
        try prepareCapture()
        guard var stream = try stream(label, of: table), stream.disabled == nil else { return }
        stream.closeShard(last: drawStreamSequence(), now: now)
        stream.openShard(first: drawStreamSequence(), now: now)
        save(stream)
    }

    /// Deletes the records below a sequence, and the shards that were closed by some time, none of
    /// which can have another record.
    func trim(
        _ label: String, of table: TableName, below sequence: UInt64,
        shardsClosedBy cutoff: Timestamp
    ) throws(OperationError) {
        guard var stream = try stream(label, of: table) else { return }
        var horizon = max(stream.horizon, sequence)
        for shard in stream.shards {
            guard let last = shard.last, let closed = shard.closed, closed <= cutoff else {
                continue
            }
            horizon = max(horizon, last + 1)
        }
        guard horizon > stream.horizon else { return }
        deleteRecords(of: stream, below: horizon)
        stream.horizon = horizon
        stream.shards.removeAll { $0.last.map { $0 < horizon } ?? false }
        save(stream)
    }

    /// Deletes a stream that has ended, with all of its records.
    func remove(_ label: String, of table: TableName) throws(OperationError) {
        guard let stream = try stream(label, of: table), let last = stream.shards.last?.last else {
            return
        }
        deleteRecords(of: stream, below: last)
        delete(StreamKey.stream(label, of: table))
    }

    private func deleteRecords(of stream: StreamDefinition, below sequence: UInt64) {
        deleteRange(
            KeyRange(
                lower: StreamKey.record(stream.tableID, stream.horizon),
                upper: StreamKey.record(stream.tableID, sequence)))
    }
}
