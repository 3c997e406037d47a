import MartletCatalog
import MartletEngine
import MartletModel
import MartletTestSupport
import Testing

@Suite struct TransactGetItemsTests {
    private func get(
        _ database: TestDatabase, _ gets: [(TableName, Item)],
        report: CapacityReport = .none
    ) throws(OperationError) -> TransactGetItems.Output {
        try database.engine.run(
            TransactGetItems(
                gets: gets.map { .init(table: $0, key: $1) }, capacityReport: report))
    }

    @Test("there is one answer for each get, in order, and a miss is one of them")
    func reads() throws {
        let database = try TestDatabase(TableRequest(), TableRequest(short: "U.."))
        try database.put(["pk": "a", "v": .filler(5000)])
        try database.put(["pk": "b"], in: "U..")
        let output = try get(
            database, [("U..", ["pk": "b"]), ("Tab", ["pk": "none"]), ("Tab", ["pk": "a"])],
            report: .total)
        #expect(output.items.map { $0?.item.count } == [1, nil, 2])
        #expect(
            output.capacity == [
                ConsumedCapacity(table: "U..", total: 2, direction: .read),
                ConsumedCapacity(table: "Tab", total: 6, direction: .read),
            ])
    }

    @Test("an item may be read once; a bad key is a reason; a missing table is an error")
    func refuses() throws {
        let database = try TestDatabase(TableRequest())
        #expect(
            failure { try get(database, [("Tab", ["pk": "a"]), ("Tab", ["pk": "a"])]) }
                == "validation: Transaction request cannot include multiple operations on one item")
        #expect(
            failure { try get(database, [("Tab", ["pk": "a"]), ("Tab", ["pk": 1])]) }
                == "cancelled: None, ValidationError The provided key element does not match the "
                + "schema")
        #expect(
            failure { try get(database, [("none", ["pk": "a"])]) }
                == "not found: Requested resource not found")
    }

    @Test("all items are of one moment while transactions change them together")
    func oneMoment() throws {
        let database = try TestDatabase(TableRequest())
        let names = (0..<8).map { "k\($0)" }
        @Sendable func write(_ value: Int) throws(OperationError) {
            var actions: [TransactWriteItems.Action] = []
            for name in names {
                actions.append(try .put(["pk": .text(name), "v": .integer(value)]))
            }
            try database.transact(actions)
        }
        try write(0)
        let isDone = Flag()
        let mixed = Collected<[AttributeValue?]>()
        onThreads(3) { number in
            if number == 0 {
                for value in 1...150 { try! write(value) }
                isDone.set()
            }
            while number > 0, !isDone.isSet {
                let output = try! get(database, names.map { ("Tab", ["pk": .text($0)]) })
                let values = output.items.map { $0?.item["v"] }
                if Set(values).count != 1 { mixed.append(values) }
            }
        }
        #expect(mixed.all == [])
    }
}
