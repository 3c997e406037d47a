import MartletCatalog
import MartletEncoding
import MartletEngine
import MartletKeyValue
import MartletModel
import MartletTestBasics
import MartletTestSupport
import MartletThreads
import Testing

@Suite struct VectorIndexBackfillTests {
    private static let shape = VectorShape(hash: "t:S", filters: "c:N")

    private static func item(_ number: Int) -> Item {
        [
            "pk": .text("p\(number)"), "t": .text("t\(number % 5)"), "c": .integer(number % 3),
            "v": .vector("\(number)", "0.25", "-1e-3"), "w": .filler(20),
        ]
    }

    private func status(_ database: TestDatabase) throws -> VectorIndexDefinition? {
        try database.describe().definition.vectorIndexes.first
    }

    @Test("an index added while writers run misses nothing and counts nothing else")
    func whileWritersRun() throws {
        let database = try TestDatabase(TableRequest())
        for number in 0..<800 { try database.put(Self.item(number)) }
        let isDone = Flag()
        onThreads(3) { thread in
            if thread == 0 {
                for round in 0..<4 {
                    if round > 0 {
                        try! database.change(TableChange(of: "Tab", deletingVector: "byV"))
                    }
                    try! database.change(TableChange(of: "Tab", creating: Self.shape))
                    _ = try! database.waitForIndexes()
                    #expect(try! database.engine.checkInvariants() == [])
                }
                isDone.set()
            }
            var random = SeededRandom(seed: UInt64(thread))
            while thread > 0, !isDone.isSet {
                let number = random.below(1000)
                let key: Item = ["pk": .text("p\(number)")]
                switch random.below(5) {
                case 0: try! database.delete(key)
                case 1: try! database.put(Self.item(number).with("t", nil))
                case 2:
                    try! database.update(
                        key, "SET t = :t, v = :v",
                        [
                            ":t": .text("t\(random.below(5))"),
                            ":v": .vector("\(random.below(9))", "1", "2"),
                        ])
                case 3: try! database.update(key, "SET w = :w", [":w": .filler(random.below(50))])
                default: try! database.put(Self.item(number))
                }
            }
        }
        #expect(try database.findings() == [])
        #expect(try database.tallies()["byV"]!.itemCount > 0)
    }

    @Test("writes to items that the walk has not come to yet are right before and after it comes")
    func writesAheadOfTheWalk() throws {
        let gate = GateStore(MemoryStore())
        let database = try TestDatabase(TableRequest(), store: gate)
        for number in 0..<700 { try database.put(Self.item(number)) }
        gate.shut(after: 1)
        try database.change(TableChange(of: "Tab", creating: Self.shape))
        gate.waitForCommit()
        // The first items are being added, the others are not; these writes meet both kinds.
        let answers = Collected<String>()
        for number in stride(from: 0, to: 770, by: 7) {
            let key: Item = ["pk": .text("p\(number)")]
            switch number % 3 {
            case 0: database.submit(DeleteItem(table: "Tab", key: key), "", to: answers)
            case 1:
                database.submit(
                    PutItem(table: "Tab", item: Self.item(number).with("t", "moved")), "",
                    to: answers)
            default:
                database.submit(
                    PutItem(table: "Tab", item: Self.item(number).with("v", nil)), "", to: answers)
            }
        }
        gate.open()
        #expect(try database.waitForIndexes())
        #expect(try database.wait { answers.all.count == 110 })
        #expect(try database.findings() == [])
    }

    @Test("what is written between a look of the walk and its step is not missed")
    func writesWithinAStep() throws {
        let store = CursorHookStore(MemoryStore())
        let database = try TestDatabase(TableRequest(), store: store)
        for number in 0..<400 { try database.put(Self.item(number)) }
        let next = Locked(400)
        // The walk's second look and those after it, the last of which finds nothing.
        store.onCursor { [weak database] range in
            guard let database, range.lower.first == KeySpace.item.rawValue,
                range.lower.count > 5
            else { return }
            let first = next.withLock { next in
                defer { next += 60 }
                return next
            }
            for number in first..<first + 60 {
                try! database.put(Self.item(number))
                try! database.delete(["pk": .text("p\(number - 400)")])
            }
        }
        try database.change(TableChange(of: "Tab", creating: Self.shape))
        #expect(try database.waitForIndexes())
        let written = next.withLock { $0 }
        #expect(written >= 400 + 3 * 60)
        store.onCursor { _ in }
        #expect(try database.tallies()["byV"]?.itemCount == 400)
        #expect(try database.findings() == [])
    }

    @Test("while it is filled, an index is CREATING, its table may be written but not deleted")
    func statuses() throws {
        let gate = GateStore(MemoryStore())
        let database = try TestDatabase(TableRequest(), store: gate)
        for number in 0..<300 { try database.put(Self.item(number)) }
        gate.shut(after: 1)
        let answer = try database.change(TableChange(of: "Tab", creating: Self.shape))
        #expect(answer.status == .updating)
        #expect(answer.definition.vectorIndexes.map(\.isBackfilling) == [false])
        let description = try database.describe()
        #expect(description.status == .active)
        #expect(description.definition.vectorIndexes.map(\.status) == [.creating])
        #expect(description.definition.vectorIndexes.map(\.isBackfilling) == [true])
        gate.waitForCommit()
        let answers = Collected<String>()
        database.submit(DeleteTable(table: "Tab"), "gone", to: answers)
        database.submit(
            UpdateTable(TableChange(of: "Tab", creating: IndexShape("byC", hash: "c:N"))), "more",
            to: answers)
        gate.open()
        #expect(try database.wait { answers.all.count == 2 })
        #expect(
            answers.all.sorted() == [
                "gone in use: Attempt to change a resource which is still in use: Cannot delete "
                    + "table while indexes are being created, updated, or deleted.",
                "more limit: Subscriber limit exceeded: Only 1 online index can be created or "
                    + "deleted simultaneously per table",
            ])
        #expect(try database.waitForIndexes())
        #expect(try status(database)?.isBackfilling == false)
        #expect(try database.tallies()["byV"]?.itemCount == 300)
    }

    @Test("an index that is deleted while it is filled leaves nothing behind")
    func deletedMeanwhile() throws {
        func rest(_ database: TestDatabase) -> [String] {
            database.dump().filter {
                !$0.hasPrefix("catalog") && !$0.hasPrefix("next sequence")
            }
        }
        for permits in 1...4 {
            let gate = GateStore(MemoryStore())
            let database = try TestDatabase(TableRequest(), store: gate)
            for number in 0..<700 { try database.put(Self.item(number)) }
            let before = rest(database)
            gate.shut(after: permits)
            try database.change(TableChange(of: "Tab", creating: Self.shape))
            gate.waitForCommit()
            let answers = Collected<String>()
            database.submit(
                UpdateTable(TableChange(of: "Tab", deletingVector: "byV")), "deleted", to: answers)
            gate.open()
            #expect(try database.wait { answers.all == ["deleted"] })
            #expect(rest(database) == before)
            // A new index of the same name is another index; the old walk must not touch it.
            try database.change(TableChange(of: "Tab", creating: VectorShape()))
            #expect(try database.waitForIndexes())
            #expect(try database.tallies()["byV"]?.itemCount == 700)
            #expect(try database.findings() == [])
            try database.change(TableChange(of: "Tab", deletingVector: "byV"))
            #expect(rest(database) == before)
        }
    }

    @Test("filling goes on where it was after the database is opened again, from any point")
    func resumes() throws {
        for permits in 1...5 {
            let store = MemoryStore()
            let gate = GateStore(store)
            let database = try TestDatabase(TableRequest(), store: gate)
            for number in 0..<700 { try database.put(Self.item(number)) }
            gate.shut(after: permits)
            try database.change(TableChange(of: "Tab", creating: Self.shape))
            gate.waitForCommit()
            let rows = try store.memorySnapshot()
            let lines = try TestDatabase.journalLines(in: rows)
            #expect(lines == (permits - 1) * 128)
            let survivor = try TestDatabase(
                store: MemoryStore(contentsOf: rows), clock: database.clock)
            for number in stride(from: 0, to: 700, by: 50) {
                try survivor.delete(["pk": .text("p\(number)")])
            }
            gate.open()
            #expect(try survivor.waitForIndexes())
            #expect(try survivor.tallies()["byV"]?.itemCount == 686)
            #expect(try survivor.findings() == [])
        }
    }

    @Test("a failing disk only delays the filling: reads try again, commits after reopening")
    func failingDisk() throws {
        let store = FaultyStore(MemoryStore())
        let database = try TestDatabase(
            TableRequest(), store: store, expiryInterval: .milliseconds(5))
        for number in 0..<700 { try database.put(Self.item(number)) }
        try database.change(TableChange(of: "Tab", creating: Self.shape))
        for ordinal in [1, 40, 300] {
            store.add(.init(.read, ordinal: ordinal, error: .inputOutput("planned")))
        }
        store.add(.init(.commit, ordinal: 2, error: .inputOutput("planned")))
        #expect(try database.wait { database.engine.refusesWrites })
        store.heal()
        let reopened = try TestDatabase(store: store, expiryInterval: .milliseconds(5))
        #expect(try reopened.waitForIndexes())
        #expect(try reopened.tallies()["byV"]?.itemCount == 700)
        #expect(try reopened.findings() == [])
    }
}

extension TestDatabase {
    /// How many journal lines some rows have.
    fileprivate static func journalLines(in rows: some KeyValueReadable) throws -> Int {
        let cursor = try rows.cursor(over: .prefix([0x06]), .forward)
        var count = 0
        while let (key, _) = try cursor.next() { count += key.count > 1 ? 1 : 0 }
        return count
    }
}
