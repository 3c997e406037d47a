import MartletCatalog
import MartletEngine
import MartletKeyValue
import MartletModel
import MartletTestBasics
import MartletTestSupport
import Testing

@Suite struct IndexBackfillTests {
    static let index = IndexShape("byG", hash: "g:S", range: "n:N", projecting: .include("v"))

    private static func item(_ number: Int) -> Item {
        [
            "pk": .text("p\(number)"), "g": .text("g\(number % 5)"), "n": .integer(number),
            "v": .filler(20), "w": 1,
        ]
    }

    @Test("an index added while writers run misses nothing and holds nothing else")
    func whileWritersRun() throws {
        let database = try TestDatabase(TableRequest())
        for number in 0..<800 { try database.put(Self.item(number)) }
        let isDone = Flag()
        onThreads(3) { thread in
            if thread == 0 {
                for _ in 0..<3 {
                    try! database.change(TableChange(of: "Tab", creating: Self.index))
                    _ = try! database.waitForIndexes()
                    let findings = try! database.engine.checkInvariants()
                    #expect(findings == [])
                    try! database.change(TableChange(of: "Tab", deleting: "byG"))
                }
                try! database.change(TableChange(of: "Tab", creating: Self.index))
                _ = try! database.waitForIndexes()
                isDone.set()
            }
            var random = SeededRandom(seed: UInt64(thread))
            while thread > 0, !isDone.isSet {
                let number = random.below(1000)
                let key: Item = ["pk": .text("p\(number)")]
                switch random.below(5) {
                case 0: try! database.delete(key)
                case 1: try! database.put(Self.item(number).with("g", nil))
                case 2:
                    try! database.update(
                        key, "SET g = :g, n = :n",
                        [":g": .text("g\(random.below(5))"), ":n": .integer(random.below(1000))])
                case 3: try! database.update(key, "SET v = :v", [":v": .filler(random.below(50))])
                default: try! database.put(Self.item(number))
                }
            }
        }
        #expect(try database.findings() == [])
        let count = try database.tallies()["byG"]!.itemCount
        #expect(count > 0)
        #expect(try database.scanAll(index: "byG").count == count)
    }

    @Test("writes to items that the walk has not come to yet are right before and after it comes")
    func writesAheadOfTheWalk() throws {
        let gate = GateStore(MemoryStore())
        let database = try TestDatabase(TableRequest(), store: gate)
        for number in 0..<700 { try database.put(Self.item(number)) }
        gate.shut(after: 1)
        try database.change(TableChange(of: "Tab", creating: Self.index))
        gate.waitForCommit()
        // The first 256 items are done, the others are not; these writes meet both kinds.
        let answers = Collected<String>()
        for number in stride(from: 0, to: 700, by: 7) {
            let key: Item = ["pk": .text("p\(number)")]
            switch number % 3 {
            case 0: database.submit(DeleteItem(table: "Tab", key: key), "", to: answers)
            case 1:
                database.submit(
                    PutItem(table: "Tab", item: Self.item(number).with("g", "moved")), "",
                    to: answers)
            default:
                database.submit(
                    PutItem(table: "Tab", item: Self.item(number).with("g", nil)), "", to: answers)
            }
        }
        gate.open()
        #expect(try database.waitForIndexes())
        #expect(try database.wait { answers.all.count == 100 })
        #expect(try database.findings() == [])
    }

    @Test("an index that is deleted while it is filled leaves nothing behind")
    func deletedMeanwhile() throws {
        for permits in 1...4 {
            let gate = GateStore(MemoryStore())
            let database = try TestDatabase(TableRequest(), store: gate)
            for number in 0..<700 { try database.put(Self.item(number)) }
            let before = database.dump().filter { !$0.hasPrefix("catalog") }
            gate.shut(after: permits)
            try database.change(TableChange(of: "Tab", creating: Self.index))
            gate.waitForCommit()
            let answers = Collected<String>()
            database.submit(
                UpdateTable(TableChange(of: "Tab", deleting: "byG")), "deleted", to: answers)
            gate.open()
            #expect(try database.wait { answers.all == ["deleted"] })
            #expect(database.dump().filter { !$0.hasPrefix("catalog") } == before)
            // A new index of the same name is another index; the old walk must not touch it.
            try database.change(TableChange(of: "Tab", creating: IndexShape("byG", hash: "g:S")))
            #expect(try database.waitForIndexes())
            #expect(try database.scanAll(index: "byG").count == 700)
            #expect(try database.findings() == [])
            try database.change(TableChange(of: "Tab", deleting: "byG"))
            #expect(database.dump().filter { !$0.hasPrefix("catalog") } == before)
        }
    }

    @Test("an old item that the index cannot take stays out, and may be updated in other places")
    func unfitItems() throws {
        let database = try TestDatabase(TableRequest())
        let unfit: Item = ["pk": "a", "g": 5, "n": 1]
        try database.put(unfit)
        try database.change(TableChange(of: "Tab", creating: Self.index))
        #expect(try database.waitForIndexes())
        #expect(try database.scanAll(index: "byG") == [])
        try database.update(["pk": "a"], "SET v = :v", [":v": 1])
        #expect(
            failure { try database.update(["pk": "a"], "SET g = :v", [":v": 6]) }?
                .hasPrefix("validation: The update expression attempted") == true)
        #expect(failure { try database.put(unfit) }?.hasPrefix("validation: ") == true)
        try database.update(["pk": "a"], "SET g = :v", [":v": "fit"])
        #expect(try database.scanAll(index: "byG").count == 1)
        #expect(try database.findings() == [])
    }

    @Test("filling goes on after the database is opened again, from any point")
    func resumes() throws {
        for permits in 1...4 {
            let store = MemoryStore()
            let gate = GateStore(store)
            let database = try TestDatabase(TableRequest(), store: gate)
            for number in 0..<700 { try database.put(Self.item(number)) }
            gate.shut(after: permits)
            try database.change(TableChange(of: "Tab", creating: Self.index))
            gate.waitForCommit()
            let survivor = try TestDatabase(
                store: MemoryStore(contentsOf: store.memorySnapshot()), clock: database.clock)
            gate.open()
            #expect(try survivor.waitForIndexes())
            #expect(try survivor.scanAll(index: "byG").count == 700)
            #expect(try survivor.findings() == [])
        }
    }

    @Test("a failing disk only delays the filling: reads try again, commits after reopening")
    func failingDisk() throws {
        let store = FaultyStore(MemoryStore())
        let database = try TestDatabase(
            TableRequest(), store: store, expiryInterval: .milliseconds(5))
        for number in 0..<700 { try database.put(Self.item(number)) }
        try database.change(TableChange(of: "Tab", creating: Self.index))
        for ordinal in [1, 40, 300] {
            store.add(.init(.read, ordinal: ordinal, error: .inputOutput("planned")))
        }
        store.add(.init(.commit, ordinal: 2, error: .inputOutput("planned")))
        #expect(try database.wait { database.engine.refusesWrites })
        store.heal()
        let reopened = try TestDatabase(store: store, expiryInterval: .milliseconds(5))
        #expect(try reopened.waitForIndexes())
        #expect(try reopened.scanAll(index: "byG").count == 700)
        #expect(try reopened.findings() == [])
    }
}
