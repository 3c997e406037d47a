// Order: docs/operations/ExecuteTransaction.md.

internal import MartletCatalog
package import MartletEngine
internal import MartletModel

extension ExecuteTransaction: WireOperation {
    private static let tokenCharacters = 1...36

    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<ExecuteTransaction> {
        var statements: [StatementMembers]?
        var token: String?
        var capacityReport: String?
        try readBody(body) { reader, progress throws(WireError) in
            while let name = try reader.nextMember(&progress) {
                switch name {
                case "TransactStatements":
                    statements = try StatementMembers.list(
                        of: "ParameterizedStatement", from: &reader)
                case "ClientRequestToken": token = try reader.readOptionalString()
                case "ReturnConsumedCapacity": capacityReport = try reader.readOptionalString()
                default: try reader.skipValue()
                }
            }
        }
        var checks = MemberChecks()
        let report = checks.choice(
            capacityReport, of: .returnConsumedCapacity, at: "returnConsumedCapacity")
        checks.length(of: token, in: tokenCharacters, at: "clientRequestToken")
        checks.statements(
            statements?.count, limit: Limits.transactionActions, kind: "ParameterizedStatement",
            at: "transactStatements")
        for (position, members) in (statements ?? []).enumerated() {
            members.check(&checks, at: "transactStatements.\(position + 1).member.")
        }
        try checks.check()
        do throws(OperationError) {
            var members: [Member] = []
            for statement in statements! {
                members.append(
                    Member(
                        statement.text, parameters: try statement.values(),
                        returnsItemOnConditionFailure: statement.returnsItemOnConditionFailure))
            }
            return DecodedRequest(
                try ExecuteTransaction(members, token: token, capacityReport: report ?? .none))
        } catch {
            throw WireError(statement: error)
        }
    }

    package static func encode(
        _ output: Output, for request: DecodedRequest<ExecuteTransaction>,
        into writer: inout JSONWriter
    ) {
        writer.transaction(output.items, output.capacity)
    }
}
