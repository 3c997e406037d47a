import MartletCatalog
import MartletEngine
import MartletKeyValue
import MartletModel
import MartletTestBasics
import MartletTestSupport
import Testing

@Suite struct BackupTests {
    private static func item(_ number: Int, _ value: Int = 0) -> Item {
        Item.order.with("pk", .text("p\(number % 50)")).with("sk", .integer(number))
            .with("value", .integer(value))
    }

    private static func model(_ database: TestDatabase, _ table: TableName = "Tab") throws
        -> [String: Item]
    {
        var items: [String: Item] = [:]
        for item in try database.scanAll(table) { items[Script.key(item)] = item }
        return items
    }

    @Test("a backup has the items of its moment, and a restore brings them back with their indexes")
    func roundTrip() throws {
        let database = try TestDatabase(.orders)
        for number in 0..<1300 { try database.put(Self.item(number)) }
        let before = try Self.model(database)
        let described = try database.describe()
        let arn = try database.backUp()
        for number in 0..<1300 where number % 3 == 0 {
            try database.delete(["pk": .text("p\(number % 50)"), "sk": .integer(number)])
        }
        try database.put(Self.item(5000))
        #expect(try database.waitForBackup(arn))
        let backup = try database.describeBackup(arn)
        #expect(backup.backup.itemCount == 1300)
        #expect(backup.backup.sizeBytes == described.tally.sizeBytes)
        #expect(database.rows("history") == [])
        #expect(try database.findings() == [])

        let answer = try database.restore(arn, to: "Again")
        #expect(answer.status == .creating)
        #expect(answer.definition.restored?.backupARN == arn)
        #expect(try database.waitForTable("Again"))
        #expect(try Self.model(database, "Again") == before)
        for index in TableRequest.orders.globalIndexes! + TableRequest.orders.localIndexes! {
            #expect(try database.scanAll("Again", index: index.name).count == 1300)
        }
        let restored = try database.describe("Again")
        #expect(restored.tally == described.tally)
        #expect(restored.definition.restored?.isInProgress == false)
        #expect(restored.definition.id != described.definition.id)
        #expect(database.rows("copy") == [])
        #expect(try database.findings() == [])
    }

    @Test("writes at every step of the copying are in the table and not in the backup")
    func writesMeanwhile() throws {
        for permits in 1...5 {
            let gate = GateStore(MemoryStore())
            let database = try TestDatabase(.orders, store: gate)
            for number in 0..<1300 { try database.put(Self.item(number)) }
            let before = try Self.model(database)
            gate.shut(after: permits)
            let arns = Collected<String>()
            database.engine.submit(CreateBackup(table: "Tab", name: "kept")) { result in
                if case .success(let backup) = result { arns.append(backup.arn) }
            }
            gate.waitForCommit()
            let answers = Collected<String>()
            for number in stride(from: 0, to: 1300, by: 9) {
                let key: Item = ["pk": .text("p\(number % 50)"), "sk": .integer(number)]
                switch number % 4 {
                case 0: database.submit(DeleteItem(table: "Tab", key: key), "", to: answers)
                case 1:
                    database.submit(
                        PutItem(table: "Tab", item: Self.item(number + 10_000)), "", to: answers)
                default:
                    database.submit(
                        PutItem(table: "Tab", item: Self.item(number, 7)), "", to: answers)
                }
            }
            gate.open()
            #expect(try database.wait { answers.all.count == 145 && arns.all.count == 1 })
            let arn = arns.all[0]
            #expect(try database.waitForBackup(arn))
            try database.restore(arn, to: "Again")
            #expect(try database.waitForTable("Again"))
            #expect(try Self.model(database, "Again") == before)
            #expect(try database.findings() == [])
        }
    }

    @Test("a backup outlives its table, and its rows go when it is deleted")
    func outlives() throws {
        let database = try TestDatabase(.orders)
        try database.put(.order)
        let arn = try database.backUp()
        #expect(try database.waitForBackup(arn))
        _ = try database.engine.run(DeleteTable(table: "Tab"))
        let reopened = try database.reopened()
        try reopened.restore(arn, to: "Tab")
        #expect(try reopened.waitForTable("Tab"))
        #expect(try reopened.scanAll() == [.order])
        let deleted = try reopened.engine.run(DeleteBackup(arn: arn))
        #expect(deleted.status == .deleted)
        #expect(try reopened.scanAll() == [.order])
        #expect(
            failure { try reopened.describeBackup(arn) }
                == "backupNotFound: Backup not found: \(arn)")
        #expect(reopened.rows("backup") == [])
        #expect(try reopened.findings() == [])
    }

    @Test("vector indexes come back")
    func vectors() throws {
        let shape = VectorShape("byV", dimensions: 2)
        let database = try TestDatabase(TableRequest(vectors: [shape]))
        for number in 0..<200 {
            try database.put([
                "pk": .text("p\(number)"), "v": [.integer(number), .integer(1)],
            ])
        }
        let arn = try database.backUp()
        #expect(try database.waitForBackup(arn))
        let expected = try database.search([3, 1], 5).matches.map { $0.item.item["pk"] }
        try database.restore(arn, to: "Again")
        #expect(try database.waitForTable("Again"))
        #expect(
            try database.search([3, 1], 5, in: "Again").matches.map { $0.item.item["pk"] }
                == expected)
        #expect(try database.describe("Again").tally == database.describe().tally)
        #expect(try database.findings() == [])
    }

    @Test("what a restore leaves out: tags, streams, time to live, recovery, protection")
    func leftOut() throws {
        var request = TableRequest.orders
        request.tags = [ResourceTag(key: "a", value: "b")]
        request.stream = StreamRequest(isEnabled: true, viewType: .keysOnly)
        request.isDeletionProtected = true
        request.tableClass = .infrequentAccess
        request.encryption = EncryptionRequest(isEnabled: true)
        let database = try TestDatabase(request)
        _ = try database.engine.run(
            UpdateTimeToLive(table: "Tab", attribute: "ends", isEnabled: true))
        try database.setRecovery(true)
        try database.put(Item.order.with("ends", 1_900_000_000))
        let arn = try database.backUp()
        #expect(try database.waitForBackup(arn))
        let kept = try database.describeBackup(arn).backup.table
        #expect(kept.timeToLiveAttribute == "ends")
        #expect(kept.stream?.viewType == .keysOnly)
        try database.restore(arn, to: "Again")
        #expect(try database.waitForTable("Again"))
        let restored = try database.definition("Again")
        #expect(restored.tags == [])
        #expect(restored.stream == nil)
        #expect(restored.timeToLiveAttribute == nil)
        #expect(restored.recovery == nil)
        #expect(!restored.isDeletionProtected)
        #expect(restored.encryption == kept.encryption)
        #expect(restored.billing == kept.billing)
        #expect(try database.findings() == [])
    }

    @Test("a table that is being restored is not to be used or changed")
    func notReady() throws {
        let gate = GateStore(MemoryStore())
        let database = try TestDatabase(.orders, store: gate)
        for number in 0..<10 { try database.put(Self.item(number)) }
        let arn = try database.backUp()
        #expect(try database.waitForBackup(arn))
        let answers = Collected<String>()
        gate.shut(after: 1)
        database.submit(
            RestoreTableFromBackup(arn: arn, request: RestoreRequest(target: "Again")), "restored",
            to: answers)
        #expect(try database.wait { answers.all == ["restored"] })
        gate.waitForCommit()
        #expect(
            failure { try database.scanAll("Again") } == "not found: Requested resource not found")
        #expect(
            try database.describe("Again").status == .creating)
        let operations = Collected<String>()
        database.submit(DeleteTable(table: "Again"), "deleted", to: operations)
        database.submit(PutItem(table: "Again", item: .order), "put", to: operations)
        database.submit(CreateBackup(table: "Again", name: "two"), "backed up", to: operations)
        database.submit(
            UpdateContinuousBackups(table: "Again", isEnabled: true), "enabled", to: operations)
        database.submit(DeleteBackup(arn: arn), "backup deleted", to: operations)
        database.submit(
            RestoreTableFromBackup(arn: arn, request: RestoreRequest(target: "Again")), "twice",
            to: operations)
        gate.open()
        #expect(try database.wait { operations.all.count == 6 })
        #expect(
            Set(operations.all).isSubset(of: [
                "deleted in use: Attempt to change a resource which is still in use: "
                    + "Table is being created: Again",
                "put not found: Requested resource not found",
                "backed up tableInUse: Table is being created: Again",
                "enabled continuousBackupsUnavailable: Backups are being enabled for the table: "
                    + "Again. Please retry later",
                "backup deleted backupInUse: Backup is being used to restore another table: \(arn)",
                "twice tableInUse: Table is being created: Again",
            ]), "\(operations.all)")
        #expect(try database.waitForTable("Again"))
        #expect(try database.findings() == [])
    }

    @Test("a table stays while it is copied")
    func deletedMeanwhile() throws {
        let gate = GateStore(MemoryStore())
        let database = try TestDatabase(.orders, store: gate)
        for number in 0..<10 { try database.put(Self.item(number)) }
        gate.shut(after: 1)
        let answers = Collected<String>()
        database.submit(CreateBackup(table: "Tab", name: "kept"), "backed up", to: answers)
        gate.waitForCommit()
        database.submit(DeleteTable(table: "Tab"), "deleted", to: answers)
        gate.open()
        #expect(try database.wait { answers.all.count == 2 })
        #expect(
            answers.all == [
                "backed up",
                "deleted in use: Attempt to change a resource which is still in use: Cannot delete "
                    + "table while a backup or restore is in progress.",
            ])
    }

    @Test("lists are in the order of creation, filtered, in pages")
    func lists() throws {
        let database = try TestDatabase(.orders, TableRequest(short: "U.."))
        var arns: [String] = []
        for number in 0..<6 {
            database.clock.advance(seconds: 10)
            arns.append(
                try database.backUp(number % 2 == 0 ? "Tab" : "U..", name: "b-\(number)"))
        }
        for arn in arns { #expect(try database.waitForBackup(arn)) }
        #expect(try database.listBackups() == (0..<6).map { "b-\($0)" })
        #expect(try database.listBackups(.user) == (0..<6).map { "b-\($0)" })
        #expect(try database.listBackups(.system) == [])
        #expect(try database.listBackups(.awsBackup) == [])
        func list(_ request: ListBackups) throws -> String {
            let output = try database.engine.run(request)
            return output.backups.map(\.backup.name).joined(separator: " ")
                + (output.lastEvaluatedARN.map { " to \(arns.firstIndex(of: $0)!)" } ?? "")
        }
        #expect(try list(ListBackups(table: "U..")) == "b-1 b-3 b-5")
        #expect(try list(ListBackups(table: "none")) == "")
        #expect(try list(ListBackups(limit: 4)) == "b-0 b-1 b-2 b-3 to 3")
        #expect(try list(ListBackups(exclusiveStartARN: arns[3], limit: 4)) == "b-4 b-5")
        #expect(try list(ListBackups(limit: 6)) == "b-0 b-1 b-2 b-3 b-4 b-5")
        let times = try arns.map { try database.describeBackup($0).backup.created }
        #expect(try list(ListBackups(earliest: times[2], end: times[4])) == "b-2 b-3")
        _ = try database.engine.run(DeleteBackup(arn: arns[3]))
        #expect(try list(ListBackups(exclusiveStartARN: arns[3], limit: 4)) == "b-4 b-5")
    }

    @Test("overrides leave indexes out and change billing, as CreateTable would have it")
    func overrides() throws {
        let database = try TestDatabase(.orders)
        try database.put(.order)
        let arn = try database.backUp()
        #expect(try database.waitForBackup(arn))
        let global = TableRequest.orders.globalIndexes!
        var request = RestoreRequest(target: "Again", localIndexes: [], globalIndexes: [global[1]])
        try database.restore(arn, to: "Again", request)
        #expect(try database.waitForTable("Again"))
        let restored = try database.definition("Again")
        #expect(restored.indexes.map(\.name) == ["byShop"])
        #expect(Set(restored.attributeDefinitions.map(\.name)) == ["pk", "sk", "shop"])
        #expect(try database.scanAll("Again", index: "byShop").count == 1)

        request = RestoreRequest(
            target: "Units", localIndexes: [], globalIndexes: [], billing: .provisioned,
            provisioned: CapacityUnits(read: 3, write: 4))
        try database.restore(arn, to: "Units", request)
        #expect(try database.waitForTable("Units"))
        #expect(
            try database.definition("Units").throughput.provisioned
                == CapacityUnits(read: 3, write: 4))

        let prefix = "validation: One or more parameter values were invalid: "
        func refusal(_ request: RestoreRequest) -> String? {
            failure { try database.restore(arn, to: "Refused", request) }
        }
        request = RestoreRequest(target: "Refused", billing: .provisioned)
        #expect(
            refusal(request) == prefix
                + "ReadCapacityUnits and WriteCapacityUnits must both be specified "
                + "when BillingMode is PROVISIONED")
        request = RestoreRequest(
            target: "Refused", provisioned: CapacityUnits(read: 1, write: 1))
        #expect(
            refusal(request) == prefix
                + "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified "
                + "when BillingMode is PAY_PER_REQUEST")
        var other = global[0]
        other.projection = .all
        request = RestoreRequest(target: "Refused", globalIndexes: [other])
        #expect(
            refusal(request) == prefix
                + "GlobalSecondaryIndexOverride does not match an index of the source table for "
                + "index: byState")
        request = RestoreRequest(target: "Refused", localIndexes: [global[0]])
        #expect(
            refusal(request) == prefix
                + "LocalSecondaryIndexOverride does not match an index of the source table for "
                + "index: byState")
        #expect(
            failure { try database.restore(arn, to: "Again") }
                == "tableExists: Table already exists: Again")
        #expect(database.engine.directory.tables["Refused"] == nil)
        #expect(try database.findings() == [])
    }

    @Test("names that are not there")
    func notFound() throws {
        let database = try TestDatabase(.orders)
        #expect(failure { try database.backUp("None") } == "table missing: Table not found: None")
        let start = "arn:aws:dynamodb:us-east-1:"
        let arn = start + "000000000000:table/Tab/backup/01489602797149-73d8d5bc"
        for refusal in [
            failure { try database.describeBackup(arn) },
            failure { try database.engine.run(DeleteBackup(arn: arn)) },
            failure { try database.restore(arn, to: "Again") },
        ] {
            #expect(refusal == "backupNotFound: Backup not found: \(arn)")
        }
        let foreign = start + "111122223333:table/Tab/backup/01489602797149-73d8d5bc"
        #expect(
            failure { try database.describeBackup(foreign) }
                == "denied: User: arn:aws:iam::000000000000:root is not authorized to perform: "
                + "dynamodb:DescribeBackup on resource: \(foreign)")
    }
}
