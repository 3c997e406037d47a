import MartletCatalog
import MartletEngine
import MartletKeyValue
import MartletModel
import MartletTestSupport
import Testing

@Suite struct UpdateTableTests {
    static let index = IndexShape("byG", hash: "g:S", projecting: .keysOnly)

    @Test("a new index is filled with the items that were there, then it is active")
    func fills() throws {
        let database = try TestDatabase(TableRequest())
        for number in 0..<600 {
            // Of four items one lacks the attribute, and of one it has the wrong type.
            let value: AttributeValue? = [.text("x\(number % 7)"), "y", nil, 5][number % 4]
            let item: Item = ["pk": .text("\(number)")]
            try database.put(item.with("g", value))
        }
        let answer = try database.change(TableChange(of: "Tab", creating: Self.index))
        #expect(answer.status == .updating)
        #expect(answer.definition.indexes.map(\.status) == [.creating])
        #expect(try database.waitForIndexes())
        #expect(try database.describe().status == .active)
        #expect(try database.scanAll(index: "byG").count == 300)
        #expect(try database.tallies()["byG"]?.itemCount == 300)
        #expect(try database.findings() == [])
    }

    @Test("a deleted index loses its rows, and its definitions when nothing else uses them")
    func deletes() throws {
        let database = try TestDatabase(.orders)
        try database.put(.order)
        let answer = try database.change(TableChange(of: "Tab", deleting: "byShop"))
        #expect(answer.deletedIndexes.map(\.name) == ["byShop"])
        #expect(
            failure { try database.scan(index: "byShop") }
                == "validation: The table does not have the specified index: byShop")
        #expect(
            try !database.definition().attributeDefinitions.contains { $0.name == "shop" })
        // What was a key is now an attribute like others.
        try database.put(Item.order.with("shop", 5))
        #expect(try database.findings() == [])
        #expect(try database.reopened().findings() == [])
    }

    @Test("missing tables and indexes, existing indexes and two changes at once are refused")
    func refuses() throws {
        let database = try TestDatabase(.orders)
        func change(_ change: TableChange) -> String? { failure { try database.change(change) } }
        #expect(
            change(TableChange(of: "none", deleting: "byShop"))
                == "not found: Requested resource not found: Table: none not found")
        #expect(
            change(TableChange(of: "Tab", deleting: "nope"))?.hasPrefix("not found: ") == true)
        #expect(
            change(TableChange(of: "Tab", creating: IndexShape("byShop", hash: "shop:S")))
                == "validation: Attempting to create an index which already exists")
        #expect(
            change(
                TableChange(
                    name: "Tab", indexChanges: [.delete(name: "byShop"), .delete(name: "byState")]))
                == "limit: Subscriber limit exceeded: Only 1 online index can be created or "
                + "deleted simultaneously per table")
    }

    @Test("an index that is being filled is not read, and its table not deleted")
    func whileFilling() throws {
        let gate = GateStore(MemoryStore())
        let database = try TestDatabase(TableRequest(), store: gate)
        try database.put(["pk": "a", "g": "x"])
        gate.shut(after: 1)
        try database.change(TableChange(of: "Tab", creating: Self.index))
        gate.waitForCommit()
        #expect(
            failure { try database.scan(index: "byG") }
                == "validation: Cannot read from backfilling global secondary index: byG")
        #expect(try database.describe().status == .updating)
        let answers = Collected<String>()
        database.submit(DeleteTable(table: "Tab"), "deleted", to: answers)
        gate.open()
        #expect(try database.waitForIndexes())
        #expect(try database.wait { answers.all.count == 1 })
        #expect(
            answers.all == [
                "deleted in use: Attempt to change a resource which is still in use: Cannot delete "
                    + "table while indexes are being created, updated, or deleted."
            ])
        #expect(try database.scanAll(index: "byG") == [["pk": "a", "g": "x"]])
        #expect(try database.findings() == [])
    }
}
