import MartletCatalog
import MartletKeyValue
import MartletModel
import MartletTestBasics
import MartletTestSupport
import Testing

@testable import MartletEngine

@Suite struct RecentWritesTests {
    private func key(_ number: Int) -> RowKey { RowKey(Array("\(number)".utf8)) }

    @Test("a write is known to all who looked before it, and to nobody who looked after")
    func order() {
        let writes = RecentWrites()
        writes.note(key(1), group: 5)
        #expect(writes.mayHaveWritten(key(1), after: 4))
        #expect(!writes.mayHaveWritten(key(1), after: 5))
        #expect(!writes.mayHaveWritten(key(2), after: 0))
        writes.note(key(1), group: 9)
        #expect(writes.mayHaveWritten(key(1), after: 8))
    }

    @Test("what is forgotten counts as written")
    func forgetting() {
        let writes = RecentWrites()
        var last: [Int: Int] = [:]
        var random = SeededRandom(seed: 3)
        for group in 1...4000 {
            for _ in 0..<16 {
                let number = Int.random(in: 0..<50_000, using: &random)
                writes.note(key(number), group: group)
                last[number] = group
            }
            let number = Int.random(in: 0..<50_000, using: &random)
            let looked = Int.random(in: 0...group, using: &random)
            // It may say yes without need, but never no against the truth.
            if let written = last[number], written > looked {
                #expect(writes.mayHaveWritten(key(number), after: looked), "\(random)")
            }
        }
        // And it is of use: the latest groups are remembered exactly.
        #expect(!writes.mayHaveWritten(key(50_001), after: 3999))
        #expect(writes.mayHaveWritten(key(50_001), after: 1))
    }

    @Test("a write finds what earlier ones deleted gone, in its own group and in the one before")
    func deletedRows() throws {
        let gate = GateStore(MemoryStore())
        let database = try TestDatabase(.orders, store: gate)
        try database.put(.order)
        let answers = Collected<String>()
        var bound = try Bound(nil, nil)
        let isMissing = WriteOptions(
            condition: try bound.condition("attribute_not_exists(pk)"))
        let delete = DeleteItem(table: "Tab", key: ["pk": "ann", "sk": 1])
        gate.shut()
        // The first delete is the group under way; the rest queue behind it, enough of them to be
        // run before it is done.
        database.submit(delete, "deleted", to: answers)
        gate.waitForCommit()
        for _ in 0..<10 {
            database.submit(
                PutItem(table: "Tab", item: .order, options: isMissing), "made", to: answers)
            database.submit(delete, "deleted", to: answers)
        }
        gate.open()
        #expect(try database.wait { answers.all.count == 21 })
        #expect(answers.all.filter { $0 == "made" }.count == 10)
        #expect(answers.all.filter { $0 == "deleted" }.count == 11)
        #expect(try database.get(["pk": "ann", "sk": 1]) == nil)
        #expect(try database.findings() == [])
    }

    @Test("updates that were all prepared before the first was carried out lose nothing")
    func lostUpdates() throws {
        let gate = GateStore(MemoryStore())
        let database = try TestDatabase(.orders, store: gate)
        try database.put(.order)
        let answers = Collected<String>()
        gate.shut()
        database.submit(PutItem(table: "Tab", item: ["pk": "other", "sk": 1]), "put", to: answers)
        gate.waitForCommit()
        for _ in 0..<40 {
            var bound = try Bound(nil, [":one": 1])
            database.submit(
                UpdateItem(
                    table: "Tab", key: ["pk": "ann", "sk": 1],
                    update: try bound.update("ADD hits :one")), "update", to: answers)
        }
        gate.open()
        #expect(try database.wait { answers.all.count == 41 })
        #expect(try database.get(["pk": "ann", "sk": 1])?["hits"] == 40)
        #expect(try database.findings() == [])
    }
}
