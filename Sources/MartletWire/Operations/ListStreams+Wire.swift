// Order: docs/operations/ListStreams.md.

internal import MartletCatalog
package import MartletEngine
internal import MartletModel

extension ListStreams: WireOperation {
    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<ListStreams> {
        var table: String?
        var start: String?
        var limit: Int?
        try readBody(body) { reader, progress throws(WireError) in
            while let name = try reader.nextMember(&progress) {
                switch name {
                case "TableName": table = try reader.readOptionalString()
                case "ExclusiveStartStreamArn": start = try reader.readOptionalString()
                case "Limit": limit = try reader.readOptionalInteger()
                default: try reader.skipValue()
                }
            }
        }
        var checks = MemberChecks()
        checks.name(table, at: "tableName")
        checks.streamARN(start, at: "exclusiveStartStreamArn")
        checks.range(of: limit, from: 1, at: "limit")
        try checks.check()
        return DecodedRequest(
            ListStreams(
                table: table.map { TableName($0) }, exclusiveStartARN: start,
                limit: limit ?? Limits.listStreamsPage))
    }

    package static func encode(
        _ output: Output, for request: DecodedRequest<ListStreams>, into writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.member("Streams")
        writer.beginArray()
        for stream in output.streams {
            writer.beginObject()
            writer.member("StreamArn")
            writer.string(stream.arn)
            writer.member("TableName")
            writer.string(stream.table.description)
            writer.member("StreamLabel")
            writer.string(stream.label)
            writer.endObject()
        }
        writer.endArray()
        if let last = output.lastEvaluatedARN {
            writer.member("LastEvaluatedStreamArn")
            writer.string(last)
        }
        writer.endObject()
    }
}

extension MemberChecks {
    /// Checks the length of what is to be a stream's ARN.
    mutating func streamARN(_ value: String?, at path: @autoclosure () -> String) {
        length(of: value, in: 37...1024, at: path())
    }

    mutating func shardID(_ value: String?, at path: @autoclosure () -> String) {
        length(of: value, in: 28...65, at: path())
    }
}
