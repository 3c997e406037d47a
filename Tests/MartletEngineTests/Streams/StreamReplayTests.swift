import MartletCatalog
import MartletEncoding
import MartletEngine
import MartletKeyValue
import MartletModel
import MartletTestBasics
import MartletTestSupport
import Testing

/// Streams beside their tables over power failures. That a table can be made anew from its stream
/// after any history of writes is `RandomHistory`'s to show.
@Suite struct StreamReplayTests {
    private static func step(
        _ database: TestDatabase, _ random: inout SeededRandom
    ) throws(OperationError) {
        let key = AttributeValue.text("k\(random.below(12))")
        let value = AttributeValue.integer(random.below(5))
        switch random.below(6) {
        case 0: try database.delete(["pk": key])
        case 1: try database.update(["pk": key], "ADD n :v", [":v": value])
        case 2:
            try database.transact([
                try .put(["pk": key, "v": value]), try .delete(["pk": "k99"]),
                try .put(["pk": "pair", "v": value]),
            ])
        case 3:
            try database.batchWrite([
                .put(["pk": key, "v": value]), .delete(key: ["pk": "pair"]),
            ])
        default: try database.put(["pk": key, "v": value])
        }
    }

    private static func check(_ database: TestDatabase, _ place: Comment) throws {
        var replica = Replica()
        var numbers: [String] = []
        for record in try database.allRecords(try database.streams()[0].arn, pageLimit: 7) {
            #expect(replica.apply(record) == nil, place)
            numbers.append(record.sequenceNumber)
        }
        #expect(numbers == Set(numbers).sorted(), place)
        #expect(replica.contents == (try database.scanAll().map(\.notation).sorted()), place)
        #expect(try database.findings() == [], place)
    }

    @Test(
        "after a power failure at any unsynced commit, the stream still makes the table, and goes on",
        arguments: [UInt64(1), 2, 3, 4, 5, 6])
    func powerFailures(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var store = CrashStore()
        var database = try TestDatabase(
            TableRequest().streaming(), store: store, durability: .async)
        try store.sync()
        for round in 0..<8 {
            for _ in 0..<random.below(40) { try Self.step(database, &random) }
            if random.chance(1, in: 4) { try store.sync() }
            let survivor = store.crash(keepingUnsynced: random.below(store.unsyncedCommitCount + 1))
            database = try database.reopened { survivor }
            store = survivor
            try Self.check(database, "\(random), round \(round)")
        }
    }

    @Test("what a failed group wrote is in no stream, nor what failed after it")
    func failedCommit() throws {
        let base = MemoryStore()
        let faulty = FaultyStore(base)
        let database = try TestDatabase(TableRequest().streaming(), store: faulty)
        try database.put(["pk": "a"])
        faulty.add(.init(.commit, ordinal: 1, error: .inputOutput("planned")))
        #expect(failure { try database.put(["pk": "b"]) } != nil)
        #expect(failure { try database.put(["pk": "c"]) } != nil)
        let arn = try database.streams()[0].arn
        #expect(try database.allRecords(arn).count == 1)
        let reopened = try TestDatabase(
            store: MemoryStore(contentsOf: base.memorySnapshot()), clock: database.clock)
        try reopened.put(["pk": "d"])
        #expect(try reopened.allRecords(arn).map { $0.keys.item["pk"] } == ["a", "d"])
        #expect(try reopened.findings() == [])
    }

    @Test("a reader sees only what is durable: nothing of a group that is under way")
    func durableOnly() throws {
        let gate = GateStore(MemoryStore())
        let database = try TestDatabase(TableRequest().streaming(), store: gate)
        let arn = try database.streams()[0].arn
        let latest = try database.iterator(arn, .latest)
        let answers = Collected<String>()
        gate.shut()
        database.submit(PutItem(table: "Tab", item: ["pk": "a"]), "a", to: answers)
        gate.waitForCommit()
        #expect(try database.records(latest).records.isEmpty)
        let stillLatest = try database.iterator(arn, .latest)
        gate.open()
        #expect(try database.wait { answers.all == ["a"] })
        #expect(try database.records(latest).records.count == 1)
        #expect(try database.records(stillLatest).records.count == 1)
        let later = try database.iterator(arn, .latest)
        #expect(try database.records(later).records.isEmpty)
    }
}
