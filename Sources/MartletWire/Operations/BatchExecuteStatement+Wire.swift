// Order: docs/operations/BatchExecuteStatement.md.

internal import MartletCatalog
package import MartletEngine
internal import MartletModel

extension BatchExecuteStatement: WireOperation {
    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<BatchExecuteStatement> {
        var statements: [StatementMembers]?
        var capacityReport: String?
        try readBody(body) { reader, progress throws(WireError) in
            while let name = try reader.nextMember(&progress) {
                switch name {
                case "Statements":
                    statements = try StatementMembers.list(
                        of: "BatchStatementRequest", from: &reader)
                case "ReturnConsumedCapacity": capacityReport = try reader.readOptionalString()
                default: try reader.skipValue()
                }
            }
        }
        var checks = MemberChecks()
        let report = checks.choice(
            capacityReport, of: .returnConsumedCapacity, at: "returnConsumedCapacity")
        checks.statements(
            statements?.count, limit: Limits.batchStatements, kind: "BatchStatementRequest",
            at: "statements")
        for (position, members) in (statements ?? []).enumerated() {
            members.check(&checks, at: "statements.\(position + 1).member.")
        }
        try checks.check()
        do throws(OperationError) {
            return DecodedRequest(
                try BatchExecuteStatement(statements!.map(member), capacityReport: report ?? .none))
        } catch {
            throw WireError(statement: error)
        }
    }

    private static func member(_ members: StatementMembers) -> Member {
        do throws(OperationError) {
            return Member(
                members.text, parameters: try members.values(),
                isConsistent: members.isConsistent,
                returnsItemOnConditionFailure: members.returnsItemOnConditionFailure)
        } catch {
            return Member(failing: error)
        }
    }

    package static func encode(
        _ output: Output, for request: DecodedRequest<BatchExecuteStatement>,
        into writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.member("Responses")
        writer.beginArray()
        for response in output.responses { writer.response(response) }
        writer.endArray()
        writer.consumedCapacities(output.capacity)
        writer.endObject()
    }
}

extension JSONWriter {
    fileprivate mutating func response(_ response: StatementResponse) {
        beginObject()
        if let failure = response.failure {
            member("Error")
            beginObject()
            member("Code")
            string(failure.code.rawValue)
            member("Message")
            string(failure.message)
            if let item = failure.item {
                member("Item")
                item.writeJSON(to: &self)
            }
            endObject()
        }
        if let table = response.table {
            member("TableName")
            string(table.description)
        }
        if let item = response.item {
            member("Item")
            item.writeJSON(to: &self)
        }
        endObject()
    }
}
