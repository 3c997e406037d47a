import MartletCatalog
import MartletEngine
import MartletKeyValue
import MartletModel
import MartletTestSupport
import Testing

@Suite struct UpdateTimeToLiveTests {
    private func set(
        _ database: TestDatabase, _ attribute: Text, _ isEnabled: Bool, table: TableName = "Tab"
    ) -> String? {
        failure {
            try database.engine.run(
                UpdateTimeToLive(table: table, attribute: attribute, isEnabled: isEnabled))
        }
    }

    @Test("time to live is set once, by one attribute, and is kept")
    func settings() throws {
        let database = try TestDatabase(TableRequest())
        func current(_ database: TestDatabase) throws -> Text? {
            try database.engine.run(DescribeTimeToLive(table: "Tab")).attribute
        }
        #expect(
            set(database, "ends", false) == "validation: TimeToLive is already disabled")
        #expect(try current(database) == nil)
        #expect(set(database, "ends", true) == nil)
        #expect(set(database, "ends", true) == "validation: TimeToLive is already enabled")
        for isEnabled in [true, false] {
            #expect(
                set(database, "other", isEnabled)
                    == "validation: TimeToLive is active on a different AttributeName: current "
                    + "AttributeName is ends")
        }
        #expect(try current(database) == "ends")
        let reopened = try database.reopened()
        #expect(try current(reopened) == "ends")
        #expect(set(reopened, "ends", false) == nil)
        #expect(try current(reopened) == nil)
        #expect(
            set(reopened, "ends", true, table: "none")
                == "not found: Requested resource not found: Table: none not found")
        #expect(try reopened.findings() == [])
    }

    @Test("turning it off leaves no expiry rows behind")
    func off() throws {
        let database = try TestDatabase(TableRequest())
        let before = database.dump().filter { !$0.hasPrefix("catalog") }
        #expect(set(database, "ends", true) == nil)
        try database.put(["pk": "a", "ends": 1_900_000_000])
        #expect(database.dump().contains { $0.hasPrefix("expiry") })
        #expect(set(database, "ends", false) == nil)
        try database.delete(["pk": "a"])
        let left = database.dump().filter { !$0.hasPrefix("catalog") && !$0.hasPrefix("tally") }
        #expect(left == before)
        #expect(try database.findings() == [])
    }
}

@Suite struct ExpiryTests {
    private static let now = 1_790_000_000

    private func database(
        _ request: TableRequest = .orders, interval: Duration = .milliseconds(5)
    ) throws -> TestDatabase {
        let database = try TestDatabase(
            request, clock: ManualClock(now: Double(Self.now)), expiryInterval: interval)
        _ = try database.engine.run(
            UpdateTimeToLive(table: "Tab", attribute: "ends", isEnabled: true))
        return database
    }

    private func waitForCount(_ count: Int, _ database: TestDatabase) throws -> Bool {
        try database.wait { () throws(OperationError) in
            try database.describe().tally.itemCount == count
        }
    }

    @Test("an item whose time is past goes, with its rows in every index and the counts")
    func expires() throws {
        let database = try database()
        try database.put(Item.order.with("ends", .integer(Self.now + 100)))
        try database.put(Item.order.with("sk", 2).with("ends", .integer(Self.now + 200)))
        try database.put(Item.order.with("sk", 3))
        database.clock.advance(seconds: 101)
        #expect(try waitForCount(2, database))
        #expect(try database.get(["pk": "ann", "sk": 1]) == nil)
        #expect(try database.scanAll(index: "byShop").count == 2)
        #expect(try database.findings() == [])
        database.clock.advance(seconds: 100)
        #expect(try waitForCount(1, database))
        #expect(try database.scanAll() == [Item.order.with("sk", 3)])
        #expect(try database.findings() == [])
    }

    @Test("only a number is a time, and one of more than five years ago is a mistake")
    func mistakes() throws {
        let database = try database()
        let year = 365 * 86_400
        let times: [(AttributeValue, Bool)] = [
            (.integer(Self.now - 1), true), (.text("\(Self.now - 1)"), false),
            (.integer(Self.now + 10), false), (.integer(Self.now - 5 * year + 100), true),
            (.integer(Self.now - 5 * year - 100), false), (0, false), (-1, false),
            (.decimal("\(Self.now - 1).5"), true), (.decimal("1e100"), false),
            ([.integer(Self.now - 1)], false), (nil, false),
        ]
        for (number, (time, _)) in times.enumerated() {
            try database.put(["pk": "a", "sk": .integer(number), "ends": time])
        }
        let staying = times.indices.filter { !times[$0].1 }
        #expect(try waitForCount(staying.count, database))
        // Another round changes nothing.
        try database.put(["pk": "b", "sk": 0, "ends": .integer(Self.now - 1)])
        #expect(try waitForCount(staying.count, database))
        #expect(
            try database.query("pk = :v", [":v": "a"]).list.map { $0["sk"] }
                == staying.map { .integer($0) })
        #expect(try database.findings() == [])
    }

    @Test("a changed time counts, the old one no more")
    func changedTime() throws {
        let database = try database()
        try database.put(Item.order.with("ends", .integer(Self.now + 50)))
        try database.put(Item.order.with("sk", 2).with("ends", .integer(Self.now + 50)))
        try database.put(Item.order.with("sk", 3).with("ends", .integer(Self.now + 50)))
        try database.update(
            ["pk": "ann", "sk": 1], "SET ends = :v", [":v": .integer(Self.now + 500)])
        try database.update(["pk": "ann", "sk": 2], "REMOVE ends")
        database.clock.advance(seconds: 51)
        #expect(try waitForCount(2, database))
        #expect(try database.findings() == [])
        database.clock.advance(seconds: 500)
        #expect(try waitForCount(1, database))
        #expect(try database.scanAll().map { $0["sk"] } == [2])
    }

    @Test("items that were there before time to live was enabled expire, too")
    func existingItems() throws {
        let database = try TestDatabase(
            .orders, clock: ManualClock(now: Double(Self.now)), expiryInterval: .milliseconds(5))
        for number in 0..<600 {
            try database.put(
                [
                    "pk": .text("p\(number % 10)"), "sk": .integer(number), "shop": "x",
                    "ends": .integer(number % 3 == 0 ? Self.now - 1 : Self.now + 1000),
                ])
        }
        _ = try database.engine.run(
            UpdateTimeToLive(table: "Tab", attribute: "ends", isEnabled: true))
        #expect(try waitForCount(400, database))
        #expect(try database.findings() == [])
        #expect(try database.scanAll(index: "byShop").count == 400)
    }

    @Test("gathering the times of existing items goes on after the database is opened again")
    func resumesGathering() throws {
        let store = MemoryStore()
        let gate = GateStore(store)
        let database = try TestDatabase(
            TableRequest(), store: gate, clock: ManualClock(now: Double(Self.now)))
        for number in 0..<600 {
            try database.put(["pk": .text("\(number)"), "ends": .integer(Self.now - 1)])
        }
        gate.shut(after: 2)
        _ = try database.engine.run(
            UpdateTimeToLive(table: "Tab", attribute: "ends", isEnabled: true))
        gate.waitForCommit()
        let rows = try store.memorySnapshot()
        let survivor = try TestDatabase(
            store: MemoryStore(contentsOf: rows), clock: database.clock,
            expiryInterval: .milliseconds(5))
        gate.open()
        #expect(try waitForCount(0, survivor))
        #expect(try survivor.findings() == [])
    }

    @Test("turned off and on again while it gathers, it still gathers everything")
    func turnedOffAndOn() throws {
        let gate = GateStore(MemoryStore())
        let database = try TestDatabase(
            TableRequest(), store: gate, clock: ManualClock(now: Double(Self.now)),
            expiryInterval: .milliseconds(5))
        for number in 0..<600 {
            try database.put(["pk": .text("\(number)"), "ends": .integer(Self.now - 1)])
        }
        func request(_ isEnabled: Bool) -> UpdateTimeToLive {
            UpdateTimeToLive(table: "Tab", attribute: "ends", isEnabled: isEnabled)
        }
        // The first piece of the walk waits for its commit; off and on come right behind it.
        gate.shut(after: 1)
        _ = try database.engine.run(request(true))
        gate.waitForCommit()
        let answers = Collected<String>()
        database.submit(request(false), "off", to: answers)
        database.submit(request(true), "on", to: answers)
        gate.open()
        #expect(try waitForCount(0, database))
        #expect(answers.all == ["off", "on"])
        #expect(try database.findings() == [])
    }

    @Test("with another attribute the old one's times count no more")
    func anotherAttribute() throws {
        let database = try database(TableRequest())
        try database.put([
            "pk": "a", "ends": .integer(Self.now + 10), "stop": .integer(Self.now + 99),
        ])
        try database.put([
            "pk": "b", "ends": .integer(Self.now + 99), "stop": .integer(Self.now + 10),
        ])
        _ = try database.engine.run(
            UpdateTimeToLive(table: "Tab", attribute: "ends", isEnabled: false))
        _ = try database.engine.run(
            UpdateTimeToLive(table: "Tab", attribute: "stop", isEnabled: true))
        database.clock.advance(seconds: 11)
        #expect(try waitForCount(1, database))
        #expect(try database.scanAll().map { $0["pk"] } == ["a"])
        #expect(try database.findings() == [])
    }
}
