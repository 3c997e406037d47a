// Order: docs/operations/GetRecords.md.

internal import MartletCatalog
internal import MartletEncoding
package import MartletEngine
internal import MartletModel

extension GetRecords: WireOperation {
    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<GetRecords> {
        var iterator: String?
        var limit: Int?
        try readBody(body) { reader, progress throws(WireError) in
            while let name = try reader.nextMember(&progress) {
                switch name {
                case "ShardIterator": iterator = try reader.readOptionalString()
                case "Limit": limit = try reader.readOptionalInteger()
                default: try reader.skipValue()
                }
            }
        }
        var checks = MemberChecks()
        checks.require(iterator != nil, at: "shardIterator")
        checks.length(of: iterator, in: 1...2048, at: "shardIterator")
        checks.range(of: limit, from: 1, at: "limit")
        try checks.check()
        return DecodedRequest(
            GetRecords(iterator: iterator!, limit: limit ?? Limits.streamRecords))
    }

    package static func encode(
        _ output: Output, for request: DecodedRequest<GetRecords>, into writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.member("Records")
        writer.beginArray()
        for record in output.records { writer.record(record, of: output) }
        writer.endArray()
        if let next = output.nextIterator {
            writer.member("NextShardIterator")
            writer.string(next)
        }
        writer.endObject()
    }
}

extension JSONWriter {
    fileprivate mutating func record(_ record: GetRecords.Record, of output: GetRecords.Output) {
        beginObject()
        member("eventID")
        string(record.eventID)
        member("eventName")
        switch record.event {
        case .insert: string("INSERT")
        case .modify: string("MODIFY")
        case .remove: string("REMOVE")
        }
        member("eventVersion")
        string("1.1")
        member("eventSource")
        string("aws:dynamodb")
        member("awsRegion")
        string(output.region)
        member("dynamodb")
        beginObject()
        member("ApproximateCreationDateTime")
        double(Double(record.secondsSince1970))
        member("Keys")
        record.keys.writeJSON(to: &self)
        if let image = record.newImage {
            member("NewImage")
            image.writeJSON(to: &self)
        }
        if let image = record.oldImage {
            member("OldImage")
            image.writeJSON(to: &self)
        }
        member("SequenceNumber")
        string(record.sequenceNumber)
        member("SizeBytes")
        integer(record.sizeBytes)
        member("StreamViewType")
        string(output.viewType.rawValue)
        endObject()
        if record.isExpiry {
            member("userIdentity")
            beginObject()
            member("Type")
            string("Service")
            member("PrincipalId")
            string("dynamodb.amazonaws.com")
            endObject()
        }
        endObject()
    }
}
