import MartletCatalog
import MartletEngine
import MartletModel
import MartletTestSupport
import Testing

@Suite struct BatchWriteItemTests {
    @Test("puts and deletes of a batch are done, with their index rows")
    func writes() throws {
        let database = try TestDatabase(.orders)
        try database.put(.order)
        let answer = try database.batchWrite([
            .put(Item.order.with("sk", 2)), .delete(key: ["pk": "ann", "sk": 1]),
            .put(["pk": "bob", "sk": 1]), .delete(key: ["pk": "bob", "sk": 9]),
        ])
        #expect(answer.unprocessed.isEmpty)
        #expect(
            try database.scanAll().map(\.notation).sorted()
                == [Item.order.with("sk", 2), ["pk": "bob", "sk": 1]].map(\.notation).sorted())
        #expect(try database.findings() == [])
    }

    static let duplicates = "validation: Provided list of item keys contains duplicates"

    @Test("one key twice refuses the batch: two puts, put and delete, numerically equal keys")
    func refusesDuplicates() throws {
        let database = try TestDatabase(.orders)
        let other: BatchWriteItem.Request = .put(["pk": "z", "sk": 0])
        let batches: [[BatchWriteItem.Request]] = [
            [.put(["pk": "a", "sk": 1]), other, .put(["pk": "a", "sk": 1, "n": 1])],
            [.put(["pk": "a", "sk": 1]), other, .delete(key: ["pk": "a", "sk": 1])],
            [.put(["pk": "a", "sk": 1]), other, .put(["pk": "a", "sk": .decimal("1.0")])],
        ]
        for batch in batches {
            #expect(failure { try database.batchWrite(batch) } == Self.duplicates)
        }
        #expect(try database.scanAll() == [])
    }

    @Test("a table named twice in one batch, by name and by ARN, still takes each item once")
    func tableNamedTwice() throws {
        let database = try TestDatabase(.orders)
        let batch = BatchWriteItem(tables: [
            .init(table: "Tab", requests: [.put(.order)]),
            .init(table: "Tab", requests: [.put(Item.order.with("phase", "sent"))]),
        ])
        #expect(failure { try database.engine.run(batch) } == Self.duplicates)
        #expect(try database.findings() == [])
    }

    @Test("one bad request refuses the batch before anything is written")
    func refusesAsAWhole() throws {
        let database = try TestDatabase(.orders)
        let before = database.dump()
        let bad: [BatchWriteItem.Request] = [
            .put(["pk": "a"]), .put(["pk": "a", "sk": 1, "phase": 1]), .delete(key: ["pk": "a"]),
            .put(["pk": "a", "sk": 1, "big": .filler(409_600)]),
        ]
        for request in bad {
            #expect(
                failure { try database.batchWrite([.put(.order), request]) }?
                    .hasPrefix("validation: ") == true)
        }
        #expect(
            failure {
                try database.engine.run(
                    BatchWriteItem(tables: [
                        .init(table: "Tab", requests: [.put(.order)]),
                        .init(table: "none", requests: [.put(.order)]),
                    ]))
            } == "not found: Requested resource not found")
        #expect(database.dump() == before)
    }

    @Test("a batch reports capacity table by table")
    func capacity() throws {
        let database = try TestDatabase(TableRequest(), TableRequest(short: "U.."))
        let output = try database.engine.run(
            BatchWriteItem(
                tables: [
                    .init(
                        table: "Tab",
                        requests: [
                            .put(["pk": "a", "v": .filler(2000)]), .delete(key: ["pk": "b"]),
                        ]), .init(table: "U..", requests: [.put(["pk": "a"])]),
                ], capacityReport: .indexes))
        #expect(
            output.capacity == [
                ConsumedCapacity(table: "Tab", total: 3, tableUnits: 3),
                ConsumedCapacity(table: "U..", total: 1, tableUnits: 1),
            ])
    }
}
