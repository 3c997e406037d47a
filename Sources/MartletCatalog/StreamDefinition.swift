/// A stream of a table's changes, as it is kept beside the catalogue: it outlives being switched
/// off, and its table, by a day.
///
/// Its records are rows under the table's id and their sequences. Sequences rise over all streams
/// of a database, so each shard is a range of them, and the streams of one table, one after the
/// other, share a row of ranges.
public struct StreamDefinition: Hashable, Sendable {
    /// A part of the stream, one after the other; only the last can be open.
    public struct Shard: Hashable, Sendable {
        /// Below the sequences of all of its records, and no record's own.
        public var first: UInt64
        /// Above the sequences of all of its records, and no record's own; nil while it is open.
        public var last: UInt64?
        public var created: Timestamp
        public var closed: Timestamp?

        package init(
            first: UInt64, last: UInt64? = nil, created: Timestamp, closed: Timestamp? = nil
        ) {
            self.first = first
            self.last = last
            self.created = created
            self.closed = closed
        }

        public var isOpen: Bool { last == nil }

        /// Whether a record with this sequence may be in the shard.
        package func holds(_ sequence: UInt64) -> Bool {
            sequence > first && last.map { sequence < $0 } ?? true
        }
    }

    public var table: TableName
    /// When the stream was enabled, as its ARN ends. A table never has two streams of one label.
    public var label: String
    /// The table's id, under which the records are.
    public var tableID: UInt32
    /// The table's `TableId`.
    public var tableUUID: String
    public var viewType: StreamSettings.ViewType
    public var key: KeySchema
    public var created: Timestamp
    /// When the stream was switched off, or its table deleted.
    public var disabled: Timestamp?
    /// Records with smaller sequences are gone.
    public var horizon: UInt64
    /// In the order of their sequences.
    public var shards: [Shard]

    package init(
        table: TableName, label: String, tableID: UInt32, tableUUID: String,
        viewType: StreamSettings.ViewType, key: KeySchema, created: Timestamp,
        disabled: Timestamp? = nil, horizon: UInt64 = 0, shards: [Shard] = []
    ) {
        self.table = table
        self.label = label
        self.tableID = tableID
        self.tableUUID = tableUUID
        self.viewType = viewType
        self.key = key
        self.created = created
        self.disabled = disabled
        self.horizon = horizon
        self.shards = shards
    }

    package func arn(of owner: ResourceOwner) -> ResourceARN {
        ResourceARN(owner: owner, table: table, part: .stream(label))
    }
}

extension StreamDefinition {
    /// Begins a shard; the last one must have been closed.
    package mutating func openShard(first: UInt64, now: Timestamp) {
        precondition(shards.last?.isOpen != true, "a stream has one open shard")
        shards.append(Shard(first: first, created: now))
    }

    package mutating func closeShard(last: UInt64, now: Timestamp) {
        precondition(shards.last?.isOpen == true, "there is no open shard")
        shards[shards.count - 1].last = last
        shards[shards.count - 1].closed = now
    }
}

extension StreamSettings.ViewType {
    package var showsOldImage: Bool { self == .oldImage || self == .newAndOldImages }

    package var showsNewImage: Bool { self == .newImage || self == .newAndOldImages }
}
