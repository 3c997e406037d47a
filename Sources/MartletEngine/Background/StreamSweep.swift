internal import MartletCatalog
internal import MartletEncoding
internal import MartletKeyValue

/// What time does to streams: a shard is closed after four hours and another one opened, records go
/// after a day, and a day after its end a whole stream.
///
/// Records are of about ascending times, so the oldest one to be kept is found by halving; what is
/// before it goes as one range, unread.
struct StreamSweep {
    static let intervalSeconds = 60.0
    static let shardSeconds = 4 * 3600.0
    static let retentionSeconds = 86_400.0

    private var last: Timestamp?

    /// Runs when it is due. A clock that went back does not put it off.
    mutating func runIfDue(for work: BackgroundWork) throws(StorageError) {
        let now = work.options.clock.now
        if let last {
            let elapsed = now.secondsSince1970 - last.secondsSince1970
            guard elapsed < 0 || elapsed >= Self.intervalSeconds else { return }
        }
        for stream in try Self.streams(of: work.store) {
            if work.shouldStop { return }
            try Self.tend(stream, now, for: work)
        }
        last = now
    }

    private static func streams(
        of store: any KeyValueStore
    ) throws(StorageError) -> [StreamDefinition] {
        var streams: [StreamDefinition] = []
        let cursor = try store.cursor(over: .prefix(StreamKey.streams), .forward)
        while let (_, value) = try cursor.next() {
            streams.append(try StreamDefinition(stored: value))
        }
        return streams
    }

    private static func tend(
        _ stream: StreamDefinition, _ now: Timestamp, for work: BackgroundWork
    ) throws(StorageError) {
        let (table, label) = (stream.table, stream.label)
        let cutoff = Timestamp(secondsSince1970: now.secondsSince1970 - retentionSeconds)
        if let disabled = stream.disabled, disabled <= cutoff {
            try work.commit { (transaction) throws(OperationError) in
                try transaction.remove(label, of: table)
            }
            return
        }
        if let shard = stream.shards.last, shard.isOpen,
            now.secondsSince1970 - shard.created.secondsSince1970 >= shardSeconds
        {
            try work.commit { (transaction) throws(OperationError) in
                try transaction.rollShard(label, of: table)
            }
        }
        let range = KeyRange(
            lower: StreamKey.record(stream.tableID, stream.horizon),
            upper: StreamKey.record(stream.tableID, stream.shards.last?.last ?? .max))
        let horizon = try stream.firstSequence(
            in: range, from: stream.horizon,
            notBefore: UInt64(max(0, cutoff.secondsSince1970 * 1000)), of: work.store)
        let hasOldShard = stream.shards.contains { $0.closed.map { $0 <= cutoff } ?? false }
        guard horizon > stream.horizon || hasOldShard else { return }
        try work.commit { (transaction) throws(OperationError) in
            try transaction.trim(label, of: table, below: horizon, shardsClosedBy: cutoff)
        }
    }
}
