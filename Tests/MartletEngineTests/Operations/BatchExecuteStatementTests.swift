import MartletCatalog
import MartletModel
import MartletTestSupport
import Testing

@testable import MartletEngine

@Suite struct BatchExecuteStatementTests {
    private func run(
        _ database: TestDatabase, _ texts: [String], report: CapacityReport = .none
    ) throws(OperationError) -> BatchExecuteStatement.Output {
        try database.engine.run(
            BatchExecuteStatement(texts.map { .init($0) }, capacityReport: report))
    }

    /// The answers in few words.
    private func summaries(_ output: BatchExecuteStatement.Output) -> [String] {
        output.responses.map { response in
            let parts = [
                response.table?.description, response.item?.item.notation,
                response.failure.map { "\($0.code.rawValue): \($0.message)" },
            ]
            return parts.compactMap { $0 }.joined(separator: " ")
        }
    }

    @Test("one bad statement does not fail the others")
    func sideBySide() throws {
        let database = try TestDatabase(TableRequest(), TableRequest(short: "U.."))
        try database.put(["pk": "a", "v": 1])
        let output = try run(
            database,
            [
                "INSERT INTO Tab VALUE {'pk': 'b'}", "INSERT INTO Tab VALUE {'pk': 'a'}",
                "nonsense",
                "UPDATE \"U..\" SET v = 1 WHERE pk = 'a'", "DELETE FROM none WHERE pk = 'a'",
                "INSERT INTO \"U..\" VALUE {'pk': 1}",
            ], report: .total)
        #expect(
            summaries(output) == [
                "Tab", "Tab DuplicateItem: Duplicate primary key exists in table",
                "ValidationError: Statement wasn't well formed, can't be processed: Expected data "
                    + "manipulation",
                "U.. ConditionalCheckFailed: The conditional request failed",
                "ResourceNotFound: Requested resource not found",
                "ValidationError: One or more parameter values were invalid: Type mismatch for key "
                    + "pk expected: S actual: N",
            ])
        #expect(output.capacity == [ConsumedCapacity(table: "Tab", total: 2)])
        #expect(try database.get(["pk": "b"]) == ["pk": "b"])
        #expect(try database.findings() == [])
    }

    @Test("what concerns the batch refuses all of it, and nothing is written")
    func refusals() throws {
        let database = try TestDatabase(TableRequest())
        let before = database.dump()
        #expect(
            failure {
                try run(database, ["SELECT * FROM Tab", "x", "INSERT INTO Tab VALUE {'pk': 'a'}"])
            }
                == "validation: Read and write requests together in the same batch is not "
                + "supported.")
        #expect(
            failure {
                try run(
                    database,
                    ["INSERT INTO Tab VALUE {'pk': 'a'}", "DELETE FROM Tab WHERE 'a' = pk"])
            } == "validation: Provided list of item keys contains duplicates")
        #expect(database.dump() == before)
    }

    @Test("statements that are none are answered as reads")
    func nothingToRun() throws {
        let database = try TestDatabase(TableRequest())
        let batch = try BatchExecuteStatement([.init("x"), .init("EXISTS(SELECT * FROM Tab)")])
        #expect(batch.isRead)
        #expect(
            summaries(try database.engine.run(batch)) == [
                "ValidationError: Statement wasn't well formed, can't be processed: Expected data "
                    + "manipulation",
                "ValidationError: EXISTS can only be used in ExecuteTransaction write requests.",
            ])
    }
}
