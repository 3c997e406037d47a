public import MartletCatalog
public import MartletEncoding
public import MartletModel

/// GetRecords: reads a shard from the place that an iterator names.
public struct GetRecords: Sendable {
    public var iterator: String
    public var limit: Int

    public init(iterator: String, limit: Int = Limits.streamRecords) {
        self.iterator = iterator
        self.limit = limit
    }

    public struct Record: Sendable {
        /// 32 hexadecimal digits, the same each time the record is read.
        public var eventID: String
        public var event: StreamRecord.Event
        /// Whether time to live removed the item.
        public var isExpiry: Bool
        /// Rounded down.
        public var secondsSince1970: Int
        public var sequenceNumber: String
        public var keys: ItemRecord
        public var oldImage: ItemRecord?
        public var newImage: ItemRecord?

        package init(
            eventID: String, event: StreamRecord.Event, isExpiry: Bool, secondsSince1970: Int,
            sequenceNumber: String, keys: ItemRecord, oldImage: ItemRecord?, newImage: ItemRecord?
        ) {
            self.eventID = eventID
            self.event = event
            self.isExpiry = isExpiry
            self.secondsSince1970 = secondsSince1970
            self.sequenceNumber = sequenceNumber
            self.keys = keys
            self.oldImage = oldImage
            self.newImage = newImage
        }

        /// Keys and images, as DynamoDB counts items.
        public var sizeBytes: Int {
            keys.sizeBytes + (oldImage?.sizeBytes ?? 0) + (newImage?.sizeBytes ?? 0)
        }
    }

    public struct Output: Sendable {
        public var records: [Record]
        /// nil when the shard is closed and has nothing more.
        public var nextIterator: String?
        public var viewType: StreamSettings.ViewType
        public var region: String

        public init(
            records: [Record], nextIterator: String?, viewType: StreamSettings.ViewType,
            region: String
        ) {
            self.records = records
            self.nextIterator = nextIterator
            self.viewType = viewType
            self.region = region
        }
    }
}

extension GetRecords: LongReadOperation {
    package func run(in context: ReadContext) throws(OperationError) -> Output {
        try run(in: context, within: .unlimited)!
    }

    package func run(
        in context: ReadContext, within budget: ReadBudget
    ) throws(OperationError) -> Output? {
        try StreamLimit.check(limit, through: Limits.streamRecords)
        guard let iterator = ShardIterator(text: iterator) else {
            throw .validation("Invalid ShardIterator")
        }
        let now = context.options.clock.now
        guard !iterator.hasExpired(at: now) else { throw .iteratorExpired }
        let reader = try StreamReader(context)
        let stream = try reader.stream(arn: iterator.arn)
        guard let shard = stream.shard(first: iterator.shard) else { throw .shardNotFound }
        let start: UInt64
        switch iterator.position {
        case .sequence(let sequence):
            guard sequence >= stream.horizon else { throw .dataTrimmed }
            start = sequence
        case .oldest: start = max(shard.first, stream.horizon)
        }

        var records: [Record] = []
        var next = start
        var bytes = 0
        var isOverBudget = false
        let isAtEnd = try reader.forEachRecord(of: shard, in: stream, from: start) {
            (sequence, stored) in
            let record = Record(stored, sequence, of: stream)
            guard records.count < limit, bytes + record.sizeBytes <= Limits.pageBytes else {
                return false
            }
            bytes += record.sizeBytes
            records.append(record)
            next = sequence + 1
            isOverBudget = records.count > budget.rows || bytes > budget.rowBytes
            return !isOverBudget
        }
        if isOverBudget { return nil }
        let hasMore = shard.isOpen || !isAtEnd
        let following = ShardIterator(
            arn: iterator.arn, shard: shard.first,
            position: records.isEmpty ? iterator.position : .sequence(next), now: now)
        return Output(
            records: records, nextIterator: hasMore ? following.text : nil,
            viewType: stream.viewType, region: context.options.owner.region)
    }
}

extension GetRecords.Record {
    init(_ record: StreamRecord, _ sequence: UInt64, of stream: StreamDefinition) {
        self.init(
            eventID: Self.eventID(sequence, stream), event: record.event,
            isExpiry: record.isExpiry, secondsSince1970: Int(record.millisecondsSince1970 / 1000),
            sequenceNumber: SequenceNumber.text(sequence), keys: record.keys(stream.key),
            oldImage: record.oldImage, newImage: record.newImage)
    }

    /// Two hashes that have nothing to do with each other, of what only this record is.
    private static func eventID(_ sequence: UInt64, _ stream: StreamDefinition) -> String {
        var bytes = Array(stream.tableUUID.utf8)
        bytes.appendBigEndian(sequence)
        let hashes = [bytes, bytes.reversed()].map { $0.withUnsafeBytes(OrderedKey.partitionHash) }
        return hashes.map { hash in
            let digits = String(hash, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}
