public import MartletCatalog
internal import MartletModel

/// GetShardIterator: names a place in a shard from which to read for the next 15 minutes.
public struct GetShardIterator: Sendable {
    public enum Place: String, Sendable {
        case afterSequenceNumber = "AFTER_SEQUENCE_NUMBER"
        case latest = "LATEST"
        case atTimestamp = "AT_TIMESTAMP"
        case atSequenceNumber = "AT_SEQUENCE_NUMBER"
        case trimHorizon = "TRIM_HORIZON"
    }

    public var streamARN: String
    public var shardID: String
    public var place: Place
    /// Only for the places that name one; the others do not look at it.
    public var sequenceNumber: String?
    /// Only for `atTimestamp`: the first record made then or later.
    public var timestamp: Timestamp?

    public init(
        streamARN: String, shardID: String, place: Place, sequenceNumber: String? = nil,
        timestamp: Timestamp? = nil
    ) {
        self.streamARN = streamARN
        self.shardID = shardID
        self.place = place
        self.sequenceNumber = sequenceNumber
        self.timestamp = timestamp
    }
}

extension GetShardIterator: ReadOperation {
    /// - Returns: the iterator.
    package func run(in context: ReadContext) throws(OperationError) -> String {
        let reader = try StreamReader(context)
        let stream = try reader.stream(arn: streamARN)
        guard let shard = stream.shards.first(where: { $0.id == shardID }) else {
            throw .shardNotFound
        }
        let position: ShardIterator.Position =
            switch place {
            case .trimHorizon: .oldest
            case .latest:
                .sequence(
                    try reader.newestSequence(of: shard, in: stream).map { $0 + 1 }
                        ?? max(shard.first, stream.horizon))
            case .atTimestamp:
                .sequence(
                    try reader.firstSequence(
                        of: shard, in: stream, notBefore: moment(context.options.clock.now)))
            case .atSequenceNumber: .sequence(try sequence(in: shard, of: stream))
            case .afterSequenceNumber: .sequence(try sequence(in: shard, of: stream) + 1)
            }
        let iterator = ShardIterator(
            arn: streamARN, shard: shard.first, position: position, now: context.options.clock.now)
        return iterator.text
    }

    /// The moment that the request names.
    private func moment(_ now: Timestamp) throws(OperationError) -> Timestamp {
        guard let timestamp else {
            throw .validation(
                "One or more parameter values were invalid: "
                    + "Timestamp must be specified for ShardIteratorType \(place.rawValue)")
        }
        guard timestamp <= now else {
            throw .validation(
                "One or more parameter values were invalid: Timestamp must not be in the future")
        }
        return timestamp
    }

    /// The sequence that the request names: one of the shard's range, both ends of it included.
    private func sequence(
        in shard: StreamDefinition.Shard, of stream: StreamDefinition
    ) throws(OperationError) -> UInt64 {
        guard let sequenceNumber else {
            throw .validation(
                "One or more parameter values were invalid: "
                    + "SequenceNumber must be specified for ShardIteratorType \(place.rawValue)")
        }
        guard let sequence = SequenceNumber.sequence(sequenceNumber), sequence >= shard.first,
            sequence <= shard.last ?? .max - 1
        else {
            throw .validation(
                "One or more parameter values were invalid: "
                    + "SequenceNumber is not in the range of the shard")
        }
        guard sequence >= stream.horizon else { throw .dataTrimmed }
        return sequence
    }
}
