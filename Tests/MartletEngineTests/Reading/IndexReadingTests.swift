import MartletCatalog
import MartletEngine
import MartletModel
import MartletTestSupport
import Testing

@Suite struct IndexReadingTests {
    private func database() throws -> TestDatabase {
        let database = try TestDatabase(.orders)
        try database.put(.order)
        return database
    }

    @Test("an index shows the keys of both and what it projects, no more")
    func projections() throws {
        let database = try database()
        let keys: Item = ["pk": "ann", "sk": 1]
        #expect(try database.scanAll(index: "byDate") == [.order])
        #expect(try database.scanAll(index: "byPlace") == [.order])
        #expect(try database.scanAll(index: "byTotal") == [keys.with("price", 12)])
        #expect(try database.scanAll(index: "byShop") == [keys.with("shop", "north")])
        #expect(
            try database.scanAll(index: "byState")
                == [
                    keys.with("phase", "open").with("dated", "2026-11-01").with("note", "quick")
                ])
    }

    @Test("a local index fetches from the table what it does not hold")
    func fetches() throws {
        let database = try database()
        let condition = "pk = :v"
        let values: AttributeMap = [":v": "ann"]
        func read(_ wish: PageWish) throws(OperationError) -> Page {
            try database.query(condition, values, index: "byTotal", wish)
        }
        #expect(try read(PageWish(select: .allAttributes)).list == [.order])
        #expect(
            try read(PageWish(projection: "note, price")).list == [["note": "quick", "price": 12]])
        #expect(try read(PageWish(projection: "price")).list == [["price": 12]])
        #expect(
            try read(PageWish(select: .allProjectedAttributes)).list
                == [["pk": "ann", "sk": 1, "price": 12]])
        // Each fetched item costs by itself, beside the index's page.
        let page = try read(PageWish(select: .allAttributes, isConsistent: true, report: .indexes))
        #expect(
            page.capacity
                == ConsumedCapacity(
                    table: "Tab", total: 2, tableUnits: 1, localIndexUnits: [("byTotal", 1)]))
    }

    @Test("a global index refuses to show what it does not hold")
    func refuses() throws {
        let database = try database()
        let invalid = "validation: One or more parameter values were invalid: "
        func read(_ wish: PageWish) -> String? {
            failure { try database.query("shop = :v", [":v": "a"], index: "byShop", wish) }
        }
        #expect(
            read(PageWish(select: .allAttributes))
                == invalid + "Select type ALL_ATTRIBUTES is not supported for global secondary "
                + "index byShop because its projection type is not ALL")
        #expect(
            read(PageWish(projection: "note, shop, price"))
                == invalid + "Global secondary index byShop does not project [note, price]")
        #expect(read(PageWish(projection: "shop, pk")) == nil)
        #expect(
            failure {
                try database.scan(index: "byPlace", PageWish(select: .allAttributes))
            } == nil)
    }

    @Test("keys of several attributes: equality from the left, one comparison at the end")
    func severalAttributes() throws {
        let database = try database()
        for (number, (street, house)) in [("Aita", 1), ("Aita", 2), ("Aita", 10), ("Kaivo", 2)]
            .enumerated()
        {
            try database.put(
                Item.order.with("sk", .integer(number + 2)).with("street", .text(street))
                    .with("house", .integer(house)))
        }
        func houses(_ condition: String, _ values: AttributeMap) throws(OperationError) -> [String]
        {
            var all = values
            all[":f"] = "FI"
            all[":o"] = "Oulu"
            return try database.query(
                "country = :f AND city = :o" + condition, all, index: "byPlace"
            ).list.map { "\($0["street"]!.notation) \($0["house"]!.notation)" }
        }
        #expect(
            try houses("", [:])
                == [
                    "\"Aita\" 1", "\"Aita\" 2", "\"Aita\" 10", "\"Kaivo\" 2", "\"Rata\" 3",
                ])
        #expect(
            try houses(" AND street = :s AND house > :h", [":s": "Aita", ":h": 1])
                == ["\"Aita\" 2", "\"Aita\" 10"])
        #expect(
            try houses(" AND begins_with(street, :s)", [":s": "K"]) == ["\"Kaivo\" 2"])
        #expect(
            try houses(" AND street BETWEEN :s AND :t", [":s": "B", ":t": "Rata"])
                == ["\"Kaivo\" 2", "\"Rata\" 3"])
        #expect(
            try houses(
                " AND street = :s AND house BETWEEN :a AND :b", [":s": "Aita", ":a": 2, ":b": 9])
                == ["\"Aita\" 2"])
    }

    @Test("index reads show each write as soon as it is answered")
    func neverStale() throws {
        let database = try database()
        for number in 1...50 {
            try database.update(
                ["pk": "ann", "sk": 1], "SET shop = :v, price = :n",
                [":v": .text("s\(number)"), ":n": .integer(number)])
            #expect(
                try database.query(
                    "shop = :v", [":v": .text("s\(number)")], index: "byShop"
                ).count == 1)
            #expect(
                try database.query(
                    "shop = :v", [":v": .text("s\(number - 1)")], index: "byShop"
                ).count == 0)
            #expect(
                try database.scanAll(index: "byTotal").map { $0["price"] } == [.integer(number)])
        }
    }
}
