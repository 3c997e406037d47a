import MartletCatalog
import MartletEngine
import MartletKeyValue
import MartletModel
import MartletTestSupport
import Testing

@Suite struct CommitGroupTests {
    @Test("writes that wait for a commit share the next one, in the order of their arrival")
    func gathers() throws {
        let gate = GateStore(MemoryStore())
        let database = try TestDatabase(TableRequest(), store: gate)
        let before = database.engine.commitCounts
        let passed = gate.passedCount
        let answers = Collected<String>()
        gate.shut()
        database.submit(PutItem(table: "Tab", item: ["pk": "a", "n": 0]), "0", to: answers)
        gate.waitForCommit()
        for number in 1...100 {
            database.submit(
                PutItem(table: "Tab", item: ["pk": "a", "n": .integer(number)]), "\(number)",
                to: answers)
        }
        #expect(answers.all == [])
        gate.open()
        #expect(try database.wait { answers.all.count == 101 })
        #expect(answers.all == (0...100).map { "\($0)" })
        #expect(gate.passedCount - passed == 2)
        let after = database.engine.commitCounts
        #expect(after.groups - before.groups == 2)
        #expect(after.writes - before.writes == 101)
        #expect(try database.get(["pk": "a"]) == ["pk": "a", "n": 100])
    }

    @Test("each write of a group sees those before it")
    func seesEarlier() throws {
        let gate = GateStore(MemoryStore())
        let database = try TestDatabase(.orders, store: gate)
        let answers = Collected<String>()
        gate.shut()
        database.submit(PutItem(table: "Tab", item: .order), "first", to: answers)
        gate.waitForCommit()
        var bound = try Bound(nil, nil)
        let isNew = WriteOptions(condition: try bound.condition("attribute_not_exists(pk)"))
        let second = Item.order.with("sk", 2)
        database.submit(PutItem(table: "Tab", item: second, options: isNew), "new", to: answers)
        database.submit(PutItem(table: "Tab", item: second, options: isNew), "again", to: answers)
        database.submit(
            DeleteItem(table: "Tab", key: ["pk": "ann", "sk": 2]), "deleted", to: answers)
        database.submit(
            PutItem(table: "Tab", item: second.with("shop", "east"), options: isNew), "anew",
            to: answers)
        gate.open()
        #expect(try database.wait { answers.all.count == 5 })
        #expect(
            answers.all == ["first", "new", "again condition failed", "deleted", "anew"])
        #expect(try database.query("shop = :v", [":v": "east"], index: "byShop").count == 1)
        #expect(try database.findings() == [])
    }

    @Test("no reader sees a write before its group is committed")
    func invisibleBefore() throws {
        let gate = GateStore(MemoryStore())
        let database = try TestDatabase(.orders, store: gate)
        let answers = Collected<String>()
        gate.shut()
        database.submit(PutItem(table: "Tab", item: .order), "put", to: answers)
        database.submit(CreateTable(TableRequest(short: "U..")), "create", to: answers)
        gate.waitForCommit()
        #expect(try database.scanAll() == [])
        #expect(try database.scanAll(index: "byShop") == [])
        #expect(failure { try database.describe("U..") } != nil)
        gate.open()
        #expect(try database.wait { answers.all.count == 2 })
        #expect(try database.scanAll(index: "byShop").count == 1)
        #expect(try database.describe("U..").status == .active)
    }

    @Test("many threads write: every write is answered once, and counted")
    func manyThreads() throws {
        let database = try TestDatabase(.orders)
        let before = database.engine.commitCounts.writes
        let answers = Collected<Int>()
        onThreads(8) { thread in
            for number in 0..<60 {
                try! database.put(
                    Item.order.with("pk", .text("p\(thread)")).with("sk", .integer(number)))
                answers.append(number)
            }
        }
        #expect(answers.all.count == 480)
        #expect(database.engine.commitCounts.writes - before == 480)
        #expect(try database.scanAll().count == 480)
        #expect(try database.findings() == [])
    }

    @Test("a large group is cut into pieces, and still all is answered in order")
    func largeGroup() throws {
        let gate = GateStore(MemoryStore())
        let database = try TestDatabase(TableRequest(), store: gate)
        let answers = Collected<String>()
        gate.shut()
        let passed = gate.passedCount
        database.submit(PutItem(table: "Tab", item: ["pk": "x"]), "0", to: answers)
        gate.waitForCommit()
        for number in 1...30 {
            database.submit(
                PutItem(
                    table: "Tab", item: ["pk": .text("\(number)"), "v": .filler(400_000)]),
                "\(number)", to: answers)
        }
        gate.open()
        #expect(try database.wait { answers.all.count == 31 })
        #expect(answers.all == (0...30).map { "\($0)" })
        // 4 MB a piece: eleven items each.
        #expect(gate.passedCount - passed == 4)
        #expect(try database.findings() == [])
    }

    @Test("close finishes what was accepted; later requests are told that it is closed")
    func close() throws {
        let store = MemoryStore()
        let gate = GateStore(store)
        let database = try TestDatabase(TableRequest(), store: gate)
        let answers = Collected<String>()
        gate.shut()
        for number in 0..<20 {
            database.submit(
                PutItem(table: "Tab", item: ["pk": .text("\(number)")]), "\(number)", to: answers)
        }
        gate.waitForCommit()
        let rows = Collected<Int>()
        onThreads(2) { thread in
            if thread == 0 {
                try! database.close()
                rows.append(answers.all.count)
            } else {
                gate.open()
            }
        }
        #expect(rows.all == [20])
        #expect(answers.all == (0..<20).map { "\($0)" })
        let closed = OperationError.storage(.closed).summary
        #expect(failure { try database.put(["pk": "late"]) } == closed)
        #expect(failure { try database.get(["pk": "0"]) } == closed)
        #expect(failure { try database.create(TableRequest(short: "late")) } == closed)
        #expect(failure { try database.close() } == nil)
    }

    @Test("closing from several threads at once returns to none before all is finished")
    func closeTwice() throws {
        let gate = GateStore(MemoryStore())
        let database = try TestDatabase(TableRequest(), store: gate)
        let answers = Collected<String>()
        gate.shut()
        for number in 0..<20 {
            database.submit(
                PutItem(table: "Tab", item: ["pk": .text("\(number)")]), "\(number)", to: answers)
        }
        gate.waitForCommit()
        let counts = Collected<Int>()
        onThreads(4) { thread in
            if thread == 0 {
                gate.open()
            } else {
                try! database.close()
                counts.append(answers.all.count)
            }
        }
        #expect(counts.all == [20, 20, 20])
        #expect(answers.all == (0..<20).map { "\($0)" })
    }
}
