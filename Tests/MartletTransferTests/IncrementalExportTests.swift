// Incremental exports in process, under a clock that the test moves, against a plain model of what
// changed. The line format and what is told of inserts, updates and deletes are AWS's, of the page
// "DynamoDB table export output format".

import Glibc
import MartletCatalog
import MartletEngine
import MartletModel
import MartletTestBasics
import MartletTestSupport
import Testing

@testable import MartletTransfer

@Suite struct IncrementalExportTests {
    /// A table with a history, a bucket, and what the table was after each write.
    final class Fixture {
        let folder: TemporaryFolder
        var database: TestDatabase
        var work: TransferWork
        let start: Double
        /// By key: its values in the order of the writes; nil where it was deleted.
        var history: [Int: [(moment: UInt64, value: Int?)]] = [:]

        init() throws {
            folder = try TemporaryFolder()
            mkdir(folder.path + "/bucket", 0o755)
            database = try TestDatabase(TableRequest())
            start = database.clock.now
            work = TransferWork(engine: database.engine, root: folder.path)
            _ = try database.engine.run(
                UpdateContinuousBackups(table: "Tab", isEnabled: true, periodInDays: nil))
        }

        deinit { work.stop() }

        private var moment: UInt64 { UInt64((database.clock.now * 1_000_000).rounded()) }

        func put(_ key: Int, _ value: Int) throws {
            try database.put(["pk": .string(Text("k\(key)")), "v": .number(DecimalNumber(value))])
            history[key, default: []].append((moment, value))
        }

        func delete(_ key: Int) throws {
            try database.delete(["pk": .string(Text("k\(key)"))])
            // Without an item there is nothing that changes.
            if history[key]?.last?.value != nil { history[key]!.append((moment, nil)) }
        }

        /// - Parameters: seconds after the start.
        func begin(
            _ from: Double, _ to: Double?, _ view: ExportJob.View = .newAndOldImages
        ) throws -> ExportJob {
            let request = ExportJob.Request(
                tableARN: "arn:aws:dynamodb:us-east-1:000000000000:table/Tab",
                target: BucketPath(bucket: "bucket", prefix: "out"),
                incremental: ExportJob.Incremental(
                    from: Timestamp(secondsSince1970: start + from),
                    to: to.map { Timestamp(secondsSince1970: start + $0) }, view: view))
            return try database.engine.run(ExportTableToPointInTime(request)).job
        }

        /// Why no export begins.
        func refusal(_ from: Double, _ to: Double?) -> String? {
            do {
                _ = try begin(from, to)
                return nil
            } catch {
                return (error as? OperationError)?.summary
            }
        }

        func ended(_ job: ExportJob) throws -> ExportJob {
            work.wake(.export)
            var found = job
            let hasEnded = try database.wait { () throws(OperationError) in
                found = try self.database.engine.job(ExportJob.self, job.id)!
                return !found.isUnderway
            }
            #expect(hasEnded)
            return found
        }

        func text(_ key: String, isCompressed: Bool = false) throws -> String {
            let file = try work.folders.bucket("bucket").open(key)
            let reader = try ObjectReader(file, isCompressed ? .gzip : .none)
            var bytes: [UInt8] = []
            while try reader.read(into: &bytes) {}
            return String(decoding: bytes, as: UTF8.self)
        }

        /// The lines of all data files, sorted.
        func lines(of job: ExportJob) throws -> [String] {
            let manifest = try text(job.keyPrefix + "manifest-files.json")
            var lines: [String] = []
            for line in manifest.split(separator: "\n") {
                let key = line.split(separator: "\"dataFileS3Key\":\"")[1].split(separator: "\"")[0]
                #expect(key.hasPrefix("out/AWSDynamoDB/data/"))
                lines += try text(String(key), isCompressed: true).split(separator: "\n").map(
                    String.init)
            }
            #expect(lines.count == job.itemCount)
            return lines.sorted()
        }

        private func image(_ key: Int, _ value: Int) -> String {
            #"{"pk":{"S":"k\#(key)"},"v":{"N":"\#(value)"}}"#
        }

        /// What an export of `from..<to` has to say.
        func expected(_ from: Double, _ to: Double, _ view: ExportJob.View) -> [String] {
            let from = UInt64(((start + from) * 1_000_000).rounded())
            let to = UInt64(((start + to) * 1_000_000).rounded())
            var lines: [String] = []
            for (key, writes) in history {
                let old = writes.last { $0.moment < from }?.value
                guard let last = writes.last(where: { $0.moment >= from && $0.moment < to }),
                    old != nil || last.value != nil
                else { continue }
                var line =
                    #"{"Metadata":{"WriteTimestampMicros":{"N":"\#(last.moment)"}},"#
                    + #""Keys":{"pk":{"S":"k\#(key)"}}"#
                if let old, view == .newAndOldImages {
                    line += #","OldImage":"# + image(key, old)
                }
                if let value = last.value { line += #","NewImage":"# + image(key, value) }
                lines.append(line + "}")
            }
            return lines.sorted()
        }
    }

    @Test("an insert, an update, a delete, and what came and went")
    func kinds() throws {
        let fixture = try Fixture()
        for key in [1, 2, 5] { try fixture.put(key, key) }
        fixture.database.clock.advance(seconds: 60)
        try fixture.put(1, 10)
        try fixture.delete(2)
        try fixture.put(3, 30)
        try fixture.put(4, 40)
        fixture.database.clock.advance(seconds: 1)
        try fixture.delete(4)
        fixture.database.clock.advance(seconds: 1000)
        try fixture.put(5, 50)
        try fixture.put(6, 60)
        let job = try fixture.ended(try fixture.begin(60, 1060))
        #expect(job.status == .completed)
        let micros = UInt64((fixture.start + 60) * 1_000_000)
        let metadata = #"{"Metadata":{"WriteTimestampMicros":{"N":"\#(micros)"}},"#
        #expect(
            try fixture.lines(of: job) == [
                metadata + #""Keys":{"pk":{"S":"k1"}},"OldImage":{"pk":{"S":"k1"},"#
                    + #""v":{"N":"1"}},"NewImage":{"pk":{"S":"k1"},"v":{"N":"10"}}}"#,
                metadata + #""Keys":{"pk":{"S":"k2"}},"OldImage":{"pk":{"S":"k2"},"v":{"N":"2"}}}"#,
                metadata
                    + #""Keys":{"pk":{"S":"k3"}},"NewImage":{"pk":{"S":"k3"},"v":{"N":"30"}}}"#,
            ])
        let summary = try fixture.text(job.manifestKey)
        for member in [
            #""version":"2023-08-01""#, #""outputView":"NEW_AND_OLD_IMAGES""#,
            #""exportType":"INCREMENTAL_EXPORT""#,
            "\"exportFromTime\":\"\(Timestamp(secondsSince1970: fixture.start + 60).streamLabel)Z\"",
            "\"exportToTime\":\"\(Timestamp(secondsSince1970: fixture.start + 1060).streamLabel)Z\"",
        ] { #expect(summary.contains(member), "\(member)") }
        #expect(!summary.contains("exportTime\""))
        let short = try fixture.ended(try fixture.begin(60, 1060, .newImage))
        #expect(
            try fixture.lines(of: short) == [
                metadata
                    + #""Keys":{"pk":{"S":"k1"}},"NewImage":{"pk":{"S":"k1"},"v":{"N":"10"}}}"#,
                metadata + #""Keys":{"pk":{"S":"k2"}}}"#,
                metadata
                    + #""Keys":{"pk":{"S":"k3"}},"NewImage":{"pk":{"S":"k3"},"v":{"N":"30"}}}"#,
            ])
        #expect(try fixture.database.findings() == [])
        #expect(!fixture.database.dump().contains { $0.hasPrefix("change ") })
    }

    @Test("any period of a random history, with writes while it is copied", arguments: 1...4)
    func random(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        let fixture = try Fixture()
        func write(_ count: Int) throws {
            for _ in 0..<count {
                if random.chance(1, in: 3) {
                    try fixture.delete(random.below(60))
                } else {
                    try fixture.put(random.below(60), random.below(1000))
                }
                if random.chance(1, in: 2) { fixture.database.clock.advance(seconds: 20) }
            }
        }
        try write(400)
        for round in 0..<4 {
            let now = fixture.database.clock.now - fixture.start
            let from = Double(random.below(Int(now) - 901))
            let to = from + 900 + Double(random.below(Int(now - from - 900)))
            let view: ExportJob.View = random.chance(1, in: 2) ? .newImage : .newAndOldImages
            let job = try fixture.begin(from, to, view)
            let expected = fixture.expected(from, to, view)
            // The background copies meanwhile.
            try write(50)
            if round == 2 {
                // As after a crash: what was copied is gone on with, and written anew.
                fixture.work.stop()
                fixture.database = try fixture.database.reopened()
                fixture.work = TransferWork(
                    engine: fixture.database.engine, root: fixture.folder.path)
            }
            let done = try fixture.ended(job)
            #expect(done.status == .completed)
            #expect(try fixture.lines(of: done) == expected, "seed \(seed), round \(round)")
            #expect(try fixture.database.findings() == [])
        }
    }

    @Test("history stays as long as the export needs it, also when recovery is switched off")
    func recoveryOff() throws {
        let fixture = try Fixture()
        try fixture.put(1, 1)
        fixture.database.clock.advance(seconds: 901)
        let job = try fixture.begin(0, 900)
        _ = try fixture.database.engine.run(
            UpdateContinuousBackups(table: "Tab", isEnabled: false, periodInDays: nil))
        try fixture.delete(1)
        let done = try fixture.ended(job)
        #expect(done.status == .completed)
        #expect(try fixture.lines(of: done) == fixture.expected(0, 900, .newAndOldImages))
        #expect(done.itemCount == 1)
        #expect(try fixture.database.findings() == [])
    }

    @Test(
        "a period has 15 minutes at least, 24 hours at most, and is one of the recovery period",
        arguments: [
            (0, 899.0, "ExportToTime must be at least 15 minutes after ExportFromTime"),
            (1000, 500, "ExportToTime must be at least 15 minutes after ExportFromTime"),
            (0, 86_401, "ExportToTime must be at most 24 hours after ExportFromTime"),
            (-1, 1000, nil), (0, 100_001, nil), (0, nil, nil),
        ] as [(Double, Double?, String?)])
    func periods(from: Double, to: Double?, text: String?) throws {
        let fixture = try Fixture()
        fixture.database.clock.advance(seconds: 100_000)
        let outside =
            "ExportFromTime and ExportToTime must be between EarliestRestorableDateTime and "
            + "LatestRestorableDateTime"
        let tooLong = "ExportToTime must be at most 24 hours after ExportFromTime"
        let refusal = "invalidExportTime: " + (text ?? (to == nil ? tooLong : outside))
        #expect(fixture.refusal(from, to) == refusal)
        #expect(throws: Never.self) { _ = try fixture.begin(100_000 - 900, nil) }
        #expect(throws: Never.self) { _ = try fixture.begin(0, 86_400) }
    }

    @Test("a table without recovery has no changes to export")
    func withoutRecovery() throws {
        let fixture = try Fixture()
        fixture.database.clock.advance(seconds: 1000)
        _ = try fixture.database.engine.run(
            UpdateContinuousBackups(table: "Tab", isEnabled: false, periodInDays: nil))
        #expect(
            fixture.refusal(0, 900)
                == "recoveryUnavailable: Point in time recovery is not enabled for table 'Tab'")
    }
}
