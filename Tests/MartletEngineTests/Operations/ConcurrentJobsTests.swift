import MartletCatalog
import MartletEngine
import MartletModel
import MartletTestSupport
import Testing

/// How many restores, imports and exports there may be at once. Nothing works in the background but
/// when a test says so, and nobody does jobs, so all that was begun stays under way.
@Suite struct ConcurrentJobsTests {
    private func database() throws -> TestDatabase {
        let database = try TestDatabase(
            TableRequest(hash: "pk:S"), scheduling: .caller(beforePiece: {}))
        try database.setRecovery(true)
        try database.put(["pk": "a"])
        return database
    }

    private func work(_ database: TestDatabase, until isDone: () throws -> Bool) throws {
        for _ in 0..<1000 {
            if try isDone() { return }
            database.engine.workInBackground()
        }
        Issue.record("the work has no end")
    }

    /// Why something is refused; nil when it is not.
    private func refusal(_ body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch OperationError.limitExceeded(let text) {
            return "limit: " + text
        } catch {
            return "\(error)"
        }
    }

    private func limit(_ count: Int, _ what: String) -> String {
        "limit: Subscriber limit exceeded: There is a limit of \(count) concurrent \(what) per "
            + "subscriber"
    }

    @Test("fifty tables are restored at once, from backups and from the past together, and no more")
    func restores() throws {
        let database = try database()
        let arn = try database.backUp()
        try work(database) { try database.describeBackup(arn).status == .available }
        for number in 0..<25 {
            try database.restore(arn, to: TableName("Backup\(number)"))
            try database.restore(at: nil, to: TableName("Past\(number)"))
        }
        let limit = limit(50, "restores")
        #expect(refusal { try database.restore(arn, to: "Another") } == limit)
        #expect(refusal { try database.restore(at: nil, to: "Another") } == limit)
        // A name that is taken comes first.
        #expect(
            refusal { try database.restore(arn, to: "Past3") } == "Table is being created: Past3")
        try work(database) { try database.describe("Backup0").status == .active }
        try database.restore(arn, to: "Another")
        try work(database) { try database.describe("Another").status == .active }
        #expect(try database.findings() == [])
    }

    @Test("fifty tables are imported at once and no more; one that has ended makes room")
    func imports() throws {
        let database = try database()
        let input = ImportJob.Input(source: BucketPath(bucket: "bucket"), format: .csv)
        func begin(_ name: String, token: String? = nil) throws -> ImportJob {
            var request = TableRequest(hash: "pk:S")
            request.name = TableName(name)
            return try database.engine.run(
                ImportTable(request, from: input, clientToken: token)
            ).job
        }
        let first = try begin("First", token: "same")
        for number in 1..<50 { _ = try begin("Table\(number)") }
        #expect(refusal { _ = try begin("Another") } == limit(50, "imports"))
        #expect(refusal { _ = try begin("Table7") } == "Table already exists: Table7")
        #expect(try begin("First", token: "same").id == first.id)
        var ended = first
        ended.status = .completed
        ended.ended = database.engine.options.clock.now
        try database.engine.run(EndImport(ended))
        _ = try begin("Another")
        #expect(refusal { _ = try begin("Last") } == limit(50, "imports"))
        #expect(try database.findings() == [])
    }

    @Test("three hundred exports are under way at once and no more; one that has ended makes room")
    func exports() throws {
        let database = try database()
        func begin(token: String? = nil) throws -> ExportJob {
            try database.engine.run(
                ExportTableToPointInTime(
                    ExportJob.Request(
                        tableARN: try database.describe("Tab").arn, clientToken: token,
                        target: BucketPath(bucket: "bucket")))
            ).job
        }
        let first = try begin(token: "same")
        for _ in 1..<300 { _ = try begin() }
        #expect(refusal { _ = try begin() } == limit(300, "exports"))
        #expect(try begin(token: "same").id == first.id)
        var ended = first
        ended.status = .completed
        ended.ended = database.engine.options.clock.now
        try database.engine.run(SaveTransfer(ended))
        _ = try begin()
        #expect(refusal { _ = try begin() } == limit(300, "exports"))
    }
}
