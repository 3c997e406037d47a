// Order: docs/operations/DescribeStream.md.

internal import MartletCatalog
package import MartletEngine
internal import MartletModel

extension DescribeStream: WireOperation {
    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<DescribeStream> {
        var arn: String?
        var start: String?
        var limit: Int?
        var filter: (type: String?, shardID: String?)
        try readBody(body) { reader, progress throws(WireError) in
            while let name = try reader.nextMember(&progress) {
                switch name {
                case "StreamArn": arn = try reader.readOptionalString()
                case "ExclusiveStartShardId": start = try reader.readOptionalString()
                case "Limit": limit = try reader.readOptionalInteger()
                case "ShardFilter": filter = try readFilter(from: &reader)
                default: try reader.skipValue()
                }
            }
        }
        var checks = MemberChecks()
        checks.require(arn != nil, at: "streamArn")
        checks.streamARN(arn, at: "streamArn")
        checks.range(of: limit, from: 1, at: "limit")
        checks.shardID(start, at: "exclusiveStartShardId")
        let kind = checks.choice(filter.type, of: .shardFilterType, at: "shardFilter.type")
        checks.shardID(filter.shardID, at: "shardFilter.shardId")
        try checks.check()
        return DecodedRequest(
            DescribeStream(
                streamARN: arn!, exclusiveStartShardID: start,
                parentShardID: kind == nil ? nil : filter.shardID,
                limit: limit ?? Limits.describeStreamPage))
    }

    private static func readFilter(
        from reader: inout JSONReader
    ) throws(WireError) -> (type: String?, shardID: String?) {
        var filter: (type: String?, shardID: String?)
        guard var progress = try reader.beginStructure("ShardFilter") else { return filter }
        while let name = try reader.nextMember(&progress) {
            switch name {
            case "Type": filter.type = try reader.readOptionalString()
            case "ShardId": filter.shardID = try reader.readOptionalString()
            default: try reader.skipValue()
            }
        }
        return filter
    }

    package static func encode(
        _ output: Output, for request: DecodedRequest<DescribeStream>,
        into writer: inout JSONWriter
    ) {
        let stream = output.stream
        writer.beginObject()
        writer.member("StreamDescription")
        writer.beginObject()
        writer.member("StreamArn")
        writer.string(output.arn)
        writer.member("StreamLabel")
        writer.string(stream.label)
        writer.member("StreamStatus")
        writer.string(stream.disabled == nil ? "ENABLED" : "DISABLED")
        writer.member("StreamViewType")
        writer.string(stream.viewType.rawValue)
        writer.member("CreationRequestDateTime")
        writer.double(stream.created.secondsSince1970)
        writer.member("TableName")
        writer.string(stream.table.description)
        writer.keySchema(stream.key)
        writer.member("Shards")
        writer.beginArray()
        for shard in output.shards { writer.shard(shard) }
        writer.endArray()
        if let last = output.lastEvaluatedShardID {
            writer.member("LastEvaluatedShardId")
            writer.string(last)
        }
        writer.endObject()
        writer.endObject()
    }
}

private enum ShardFilterType: String {
    case childShards = "CHILD_SHARDS"
}

extension Choices where Value == ShardFilterType {
    fileprivate static let shardFilterType = Choices([ShardFilterType.childShards])
}

extension JSONWriter {
    fileprivate mutating func shard(_ shard: DescribeStream.Shard) {
        beginObject()
        member("ShardId")
        string(shard.id)
        member("SequenceNumberRange")
        beginObject()
        member("StartingSequenceNumber")
        string(shard.startingSequenceNumber)
        if let ending = shard.endingSequenceNumber {
            member("EndingSequenceNumber")
            string(ending)
        }
        endObject()
        if let parent = shard.parentID {
            member("ParentShardId")
            string(parent)
        }
        endObject()
    }
}
