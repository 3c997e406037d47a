import MartletCatalog
import MartletEngine
import MartletKeyValue
import MartletModel
import MartletTestBasics
import MartletTestSupport
import Testing

/// A table under random writes, and what it held at moments in between.
private struct History {
    var random: SeededRandom
    var items: [String: Item] = [:]
    var remembered: [(time: Double, items: [String: Item])] = []

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    private mutating func key() -> Item {
        ["pk": .text("p\(random.below(7))"), "sk": .integer(random.below(12))]
    }

    private mutating func item() -> Item {
        var item = key()
        item["phase"] = random.chance(1, in: 3) ? nil : .text("f\(random.below(4))")
        item["dated"] = random.chance(1, in: 3) ? nil : .text("d\(random.below(40))")
        item["value"] = .integer(random.below(1000))
        return item
    }

    private mutating func set(_ item: Item) { items[Script.key(item)] = item }

    /// One write of any kind. The clock moves between writes, sometimes by nothing at all.
    mutating func step(_ database: TestDatabase) throws {
        switch random.below(6) {
        case 0:
            let key = key()
            try database.delete(key)
            items[Script.key(key)] = nil
        case 1:
            let key = key()
            try database.update(key, "SET n = :n", [":n": 1])
            var item = items[Script.key(key)] ?? key
            item["n"] = 1
            set(item)
        case 2:
            let gone = key()
            var writes = [BatchWriteItem.Request.delete(key: gone)]
            var puts: [String: Item] = [:]
            for _ in 0..<5 {
                let item = item()
                if Script.key(item) != Script.key(gone) { puts[Script.key(item)] = item }
            }
            for name in puts.keys.sorted() { writes.append(.put(puts[name]!)) }
            try database.batchWrite(writes)
            items[Script.key(gone)] = nil
            items.merge(puts) { $1 }
        case 3:
            // One request: no moment lies between its changes.
            let (first, second) = (item(), item())
            guard Script.key(first) != Script.key(second) else { return }
            try database.transact([try .put(first), try .put(second)])
            set(first)
            set(second)
        default:
            let item = item()
            try database.put(item)
            set(item)
        }
    }

    mutating func remember(_ database: TestDatabase) {
        remembered.append((database.clock.now, items))
        database.clock.advance(seconds: [0.000_01, 0.5, 1, 100][random.below(4)])
    }

    static func items(of database: TestDatabase, _ table: TableName) throws -> [String: Item] {
        var items: [String: Item] = [:]
        for item in try database.scanAll(table) { items[Script.key(item)] = item }
        return items
    }
}

@Suite struct PointInTimeTests {
    private static let table = TableRequest(
        range: "sk:N",
        local: [IndexShape("byDate", hash: "pk:S", range: "dated:S")],
        global: [IndexShape("byState", hash: "phase:S", range: "dated:S", projecting: .keysOnly)])

    /// An item that is in both indexes.
    private static func item(_ number: Int) -> Item {
        ["pk": .text("p\(number)"), "sk": 1, "phase": "x", "dated": .text("d\(number)")]
    }

    @Test(
        "a restore to any remembered moment gives exactly that state, also across reopenings",
        arguments: [UInt64](1...6))
    func anyMoment(seed: UInt64) throws {
        var database = try TestDatabase(Self.table, expiryInterval: .milliseconds(20))
        var history = History(seed: seed)
        for _ in 0..<40 { try history.step(database) }
        database.clock.advance(seconds: 3)
        try database.setRecovery(true)
        database.clock.advance(seconds: 1)
        for round in 0..<30 {
            for _ in 0..<history.random.below(12) { try history.step(database) }
            history.remember(database)
            if round % 11 == 10 { database = try database.reopened() }
        }
        for (number, (time, items)) in history.remembered.enumerated() where number % 3 == 0 {
            let target = TableName("R-\(number)")
            try database.restore(at: time, to: target)
            // Writes go on while the restore is under way.
            for _ in 0..<4 { try history.step(database) }
            #expect(try database.waitForTable(target), "seed \(seed)")
            #expect(try History.items(of: database, target) == items, "seed \(seed), \(number)")
            let restored = try database.definition(target)
            #expect(restored.restored?.time.secondsSince1970 == time)
            #expect(restored.recovery == nil)
        }
        try database.restore(at: nil, to: "Latest")
        #expect(try database.waitForTable("Latest"))
        #expect(try History.items(of: database, "Latest") == history.items, "seed \(seed)")
        #expect(try database.findings() == [], "seed \(seed)")
    }

    @Test("a restore goes on after a crash at any of its steps, and nothing else is lost")
    func crashes() throws {
        for permits in 1...14 {
            let store = MemoryStore()
            let gate = GateStore(store)
            let database = try TestDatabase(Self.table, store: gate)
            for number in 0..<1100 {
                try database.put(Self.item(number))
            }
            try database.setRecovery(true)
            let before = try History.items(of: database, "Tab")
            database.clock.advance(seconds: 10)
            let time = database.clock.now
            database.clock.advance(seconds: 10)
            for number in stride(from: 0, to: 1100, by: 2) {
                try database.put(["pk": .text("p\(number)"), "sk": .integer(number % 3)])
            }
            for number in stride(from: 0, to: 1100, by: 5) {
                try database.delete(["pk": .text("p\(number)"), "sk": 1])
            }
            gate.shut(after: permits)
            let answers = Collected<String>()
            database.submit(
                RestoreTableToPointInTime(
                    source: .name("Tab"), time: Timestamp(secondsSince1970: time),
                    request: RestoreRequest(target: "Again")), "restored", to: answers)
            gate.waitForCommit()
            let survivor = try TestDatabase(
                store: MemoryStore(contentsOf: store.memorySnapshot()), clock: database.clock)
            gate.open()
            #expect(answers.all == ["restored"])
            for number in 0..<40 {
                try survivor.put(["pk": .text("p\(number)"), "sk": 1, "late": true])
            }
            #expect(try survivor.waitForTable("Again"))
            #expect(try History.items(of: survivor, "Again") == before)
            #expect(try survivor.scanAll("Again", index: "byState").count == 1100)
            #expect(try survivor.findings() == [])
        }
    }

    @Test("a backup goes on after a crash at any of its steps")
    func backupCrashes() throws {
        for permits in 1...5 {
            let store = MemoryStore()
            let gate = GateStore(store)
            let database = try TestDatabase(Self.table, store: gate)
            for number in 0..<1100 { try database.put(Self.item(number)) }
            let before = try History.items(of: database, "Tab")
            gate.shut(after: permits)
            let arns = Collected<String>()
            database.engine.submit(CreateBackup(table: "Tab", name: "kept")) { result in
                if case .success(let backup) = result { arns.append(backup.arn) }
            }
            gate.waitForCommit()
            let survivor = try TestDatabase(
                store: MemoryStore(contentsOf: store.memorySnapshot()), clock: database.clock)
            gate.open()
            for number in 0..<40 { try survivor.delete(["pk": .text("p\(number)"), "sk": 1]) }
            let arn = arns.all[0]
            #expect(try survivor.waitForBackup(arn))
            try survivor.restore(arn, to: "Again")
            #expect(try survivor.waitForTable("Again"))
            #expect(try History.items(of: survivor, "Again") == before)
            #expect(survivor.rows("history") == [])
            #expect(try survivor.findings() == [])
        }
    }

    @Test("a failing disk delays a restore; it is whole or under way, never wrong")
    func failingDisk() throws {
        for ordinal in [1, 2, 3, 4, 6, 9] {
            let store = FaultyStore(MemoryStore())
            let database = try TestDatabase(
                Self.table, store: store, expiryInterval: .milliseconds(5))
            for number in 0..<1100 { try database.put(Self.item(number)) }
            try database.setRecovery(true)
            database.clock.advance(seconds: 5)
            let time = database.clock.now
            database.clock.advance(seconds: 5)
            for number in 0..<600 { try database.delete(["pk": .text("p\(number)"), "sk": 1]) }
            store.add(.init(.row, ordinal: 200, error: .inputOutput("planned")))
            store.add(.init(.read, ordinal: 10, error: .inputOutput("planned")))
            store.add(.init(.commit, ordinal: 1 + ordinal, error: .inputOutput("planned")))
            try database.restore(at: time, to: "Again")
            #expect(try database.wait { database.engine.refusesWrites })
            store.heal()
            let reopened = try TestDatabase(
                store: store, clock: database.clock, expiryInterval: .milliseconds(5))
            #expect(try reopened.waitForTable("Again"))
            #expect(try reopened.scanAll("Again").count == 1100)
            #expect(try reopened.findings() == [])
        }
    }

    @Test("a table without recovery leaves no history, and switching it off forgets it")
    func noHistory() throws {
        let database = try TestDatabase(Self.table)
        try database.put(["pk": "a", "sk": 1])
        #expect(database.rows("history") == [])
        try database.setRecovery(true)
        try database.put(["pk": "a", "sk": 2])
        try database.put(["pk": "a", "sk": 2])  // changes nothing
        #expect(database.rows("history").count == 1)
        try database.setRecovery(false)
        #expect(database.rows("history") == [])
        try database.put(["pk": "a", "sk": 3])
        #expect(database.rows("history") == [])
        #expect(
            failure { try database.restore(at: nil, to: "Again") }
                == "recoveryUnavailable: Point in time recovery is not enabled for table 'Tab'")
        #expect(try database.findings() == [])
    }

    @Test("moments before recovery was on, beyond its period or to come cannot be restored")
    func window() throws {
        let database = try TestDatabase(Self.table, expiryInterval: .milliseconds(5))
        let refusal =
            "invalidRestoreTime: RestoreDateTime must be between EarliestRestorableDateTime and "
            + "LatestRestorableDateTime"
        let start = database.clock.now
        database.clock.advance(seconds: 10)
        let described = try database.setRecovery(true, days: 2)
        #expect(described.recovery?.periodInDays == 2)
        #expect(described.recovery?.earliest.secondsSince1970 == start + 10)
        #expect(failure { try database.restore(at: start + 9, to: "Again") } == refusal)
        #expect(failure { try database.restore(at: start + 11, to: "Again") } == refusal)
        #expect(failure { try database.restore(at: 1e300, to: "Again") } == refusal)
        #expect(failure { try database.restore(at: -1, to: "Again") } == refusal)

        // Each day a write; lines beyond two days go, and what is younger stays exact.
        var counts: [Double: Int] = [:]
        for day in 1...5 {
            database.clock.advance(seconds: 86_400)
            try database.put(["pk": "a", "sk": .integer(day)])
            counts[database.clock.now] = day
        }
        #expect(try database.wait { database.rows("history").count == 3 })
        let now = database.clock.now
        #expect(failure { try database.restore(at: now - 2 * 86_400 - 1, to: "Again") } == refusal)
        for (number, time) in counts.keys.sorted().suffix(3).enumerated() {
            try database.restore(at: time, to: TableName("D-\(number)"))
            #expect(try database.waitForTable(TableName("D-\(number)")))
            #expect(try database.scanAll(TableName("D-\(number)")).count == counts[time])
        }
        // A longer period does not bring back what is gone.
        let longer = try database.setRecovery(true, days: 35)
        #expect(longer.recovery?.earliest.secondsSince1970 == now - 2 * 86_400)
        #expect(failure { try database.restore(at: now - 3 * 86_400, to: "Again") } == refusal)
        // Off and on again begins anew.
        try database.setRecovery(false)
        let again = try database.setRecovery(true)
        #expect(again.recovery?.earliest.secondsSince1970.rounded() == now)
        #expect(again.recovery?.periodInDays == 35)
        #expect(try database.findings() == [])
    }

    @Test("a clock that goes back does not put later writes before earlier ones")
    func clockGoesBack() throws {
        let database = try TestDatabase(Self.table)
        try database.setRecovery(true)
        database.clock.advance(seconds: 100)
        try database.put(["pk": "a", "sk": 1])
        database.clock.advance(seconds: -50)
        let reopened = try database.reopened()
        try reopened.put(["pk": "a", "sk": 2])
        try reopened.restore(at: nil, to: "Again")
        #expect(try reopened.waitForTable("Again"))
        #expect(try reopened.scanAll("Again").count == 2)
        reopened.clock.advance(seconds: 51)
        try reopened.put(["pk": "a", "sk": 3])
        #expect(try reopened.findings() == [])
    }

    @Test("deleting a table with recovery leaves a backup of the system for 35 days")
    func systemBackup() throws {
        let database = try TestDatabase(Self.table, expiryInterval: .milliseconds(5))
        try database.setRecovery(true)
        for number in 0..<50 { try database.put(["pk": "a", "sk": .integer(number)]) }
        _ = try database.engine.run(DeleteTable(table: "Tab"))
        #expect(database.rows("history") == [])
        #expect(try database.listBackups(.user) == [])
        let listed = try database.engine.run(ListBackups(kind: .system)).backups
        #expect(listed.map(\.backup.name) == ["Tab$DeletedTableBackup"])
        #expect(listed[0].arn.hasSuffix("-00000000"))
        #expect(listed[0].backup.itemCount == 50)
        #expect(try database.findings() == [])
        #expect(
            failure { try database.engine.run(DeleteBackup(arn: listed[0].arn)) }?
                .hasPrefix("validation: ") == true)
        let reopened = try database.reopened()
        try reopened.restore(listed[0].arn, to: "Tab")
        #expect(try reopened.waitForTable("Tab"))
        #expect(try reopened.scanAll().count == 50)
        reopened.clock.advance(seconds: 35 * 86_400 - 100)
        #expect(try reopened.listBackups() == ["Tab$DeletedTableBackup"])
        reopened.clock.advance(seconds: 200)
        #expect(try reopened.wait { () throws(OperationError) in try reopened.listBackups() == [] })
        #expect(try reopened.scanAll().count == 50)
        #expect(try reopened.findings() == [])
    }

    @Test("a source is named by its name or its ARN")
    func sources() throws {
        let database = try TestDatabase(Self.table)
        try database.setRecovery(true)
        let arn = try database.describe().arn
        func restore(_ source: RestoreTableToPointInTime.Source) -> String? {
            failure {
                try database.engine.run(
                    RestoreTableToPointInTime(
                        source: source, time: nil, request: RestoreRequest(target: "Again")))
            }
        }
        #expect(restore(.name("None")) == "table missing: Table not found: None")
        #expect(
            restore(.arn(arn.replacing("/Tab", with: "/None")))
                == "table missing: Table not found: None")
        #expect(restore(.arn(arn)) == nil)
        #expect(try database.waitForTable("Again"))
        #expect(restore(.arn(arn)) == "tableExists: Table already exists: Again")
    }
}
