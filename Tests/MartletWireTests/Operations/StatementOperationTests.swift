import MartletCatalog
@testable import MartletEngine
import MartletModel
import Testing

@testable import MartletWire

@Suite struct StatementOperationTests {
    private static let shortText =
        "failed to satisfy constraint: Member must have length greater than or equal to 1"
    private static let wrongChoice = Texts.choice(
        "X", "returnValuesOnConditionCheckFailure", "ALL_OLD, NONE")

    @Test("ExecuteStatement: constraints together, then the statement, then nothing else")
    func executeStatement() {
        expectRefusals(
            of: ExecuteStatement.self,
            [
                (
                    #"{"Parameters":[],"NextToken":"","ReturnConsumedCapacity":"X","Limit":0,"#
                        + #""ReturnValuesOnConditionCheckFailure":"X"}"#,
                    Texts.joined(
                        Texts.null("statement"), "Value '[]' at 'parameters' \(Self.shortText)",
                        "Value '' at 'nextToken' \(Self.shortText)", Texts.capacity,
                        "Value '0' at 'limit' failed to satisfy constraint: "
                            + "Member must have value greater than or equal to 1", Self.wrongChoice)
                ),
                (#"{"Statement":""}"#, Texts.joined("Value '' at 'statement' \(Self.shortText)")),
                (
                    #"{"Statement":"x","Parameters":[{"N":"x"}]}"#, Texts.notNumeric
                ),
                (
                    #"{"Statement":"SELECT * FROM t WHERE a = ?","Parameters":[{"S":"x"},{"S":"y"}]}"#,
                    "Number of parameters in request and statement don't match."
                ),
                (
                    #"{"Statement":"EXISTS(SELECT * FROM t)"}"#,
                    "EXISTS can only be used in ExecuteTransaction write requests."
                ),
            ])
        #expect(
            failure(ExecuteStatement.self, #"{"Statement":1}"#)
                == .serialization("NUMBER_VALUE cannot be converted to String"))
    }

    @Test("batches and transactions: constraints of the request, then of each statement")
    func lists() {
        expectRefusals(
            of: BatchExecuteStatement.self,
            [
                (
                    #"{"ReturnConsumedCapacity":"X"}"#,
                    Texts.joined(Texts.capacity, Texts.null("statements"))
                ),
                (
                    #"{"Statements":[]}"#,
                    Texts.joined("Value '[]' at 'statements' \(Self.shortText)")
                ),
                (
                    #"{"Statements":[{"Statement":"x"},{"Parameters":[],"ReturnValuesOnConditionCheckFailure":"X"}]}"#,
                    Texts.joined(
                        Texts.null("statements.2.member.statement"),
                        "Value '[]' at 'statements.2.member.parameters' \(Self.shortText)",
                        Texts.choice(
                            "X", "statements.2.member.returnValuesOnConditionCheckFailure",
                            "ALL_OLD, NONE"))
                ),
            ])
        expectRefusals(
            of: ExecuteTransaction.self,
            [
                (
                    #"{"ReturnConsumedCapacity":"X","ClientRequestToken":""}"#,
                    Texts.joined(
                        Texts.capacity, "Value '' at 'clientRequestToken' \(Self.shortText)",
                        Texts.null("transactStatements"))
                ),
                (
                    #"{"TransactStatements":[{}]}"#,
                    Texts.joined(Texts.null("transactStatements.1.member.statement"))
                ),
                (
                    #"{"TransactStatements":[{"Statement":"x"}]}"#,
                    "Validation failed in TransactStatements[0]: Statement wasn't well formed, "
                        + "can't be processed: Expected data manipulation"
                ),
            ])
    }

    @Test("a bad parameter in a batch is its statement's error, not the request's")
    func badParameter() throws {
        let request = try decode(
            BatchExecuteStatement.self,
            #"{"Statements":[{"Statement":"x","Parameters":[{}]},"#
                + #"{"Statement":"DELETE FROM t WHERE pk = ?","Parameters":[{"S":"a"}]}]}"#)
        #expect(!request.operation.isRead)
        #expect(
            failureText(request.operation.members[0])
                == "Supplied AttributeValue is empty, must contain exactly one of the supported "
                + "datatypes")
        #expect(failureText(request.operation.members[1]) == nil)
    }

    private func failureText(_ member: BatchExecuteStatement.Member) -> String? {
        guard case .failure(.validation(let text)) = member.statement else { return nil }
        return text
    }

    @Test("answers: items, where to go on, capacity; errors beside items")
    func encodes() throws {
        let statement = try decode(
            ExecuteStatement.self, #"{"Statement":"SELECT * FROM t","NextToken":"AQI="}"#)
        #expect(statement.operation.nextToken == [1, 2])
        let page = ExecuteStatement.Output(
            items: [.item(["a": .string("x")])], nextToken: [1, 2, 3],
            lastEvaluatedKey: ["k": .string("y")],
            capacity: ConsumedCapacity(table: "t", total: 0.5))
        #expect(
            encoded(page, for: statement)
                == #"{"Items":[{"a":{"S":"x"}}],"NextToken":"AQID","LastEvaluatedKey":{"k":{"S":"y"}},"#
                + #""ConsumedCapacity":{"TableName":"t","CapacityUnits":0.5}}"#)
        let batch = try decode(BatchExecuteStatement.self, #"{"Statements":[{"Statement":"x"}]}"#)
        let output = BatchExecuteStatement.Output(
            responses: [
                StatementResponse(
                    failure: .init(
                        code: .conditionalCheckFailed, message: "m",
                        item: .item(["a": .null])), table: "t"),
                StatementResponse(item: .item([:]), table: "t"),
            ])
        #expect(
            encoded(output, for: batch)
                == #"{"Responses":[{"Error":{"Code":"ConditionalCheckFailed","Message":"m","#
                + #""Item":{"a":{"NULL":true}}},"TableName":"t"},{"TableName":"t","Item":{}}]}"#)
        let transaction = try decode(
            ExecuteTransaction.self,
            #"{"TransactStatements":[{"Statement":"SELECT * FROM t WHERE a = 1"}]}"#)
        #expect(
            encoded(ExecuteTransaction.Output(items: [nil], capacity: []), for: transaction)
                == #"{"Responses":[{}]}"#)
    }
}
