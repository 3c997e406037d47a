package import MartletCatalog
internal import MartletModel

/// DescribeStream: a stream and its shards, a page of them at a time.
package struct DescribeStream: Sendable {
    package var streamARN: String
    package var exclusiveStartShardID: String?
    /// Only the shards whose parent this is.
    package var parentShardID: String?
    package var limit: Int

    package init(
        streamARN: String, exclusiveStartShardID: String? = nil, parentShardID: String? = nil,
        limit: Int = Limits.describeStreamPage
    ) {
        self.streamARN = streamARN
        self.exclusiveStartShardID = exclusiveStartShardID
        self.parentShardID = parentShardID
        self.limit = limit
    }

    package struct Shard: Sendable, Equatable {
        package var id: String
        /// nil for a stream's first shard, and when the parent is gone.
        package var parentID: String?
        package var startingSequenceNumber: String
        /// nil while the shard is open.
        package var endingSequenceNumber: String?
    }

    package struct Output: Sendable {
        package var arn: String
        package var stream: StreamDefinition
        package var shards: [Shard]
        package var lastEvaluatedShardID: String?
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
