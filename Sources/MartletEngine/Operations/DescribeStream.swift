public import MartletCatalog
public import MartletModel

/// DescribeStream: a stream and its shards, a page of them at a time.
public struct DescribeStream: Sendable {
    public var streamARN: String
    public var exclusiveStartShardID: String?
    /// Only the shards whose parent this is.
    public var parentShardID: String?
    public var limit: Int

    public init(
        streamARN: String, exclusiveStartShardID: String? = nil, parentShardID: String? = nil,
        limit: Int = Limits.describeStreamPage
    ) {
        self.streamARN = streamARN
        self.exclusiveStartShardID = exclusiveStartShardID
        self.parentShardID = parentShardID
        self.limit = limit
    }

    public struct Shard: Sendable, Equatable {
        public var id: String
        /// nil for a stream's first shard, and when the parent is gone.
        public var parentID: String?
        public var startingSequenceNumber: String
        /// nil while the shard is open.
        public var endingSequenceNumber: String?
    }

    public struct Output: Sendable {
        public var arn: String
        public var stream: StreamDefinition
        public var shards: [Shard]
        public var lastEvaluatedShardID: String?
    }
}

extension DescribeStream: ReadOperation {
    package func run(in context: ReadContext) throws(OperationError) -> Output {
        try StreamLimit.check(limit, through: Limits.describeStreamPage)
        let stream = try StreamReader(context).stream(arn: streamARN)
        var shards: [Shard] = []
        for (position, shard) in stream.shards.enumerated() {
            shards.append(
                Shard(
                    id: shard.id, parentID: position > 0 ? stream.shards[position - 1].id : nil,
                    startingSequenceNumber: SequenceNumber.text(shard.first),
                    endingSequenceNumber: shard.last.map(SequenceNumber.text)))
        }
        if let parentShardID { shards.removeAll { $0.parentID != parentShardID } }
        if let start = exclusiveStartShardID {
            shards = shards.firstIndex { $0.id == start }.map { Array(shards[($0 + 1)...]) } ?? []
        }
        let page = Array(shards.prefix(limit))
        return Output(
            arn: stream.arn(of: context.options.owner).description, stream: stream, shards: page,
            lastEvaluatedShardID: page.count < shards.count ? page.last?.id : nil)
    }
}
