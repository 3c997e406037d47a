import MartletCatalog
import MartletModel
import MartletTestSupport
import Testing

@testable import MartletEngine

@Suite struct ExecuteTransactionTests {
    @discardableResult
    private func run(
        _ database: TestDatabase, _ texts: [String], token: String? = nil,
        report: CapacityReport = .none
    ) throws(OperationError) -> ExecuteTransaction.Output {
        try database.engine.run(
            ExecuteTransaction(texts.map { .init($0) }, token: token, capacityReport: report))
    }

    @Test("one failed statement writes nothing, and every statement has its reason")
    func allOrNone() throws {
        let database = try TestDatabase(.orders)
        try database.put(.order)
        let before = database.dump()
        #expect(
            failure {
                try run(
                    database,
                    [
                        "INSERT INTO Tab VALUE {'pk': 'bob', 'sk': 1, 'shop': 'x'}",
                        "UPDATE Tab SET price = 1 WHERE pk = 'ann' AND sk = 1 AND phase = 'sent'",
                        "EXISTS(SELECT * FROM Tab WHERE pk = 'eve' AND sk = 1 AND a IS MISSING)",
                    ])
            }
                == "cancelled: None, ConditionalCheckFailed The conditional request failed, "
                + "ConditionalCheckFailed The conditional request failed")
        #expect(
            failure {
                try run(
                    database,
                    [
                        "INSERT INTO Tab VALUE {'pk': 'ann', 'sk': 1}",
                        "INSERT INTO Tab VALUE {'pk': 'bob'}",
                    ])
            }
                == "cancelled: None, ValidationError One or more parameter values were invalid: "
                + "Missing the key sk in the item")
        #expect(
            failure { try run(database, ["INSERT INTO Tab VALUE {'pk': 'ann', 'sk': 1}"]) }
                == "cancelled: DuplicateItem Duplicate primary key exists in table")
        #expect(database.dump() == before)
    }

    @Test("statements write what TransactWriteItems writes, and cost as much")
    func asTransaction() throws {
        let database = try TestDatabase(.orders)
        let twin = try TestDatabase(.orders)
        for one in [database, twin] { try one.put(.order) }
        let output = try run(
            database,
            [
                "UPDATE Tab SET price = 1 WHERE pk = 'ann' AND sk = 1",
                "INSERT INTO Tab VALUE {'pk': 'bob', 'sk': 2, 'shop': 'x'}",
                "DELETE FROM Tab WHERE pk = 'eve' AND sk = 3",
            ], report: .indexes)
        let twinOutput = try twin.transact(
            [
                .update(["pk": "ann", "sk": 1], "SET price = :p", [":p": 1]),
                .put(["pk": "bob", "sk": 2, "shop": "x"]), .delete(["pk": "eve", "sk": 3]),
            ], report: .indexes)
        #expect(output.capacity == twinOutput.capacity)
        #expect(output.items.isEmpty)
        #expect(database.rows == twin.rows)
        #expect(try database.findings() == [])
    }

    @Test("the same request under its token has no second effect; another one is refused")
    func token() throws {
        let database = try TestDatabase(TableRequest())
        try database.put(["pk": "a", "n": 0])
        let update = "UPDATE Tab SET n = n + 1 WHERE pk = 'a'"
        for _ in 0..<3 { try run(database, [update], token: "t") }
        #expect(try database.get(["pk": "a"]) == ["pk": "a", "n": 1])
        #expect(failure { try run(database, [update + " "], token: "t") } == "token mismatch")
        let showing = try ExecuteTransaction(
            [.init(update, returnsItemOnConditionFailure: true)], token: "t")
        #expect(failure { try database.engine.run(showing) } == "token mismatch")
    }

    @Test("faults of a statement that are the request's name their statement")
    func positions() throws {
        let database = try TestDatabase(TableRequest())
        let good = "DELETE FROM Tab WHERE pk = 'a'"
        let cases: [([String], String)] = [
            (
                [good, "DELETE Tab"],
                "[1]: Statement wasn't well formed, can't be processed: Expected FROM after DELETE"
            ),
            (
                [good + " RETURNING ALL OLD *"],
                "[0]: RETURNING clause is not supported in ExecuteTransaction."
            ),
            (
                [good, "EXISTS(SELECT * FROM Tab WHERE pk = 'b')"],
                "[1]: EXISTS() must contain a single item read with additional condition"
            ),
            (
                ["SELECT * FROM Tab WHERE pk = 'a'", "SELECT * FROM Tab WHERE v = 1"],
                "[1]: Select statements within ExecuteTransaction must specify the primary key in "
                    + "the where clause."
            ),
        ]
        for (texts, expected) in cases {
            #expect(
                failure { try run(database, texts) }
                    == "validation: Validation failed in TransactStatements" + expected)
        }
    }

    @Test("reads are of one moment, each in its place")
    func reads() throws {
        let database = try TestDatabase(TableRequest())
        try database.put(["pk": "a", "m": ["x": [1, 2]]])
        let output = try run(
            database,
            ["SELECT * FROM Tab WHERE pk = 'none'", "SELECT m.x[1] FROM Tab WHERE pk = 'a'"],
            report: .total)
        #expect(output.items.map { $0?.item } == [nil, ["x[1]": 2]])
        #expect(output.capacity == [ConsumedCapacity(table: "Tab", total: 4, direction: .read)])
    }
}
