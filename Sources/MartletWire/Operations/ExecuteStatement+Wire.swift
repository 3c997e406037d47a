// Order: docs/operations/ExecuteStatement.md.

internal import MartletCatalog
package import MartletEngine

extension ExecuteStatement: WireOperation {
    private static let tokenCharacters = 1...32768

    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<ExecuteStatement> {
        var members = StatementMembers()
        var nextToken: String?
        var limit: Int?
        var capacityReport: String?
        try readBody(body) { reader, progress throws(WireError) in
            while let name = try reader.nextMember(&progress) {
                switch name {
                case "NextToken": nextToken = try reader.readOptionalString()
                case "Limit": limit = try reader.readOptionalInteger()
                case "ReturnConsumedCapacity": capacityReport = try reader.readOptionalString()
                default: if try !members.read(name, from: &reader) { try reader.skipValue() }
                }
            }
        }
        var checks = MemberChecks()
        var report: CapacityReport?
        members.check(&checks) { checks in
            checks.length(of: nextToken, in: tokenCharacters, at: "nextToken")
            report = checks.choice(
                capacityReport, of: .returnConsumedCapacity, at: "returnConsumedCapacity")
            checks.range(of: limit, from: 1, at: "limit")
        }
        try checks.check()
        do throws(OperationError) {
            let parsed = try ParsedStatement(members.text, parameters: try members.values())
            return DecodedRequest(
                try ExecuteStatement(
                    parsed, isConsistent: members.isConsistent, limit: limit,
                    nextToken: nextToken.map(bytes), capacityReport: report ?? .none,
                    returnsItemOnConditionFailure: members.returnsItemOnConditionFailure))
        } catch {
            throw WireError(statement: error)
        }
    }

    /// The token's bytes; none, which is no token, when the text is not base64.
    private static func bytes(of token: String) -> [UInt8] {
        Array(token.utf8).withUnsafeBufferPointer { (try? Base64.decode($0)) ?? [] }
    }

    package static func encode(
        _ output: Output, for request: DecodedRequest<ExecuteStatement>,
        into writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.member("Items")
        writer.beginArray()
        for item in output.items { item.writeJSON(to: &writer) }
        writer.endArray()
        if let token = output.nextToken {
            writer.member("NextToken")
            writer.string(Base64.encoded(token))
        }
        if let key = output.lastEvaluatedKey {
            writer.member("LastEvaluatedKey")
            writer.attributes(key)
        }
        if let capacity = output.capacity {
            writer.member("ConsumedCapacity")
            writer.consumedCapacity(capacity)
        }
        writer.endObject()
    }
}
