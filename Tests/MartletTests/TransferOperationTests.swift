import Foundation
import Martlet
import Testing

/// Exports, imports and bulk puts as a program sees them: nothing but `import Martlet`.
@Suite struct TransferOperationTests {
    /// A folder of buckets with one bucket in it, and databases that have it.
    private struct Buckets {
        let folder = TemporaryFolder()

        init() throws {
            try FileManager.default.createDirectory(
                atPath: folder.path + "/bucket/in", withIntermediateDirectories: true)
        }

        var options: DatabaseOptions {
            var options = DatabaseOptions()
            options.bucketRoot = folder.path
            return options
        }

        func write(_ text: String, to key: String) throws {
            try text.write(
                toFile: "\(folder.path)/bucket/\(key)", atomically: false, encoding: .utf8)
        }

        func read(_ key: String) throws -> String {
            try String(contentsOfFile: "\(folder.path)/bucket/\(key)", encoding: .utf8)
        }
    }

    private static let orders = TableRequest("Orders", partitionKey: .number("number"))

    private static func order(_ number: Int) -> Item {
        ["number": .number(DecimalNumber(number)), "note": .string(Text("order \(number)"))]
    }

    private static func line(_ number: Int) -> String {
        #"{"Item":{"number":{"N":"\#(number)"},"note":{"S":"order \#(number)"}}}"# + "\n"
    }

    /// Asks until a job has ended, for two minutes at most.
    private func ended<Job>(
        _ arn: String, _ describe: (String) throws(OperationError) -> DescribedTransfer<Job>,
        _ isUnderway: (Job) -> Bool
    ) async throws -> Job {
        for _ in 0..<60_000 {
            let job = try describe(arn).job
            if !isUnderway(job) { return job }
            try await Task.sleep(for: .milliseconds(2))
        }
        Issue.record("the job does not end")
        return try describe(arn).job
    }

    private func end(ofImport arn: String, in database: Database) async throws -> ImportJob {
        try await ended(
            arn, { arn throws(OperationError) in try database.run(DescribeImport(arn: arn)) },
            \.isUnderway)
    }

    private func items(of table: TableName, in database: Database) throws -> [Item] {
        var found: [Item] = []
        var next: Item?
        repeat {
            let page = try database.scan(table, startKey: next)
            found += page.items
            next = page.nextKey
        } while next != nil
        return found.sorted { "\($0["number"]!)" < "\($1["number"]!)" }
    }

    @Test("what is exported is imported as it was, filtered when asked for, and both are told of")
    func roundTrip() async throws {
        let buckets = try Buckets()
        let database = try Database.inMemory(options: buckets.options)
        let table = try await database.createTable(Self.orders)
        try await database.run(UpdateContinuousBackups(table: "Orders", isEnabled: true))
        try await database.writeMany((0..<500).map { .put(Self.order($0)) }, in: "Orders")

        for filter: ExportJob.Filter? in [
            nil, .init(filter: "#n < :n", names: ["#n": "number"], values: [":n": 100]),
        ] {
            let count = filter == nil ? 500 : 100
            let begun = try await database.run(
                ExportTableToPointInTime(
                    .init(
                        tableARN: table.arn, target: BucketPath(bucket: "bucket", prefix: "out"),
                        filter: filter)))
            #expect(begun.job.status == .inProgress)
            #expect(begun.tableARN == table.arn)
            let export = try await ended(
                begun.arn,
                { arn throws(OperationError) in try database.run(DescribeExport(arn: arn)) },
                \.isUnderway)
            #expect(export.status == .completed)
            #expect(export.itemCount == count)
            let manifest = export.manifestKey
            #expect(try buckets.read(manifest).contains("\"itemCount\":\(count)"))
            #expect(try database.run(ListExports()).jobs.first?.arn == begun.arn)

            let copy = TableName("Copy\(count)")
            let importing = try await database.run(
                ImportTable(
                    TableRequest(copy, partitionKey: .number("number")),
                    from: .init(
                        source: BucketPath(
                            bucket: "bucket",
                            prefix: manifest.replacing("manifest-summary.json", with: "data/")),
                        format: .dynamoDBJSON, compression: .gzip)))
            let imported = try await end(ofImport: importing.arn, in: database)
            #expect(imported.status == .completed)
            #expect(imported.importedCount == count)
            #expect(
                try items(of: copy, in: database)
                    == items(of: "Orders", in: database).filter { $0["number"]!.isBelow(count) })
            #expect(try database.run(ListImports()).jobs.first?.arn == importing.arn)
        }
        #expect(
            try database.run(ListExports(TransferPage(tableARN: table.arn, limit: 1))).nextToken
                != nil)
        try database.close()
    }

    @Test(
        "a bulk put puts what it can, reports the rest, and cannot be cancelled once it has ended")
    func bulkPut() async throws {
        let buckets = try Buckets()
        let database = try Database.inMemory(options: buckets.options)
        try await database.createTable(Self.orders)
        try buckets.write(Self.line(1) + "broken\n" + Self.line(2), to: "in/a.json")
        let begun = try await database.run(
            StartBulkPutItems(
                table: "Orders", from: BucketPath(bucket: "bucket", prefix: "in/"),
                reportsTo: BucketPath(bucket: "bucket", prefix: "reports")))
        let job = try await ended(
            begun.arn,
            { arn throws(OperationError) in try database.run(DescribeBulkOperation(arn: arn)) },
            \.isUnderway)
        #expect(job.status == .completedWithErrors)
        #expect((job.processedCount, job.failedCount, job.unmetCount) == (3, 1, 0))
        #expect(try items(of: "Orders", in: database) == [Self.order(1), Self.order(2)])
        #expect(try buckets.read(job.keyPrefix + "ERROR.json").contains(#""RecordNumber":2"#))
        #expect(try database.run(ListBulkOperations()).jobs.map(\.arn) == [begun.arn])

        let error = try await #require(throws: OperationError.self) {
            try await database.run(CancelBulkOperation(arn: begun.arn))
        }
        #expect(
            error.description
                == "Bulk operation cannot be cancelled because it is in status "
                + "COMPLETED_WITH_ERRORS")
        try database.close()
    }

    @Test("a bulk put that is asked to stop keeps what it has put, and says that it was cancelled")
    func cancelling() async throws {
        let buckets = try Buckets()
        let database = try Database.inMemory(options: buckets.options)
        try await database.createTable(Self.orders)
        try buckets.write((0..<4000).map(Self.line).joined(), to: "in/a.json")
        // At most 1,024 units a second: some seconds, if nobody cancels it.
        let begun = try await database.run(
            StartBulkPutItems(
                table: "Orders", from: BucketPath(bucket: "bucket", prefix: "in/"),
                maxWriteUnits: 1024))
        let asked = try await database.run(CancelBulkOperation(arn: begun.arn))
        #expect(asked.job.status == .cancelling)
        let job = try await ended(
            begun.arn,
            { arn throws(OperationError) in try database.run(DescribeBulkOperation(arn: arn)) },
            \.isUnderway)
        #expect(job.status == .cancelled)
        #expect(job.failure?.code == "UserCancelled")
        #expect(try items(of: "Orders", in: database).count == job.processedCount)
        #expect(job.processedCount < 4000)
        try database.close()
    }

    @Test("a job of a database that is closed goes on when it is opened again with its buckets")
    func reopening() async throws {
        let buckets = try Buckets()
        let data = TemporaryFolder()
        try buckets.write((0..<3000).map(Self.line).joined(), to: "in/a.json")
        let first = try Database.open(at: data.path, options: buckets.options)
        let begun = try await first.run(
            ImportTable(
                Self.orders,
                from: .init(
                    source: BucketPath(bucket: "bucket", prefix: "in/"), format: .dynamoDBJSON)))
        try first.close()

        // Without buckets the job is left alone.
        let second = try Database.open(at: data.path)
        let left = try second.run(DescribeImport(arn: begun.arn)).job
        #expect(left.status != .failed)
        try second.close()

        let third = try Database.open(at: data.path, options: buckets.options)
        let job = try await end(ofImport: begun.arn, in: third)
        #expect(job.status == .completed)
        #expect(job.importedCount == 3000)
        #expect(try third.describeTable("Orders").tally.itemCount == 3000)
        try third.close()
    }

    @Test(
        "without buckets nothing is begun; there is nothing to list, and what is not is not found")
    func noBuckets() async throws {
        let database = try Database.inMemory()
        let table = try await database.createTable(Self.orders)
        try await database.run(UpdateContinuousBackups(table: "Orders", isEnabled: true))
        let place = BucketPath(bucket: "bucket")
        let text = "There are no buckets: DatabaseOptions.bucketRoot names no folder"
        #expect(
            await refusal {
                try await database.run(
                    ExportTableToPointInTime(.init(tableARN: table.arn, target: place)))
            } == text)
        #expect(
            await refusal {
                try await database.run(StartBulkPutItems(table: "Orders", from: place))
            } == text)
        #expect(
            await refusal {
                try await database.run(
                    ImportTable(
                        TableRequest("Other", partitionKey: .number("number")),
                        from: .init(source: place, format: .csv)))
            } == text)
        #expect(try database.listTables() == ["Orders"])
        #expect(try database.run(ListExports()).jobs.isEmpty)
        #expect(try database.run(ListImports()).jobs.isEmpty)
        #expect(try database.run(ListBulkOperations()).jobs.isEmpty)
        let arn = table.arn + "/export/01763650000000-0123abcd"
        #expect(
            await refusal { try database.run(DescribeExport(arn: arn)) }
                == "Export not found: \(arn)")
        try database.close()
    }

    @Test("refusals: what the server says of a request by itself is said here, too")
    func refusals() async throws {
        let buckets = try Buckets()
        let database = try Database.inMemory(options: buckets.options)
        let table = try await database.createTable(Self.orders)
        let place = BucketPath(bucket: "bucket")
        let one = "1 validation error detected: "
        let invalid = "One or more parameter values were invalid: "
        func export(_ request: ExportJob.Request) async -> String? {
            await refusal { try await database.run(ExportTableToPointInTime(request)) }
        }
        func importing(_ request: TableRequest, _ input: ImportJob.Input) async -> String? {
            await refusal { try await database.run(ImportTable(request, from: input)) }
        }
        let other = TableRequest("Other", partitionKey: .number("number"))

        #expect(
            await export(.init(tableARN: table.arn, clientToken: "a$b", target: place))
                == one + "Value 'a$b' at 'clientToken' failed to satisfy constraint: Member must "
                + "satisfy regular expression pattern: ^[^\\$]+$")
        #expect(
            await export(.init(tableARN: table.arn, target: BucketPath(bucket: "-no-")))
                == one + "Value '-no-' at 's3Bucket' failed to satisfy constraint: Member must "
                + "satisfy regular expression pattern: ^[a-z0-9A-Z]+[\\.\\-\\w]*[a-z0-9A-Z]+$")
        #expect(
            await export(
                .init(
                    tableARN: table.arn, time: Timestamp(secondsSince1970: 0), target: place,
                    incremental: .init(from: Timestamp(secondsSince1970: 0))))
                == invalid + "ExportTime is not allowed when ExportType is INCREMENTAL_EXPORT")
        #expect(
            await export(
                .init(tableARN: table.arn, target: place, filter: .init(filter: "number <")))?
                .hasPrefix("Invalid FilterExpression: Syntax error") == true)
        #expect(
            await export(
                .init(
                    tableARN: table.arn, target: place,
                    filter: .init(filter: "note = :n", values: [":n": "a", ":unused": "b"])))
                == "Value provided in ExpressionAttributeValues unused in expressions: keys: "
                + "{:unused}")

        #expect(
            await importing(other, .init(source: place, format: .ion))
                == invalid + "InputFormat ION is not supported")
        #expect(
            await importing(other, .init(source: place, format: .dynamoDBJSON, delimiter: ","))
                == invalid + "InputFormatOptions can only be specified when InputFormat is CSV")
        #expect(
            await importing(other, .init(source: place, format: .csv, delimiter: "x"))
                == one + "Value 'x' at 'inputFormatOptions.csv.delimiter' failed to satisfy "
                + "constraint: Member must satisfy regular expression pattern: [,;:|\\t ]")
        var streaming = other
        streaming.stream = StreamRequest(isEnabled: true, viewType: .keysOnly)
        #expect(
            await importing(streaming, .init(source: place, format: .csv))?
                .hasPrefix(invalid + "a table to import has no other settings") == true)

        #expect(
            await refusal {
                try await database.run(
                    StartBulkPutItems(table: "Orders", from: place, maxWriteUnits: 1023))
            } == one + "Value '1023' at 'maxWriteRequestUnits' failed to satisfy constraint: "
                + "Member must have value greater than or equal to 1024")
        #expect(
            await refusal { try database.run(ListImports(TransferPage(limit: 26))) }
                == one + "Value '26' at 'pageSize' failed to satisfy constraint: Member must have "
                + "value less than or equal to 25")
        #expect(
            await refusal { try database.run(DescribeImport(arn: "arn:short")) }
                == one + "Value 'arn:short' at 'importArn' failed to satisfy constraint: Member "
                + "must have length greater than or equal to 37")
        try database.close()
    }

    /// What an operation is refused with; nil when it is not.
    private func refusal(_ body: () async throws -> some Any) async -> String? {
        do {
            _ = try await body()
            return nil
        } catch let error as OperationError {
            return error.description
        } catch {
            return "\(error)"
        }
    }
}

extension AttributeValue {
    fileprivate func isBelow(_ limit: Int) -> Bool {
        (0..<limit).contains { self == .number(DecimalNumber($0)) }
    }
}
