// Order: docs/operations/GetShardIterator.md.

internal import MartletCatalog
package import MartletEngine

extension GetShardIterator: WireOperation {
    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<GetShardIterator> {
        var arn: String?
        var shardID: String?
        var type: String?
        var sequenceNumber: String?
        var timestamp: Double?
        try readBody(body) { reader, progress throws(WireError) in
            while let name = try reader.nextMember(&progress) {
                switch name {
                case "StreamArn": arn = try reader.readOptionalString()
                case "ShardId": shardID = try reader.readOptionalString()
                case "ShardIteratorType": type = try reader.readOptionalString()
                case "SequenceNumber": sequenceNumber = try reader.readOptionalString()
                case "Timestamp": timestamp = try reader.readOptionalSeconds()
                default: try reader.skipValue()
                }
            }
        }
        var checks = MemberChecks()
        checks.require(arn != nil, at: "streamArn")
        checks.streamARN(arn, at: "streamArn")
        checks.require(shardID != nil, at: "shardId")
        checks.shardID(shardID, at: "shardId")
        checks.require(type != nil, at: "shardIteratorType")
        let place = checks.choice(type, of: .shardIteratorType, at: "shardIteratorType")
        checks.length(of: sequenceNumber, in: 21...40, at: "sequenceNumber")
        try checks.check()
        return DecodedRequest(
            GetShardIterator(
                streamARN: arn!, shardID: shardID!, place: place!, sequenceNumber: sequenceNumber,
                timestamp: timestamp.map { Timestamp(secondsSince1970: $0) }))
    }

    package static func encode(
        _ output: String, for request: DecodedRequest<GetShardIterator>,
        into writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.member("ShardIterator")
        writer.string(output)
        writer.endObject()
    }
}

extension Choices where Value == GetShardIterator.Place {
    fileprivate static let shardIteratorType = Choices([
        GetShardIterator.Place.afterSequenceNumber, .latest, .atTimestamp, .atSequenceNumber,
        .trimHorizon,
    ])
}
