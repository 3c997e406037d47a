// Jobs in process: an engine in memory, buckets in a temporary folder, no server.

import Glibc
import MartletCatalog
import MartletEngine
import MartletKeyValue
import MartletModel
import MartletTestBasics
import MartletTestSupport
import Testing

@testable import MartletTransfer

@Suite struct ImportTests {
    /// A database with a bucket.
    final class Fixture {
        let folder: TemporaryFolder
        let database: TestDatabase
        let work: TransferWork

        init(_ tables: TableRequest...) throws {
            folder = try TemporaryFolder()
            mkdir(folder.path + "/bucket", 0o755)
            database = try TestDatabase()
            for table in tables { try database.create(table) }
            work = TransferWork(engine: database.engine, root: folder.path)
        }

        deinit { work.stop() }

        func write(_ text: String, to key: String) throws {
            try work.folders.bucket("bucket").write(Array(text.utf8), to: key)
        }

        func imported(_ request: TableRequest, _ prefix: String) throws -> ImportJob {
            let input = ImportJob.Input(
                source: BucketPath(bucket: "bucket", prefix: prefix), format: .dynamoDBJSON)
            let job = try database.engine.run(ImportTable(request, from: input)).job
            work.wake(.importing)
            var found = job
            let ended = try database.wait { () throws(OperationError) in
                found = try self.database.engine.job(ImportJob.self, job.id)!
                return !found.isUnderway
            }
            #expect(ended)
            return found
        }

        func bulkPut(_ prefix: String) throws -> BulkPutJob {
            let request = BulkPutJob.Request(
                table: "Tab", source: BucketPath(bucket: "bucket", prefix: prefix),
                output: BucketPath(bucket: "bucket"), reports: [.error, .conditionCheckFailure])
            let job = try database.engine.run(StartBulkPutItems(table: "Tab", request)).job
            work.wake(.bulkPut)
            var found = job
            let ended = try database.wait { () throws(OperationError) in
                found = try self.database.engine.job(BulkPutJob.self, job.id)!
                return !found.isUnderway
            }
            #expect(ended)
            return found
        }
    }

    private static let request = TableRequest(
        hash: "pk:S", global: [IndexShape("byV", hash: "v:N")])

    private func line(_ key: Int, _ value: Int) -> String {
        #"{"Item":{"pk":{"S":"k\#(key)"},"v":{"N":"\#(value)"}}}"# + "\n"
    }

    @Test("an import puts items and index rows; each record counts once, the last of a key stays")
    func importing() throws {
        let fixture = try Fixture()
        try fixture.write((0..<1000).map { line($0, $0 % 7) }.joined(), to: "in/a.json")
        try fixture.write(line(3, 99) + "broken\n" + line(4, 98), to: "in/b.json")
        let job = try fixture.imported(Self.request, "in/")
        #expect(job.status == .completed)
        #expect(job.processedCount == 1003)
        #expect(job.importedCount == 1002)
        #expect(job.errorCount == 1)
        let description = try fixture.database.describe("Tab")
        #expect(description.tally.itemCount == 1000)
        #expect(description.status == .active)
        #expect(try fixture.database.get(["pk": "k3"])?["v"] == 99)
        #expect(try fixture.database.findings() == [])
    }

    @Test("while a table is imported it is described as CREATING and cannot be used")
    func unready() throws {
        let fixture = try Fixture()
        let input = ImportJob.Input(
            source: BucketPath(bucket: "bucket", prefix: "in/"), format: .dynamoDBJSON)
        _ = try fixture.database.engine.run(ImportTable(Self.request, from: input))
        #expect(try fixture.database.describe("Tab").status == .creating)
        #expect(throws: OperationError.self) { try fixture.database.put(["pk": "x"]) }
        #expect(throws: OperationError.self) {
            _ = try fixture.database.engine.run(DeleteTable(table: "Tab"))
        }
        #expect(try fixture.database.findings() == [])
    }

    @Test("a restart goes on with an import where its last piece was")
    func resuming() throws {
        let fixture = try Fixture()
        try fixture.write((0..<2000).map { line($0, 1) }.joined(), to: "in/a.json")
        let input = ImportJob.Input(
            source: BucketPath(bucket: "bucket", prefix: "in/"), format: .dynamoDBJSON)
        let job = try fixture.database.engine.run(ImportTable(Self.request, from: input)).job
        // Half of it is done, as its row would say.
        let puts = (0..<1000).map { number in
            PutTransferItems<ImportJob>.Put(item: ["pk": .string(Text("k\(number)")), "v": 1])
        }
        let half = PutTransferItems<ImportJob>(
            id: job.id, tableID: job.definition.id, puts: puts
        ) { job, outcomes in
            job.position = TransferPosition(object: "in/a.json", records: outcomes.count)
            job.processedCount += outcomes.count
            job.importedCount += outcomes.count
        }
        _ = try fixture.database.engine.run(half)
        let next = try fixture.database.reopened()
        let work = TransferWork(engine: next.engine, root: fixture.folder.path)
        work.start()
        let ended = try next.wait { () throws(OperationError) in
            try next.engine.job(ImportJob.self, job.id)?.isUnderway == false
        }
        work.stop()
        #expect(ended)
        let done = try #require(try next.engine.job(ImportJob.self, job.id))
        #expect(done.status == .completed)
        #expect(done.processedCount == 2000)
        #expect(done.importedCount == 2000)
        #expect(try next.describe("Tab").tally.itemCount == 2000)
        #expect(try next.findings() == [])
    }

    @Test("a bulk put tests conditions in order, also within a piece, and reports what it left")
    func bulkPut() throws {
        let fixture = try Fixture(Self.request)
        let condition = #","ConditionExpression":"attribute_not_exists(pk)"}"#
        let once = #"{"Item":{"pk":{"S":"once"},"v":{"N":"1"}}"# + condition + "\n"
        try fixture.write(once + once + #"{"Item":{"v":{"N":"1"}}}"# + "\n", to: "in/a")
        let job = try fixture.bulkPut("in/")
        #expect(job.status == .completedWithErrors)
        #expect(job.processedCount == 3)
        #expect(job.failedCount == 1)
        #expect(job.unmetCount == 1)
        #expect(job.indexUsage[.global("byV")] != nil)
        let bucket = try fixture.work.folders.bucket("bucket")
        let reports = try bucket.objects(prefix: job.keyPrefix).map(\.key)
        #expect(
            reports == [
                job.keyPrefix + "CONDITION_CHECK_FAILURE.json", job.keyPrefix + "ERROR.json",
            ])
        #expect(try fixture.database.findings() == [])
    }

    @Test("a job of a table that is gone fails")
    func tableGone() throws {
        let fixture = try Fixture(Self.request)
        try fixture.write(line(1, 1), to: "in/a")
        let request = BulkPutJob.Request(
            table: "Tab", source: BucketPath(bucket: "bucket", prefix: "in/"),
            output: BucketPath(bucket: "bucket"), reports: [.error])
        let job = try fixture.database.engine.run(StartBulkPutItems(table: "Tab", request)).job
        _ = try fixture.database.engine.run(DeleteTable(table: "Tab"))
        fixture.work.wake(.bulkPut)
        var found = job
        _ = try fixture.database.wait { () throws(OperationError) in
            found = try fixture.database.engine.job(BulkPutJob.self, job.id)!
            return !found.isUnderway
        }
        #expect(found.status == .failed)
        #expect(found.failure?.code == "TableNotFound")
    }

    @Test("a row of each kind of job reads back as it was, and a changed byte is damage")
    func records() throws {
        let fixture = try Fixture()
        try fixture.write(line(1, 1), to: "in/a")
        let job = try fixture.imported(Self.request, "in/")
        #expect(try ImportJob(record: job.record) == job)
        let id = try #require(TransferID("01700000000000-0123abcd"))
        let export = ExportJob(
            id: id, table: "Tab", rowsID: 7, tableUUID: "u",
            request: ExportJob.Request(
                tableARN: "arn", time: Timestamp(secondsSince1970: 1.5), clientToken: "t",
                target: BucketPath(bucket: "b", owner: "1", prefix: "p"),
                encryption: BucketEncryption(algorithm: .kms, keyID: "k"),
                filter: ExportJob.Filter(
                    filter: "#a = :v", names: ["#a": "a"], values: [":v": "x"])),
            time: Timestamp(secondsSince1970: 1.5), status: .failed,
            started: Timestamp(secondsSince1970: 2), ended: Timestamp(secondsSince1970: 3),
            itemCount: 4, billedBytes: 5, failure: .noSuchBucket)
        #expect(try ExportJob(record: export.record) == export)
        var changes = export
        changes.request.incremental = ExportJob.Incremental(
            from: Timestamp(secondsSince1970: 1), to: Timestamp(secondsSince1970: 1.5),
            view: .newImage)
        changes.keyNames = ["pk", "sk"]
        #expect(try ExportJob(record: changes.record) == changes)
        #expect(TransferARN(export.arn(of: .local), .export)?.id == id)
        #expect(TransferARN(export.arn(of: .local), .importing) == nil)
        for text in ["", "01700000000000", "0170000000000-0123abcd", "01700000000000-0123ABCD"] {
            #expect(TransferID(text) == nil)
        }
    }
}
