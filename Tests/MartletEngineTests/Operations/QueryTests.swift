import MartletCatalog
import MartletEngine
import MartletModel
import MartletTestSupport
import Testing

@Suite struct QueryTests {
    private static let mismatch =
        "One or more parameter values were invalid: Condition parameter type does not match "
        + "schema type"

    /// Index, condition, values, message.
    static let refused: [(Text?, String, AttributeMap, String)] = [
        (nil, "sk = :v", [":v": 1], "Query condition missed key schema element: pk"),
        (nil, "pk > :v", [":v": "a"], "Query key condition not supported"),
        (
            nil, "pk = :v AND note = :v", [":v": "a"],
            "Query condition missed key schema element: sk"
        ),
        (
            nil, "pk = :v AND sk = :n AND note = :v", [":v": "a", ":n": 1],
            "The number of query conditions (3) exceeds the number of key attributes defined in "
                + "the schema (2)"
        ),
        (nil, "pk = :v", [":v": 1], mismatch),
        (nil, "pk = :v AND sk = :v", [":v": "a"], mismatch),
        (nil, "pk = :v AND begins_with(sk, :v)", [":v": "a"], mismatch),
        (
            nil, "pk = :v", [":v": ""],
            "One or more parameter values are not valid. The AttributeValue for a key attribute "
                + "cannot contain an empty string value. Key: pk"
        ),
        (
            nil, "pk = :v", [":v": .filler(2049)],
            "One or more parameter values were invalid: Size of hashkey has exceeded the maximum "
                + "size limit of2048 bytes"
        ),
        ("nope", "pk = :v", [":v": "a"], "The table does not have the specified index: nope"),
        ("byState", "pk = :v", [":v": "a"], "Query condition missed key schema element: phase"),
        (
            "byPlace", "country = :v AND street = :v", [":v": "a"],
            "Query condition missed key schema element: city"
        ),
        (
            "byPlace", "country = :v AND city = :v AND house = :n", [":v": "a", ":n": 1],
            "RANGE key attributes street must have equality conditions specified in the query "
                + "because a condition is present on key attribute house"
        ),
        (
            "byPlace", "country = :v AND city = :v AND street > :v AND house = :n",
            [":v": "a", ":n": 1],
            "RANGE key attributes street must have equality conditions specified in the query "
                + "because a condition is present on key attribute house"
        ),
    ]

    @Test("a condition that the key does not allow is refused", arguments: refused)
    func refuses(index: Text?, condition: String, values: AttributeMap, text: String) throws {
        let database = try TestDatabase(.orders)
        #expect(
            failure { try database.query(condition, values, index: index) }
                == "validation: " + text)
    }

    @Test("a missing table comes first; consistent reads of global indexes are refused")
    func targets() throws {
        let database = try TestDatabase(.orders)
        #expect(
            failure { try database.query("x = :v", [":v": 1], in: "none") }
                == "not found: Requested resource not found")
        let wish = PageWish(isConsistent: true)
        #expect(
            failure {
                try database.query(
                    "#s = :v", [":v": "a"], index: "byState",
                    names: ["#s": "phase"], wish)
            }
                == "validation: Consistent reads are not supported on global secondary indexes")
        #expect(
            try database.query("pk = :v", [":v": "a"], index: "byDate", wish).list.isEmpty)
    }

    @Test("a filter may not name the key of what is queried")
    func filterOnKey() throws {
        let database = try TestDatabase(.orders)
        let text =
            "validation: Filter Expression can only contain non-primary key attributes: "
            + "Primary key attribute: "
        #expect(
            failure {
                try database.query("pk = :v", [":v": "a"], PageWish(filter: "sk = :v"))
            } == text + "sk")
        #expect(
            failure {
                try database.query(
                    "pk = :v", [":v": "a"], index: "byDate", PageWish(filter: "pk = :v"))
            } == text + "pk")
        // The table's sort key is no key of the index.
        #expect(
            try database.query(
                "pk = :v", [":v": "a"], index: "byDate", PageWish(filter: "sk = :v")
            ).count == 0)
    }

    @Test("the filter acts after the limit, and COUNT answers numbers only")
    func filter() throws {
        let database = try TestDatabase(.orders)
        for number in 1...6 {
            try database.put(["pk": "a", "sk": .integer(number), "odd": .bool(number % 2 == 1)])
        }
        let values: AttributeMap = [":p": "a", ":t": true]
        var wish = PageWish(filter: "odd = :t", limit: 2, start: ["pk": "a", "sk": 1])
        let page = try database.query("pk = :p", values, wish)
        #expect(page.list == [["pk": "a", "sk": 3, "odd": true]])
        #expect((page.count, page.scannedCount) == (1, 2))
        #expect(page.lastEvaluatedKey == ["pk": "a", "sk": 3])
        wish = PageWish(filter: "odd = :t", limit: 1, start: ["pk": "a", "sk": 1])
        let empty = try database.query("pk = :p", values, wish)
        #expect(empty.list == [])
        #expect(empty.lastEvaluatedKey == ["pk": "a", "sk": 2])
        wish = PageWish(filter: "odd = :t", select: .count)
        let count = try database.query("pk = :p", values, wish)
        #expect(count.items == nil)
        #expect((count.count, count.scannedCount) == (3, 6))
        #expect(count.lastEvaluatedKey == nil)
    }

    @Test("a page that ends at its limit has a key to go on from, even when nothing follows")
    func exactLimit() throws {
        let database = try TestDatabase(.orders)
        for number in 1...3 { try database.put(["pk": "a", "sk": .integer(number)]) }
        let page = try database.query("pk = :p", [":p": "a"], PageWish(limit: 3))
        #expect(page.count == 3)
        #expect(page.lastEvaluatedKey == ["pk": "a", "sk": 3])
        let next = try database.query(
            "pk = :p", [":p": "a"], PageWish(limit: 3, start: page.lastEvaluatedKey))
        #expect((next.count, next.scannedCount) == (0, 0))
        #expect(next.lastEvaluatedKey == nil)
        #expect(
            try database.query("pk = :p", [":p": "a"], PageWish(limit: 4)).lastEvaluatedKey == nil)
    }

    /// Start key, message.
    static let badStarts: [(Item, String)] = [
        ([:], "The provided starting key is invalid"),
        (["pk": "a"], "The provided starting key is invalid"),
        (["pk": "a", "note": 1], "The provided starting key is invalid"),
        (["pk": "a", "sk": 1, "note": 1], "The provided starting key is invalid"),
        (
            ["pk": "", "sk": 1],
            "The provided starting key is invalid: One or more parameter values are not valid. The "
                + "AttributeValue for a key attribute cannot contain an empty string value. Key: pk"
        ),
        (
            ["pk": .text(String(repeating: "x", count: 2049)), "sk": 1],
            "The provided starting key is invalid: One or more parameter values were invalid: "
                + "Size of hashkey has exceeded the maximum size limit of2048 bytes"
        ),
        (
            ["pk": "a", "sk": "1"],
            "The provided starting key is invalid: The provided key element does not match the "
                + "schema"
        ),
        (
            ["pk": "b", "sk": 6],
            "The provided starting key is outside query boundaries based on provided conditions"
        ),
        (
            ["pk": "a", "sk": 5],
            "The provided starting key does not match the range key predicate"
        ),
    ]

    @Test("a start key is one that the query could have answered", arguments: badStarts)
    func badStart(start: Item, text: String) throws {
        let database = try TestDatabase(.orders)
        #expect(
            failure {
                try database.query(
                    "pk = :p AND sk > :n", [":p": "a", ":n": 5], PageWish(start: start))
            } == "validation: " + text)
    }

    @Test("a query of a table without a sort key has one page and cannot go on")
    func oneItem() throws {
        let database = try TestDatabase(TableRequest(short: "Tab"))
        try database.put(["pk": "ann"])
        let page = try database.query("pk = :p", [":p": "ann"], PageWish(limit: 1))
        #expect(page.list == [["pk": "ann"]])
        #expect(page.lastEvaluatedKey == nil)
        #expect(
            failure {
                try database.query("pk = :p", [":p": "ann"], PageWish(start: ["pk": "ann"]))
            } == "validation: The query can return at most one row and cannot be restarted")
    }

    @Test("any number of items share an index key, so a query for one value can go on")
    func oneIndexKey() throws {
        let database = try TestDatabase(.orders)
        try database.put(.order)
        try database.put(Item.order.with("sk", 2))
        for limit in [1, 2] {
            #expect(
                try database.queryAll(
                    "pk = :p AND price = :n", [":p": "ann", ":n": 12], index: "byTotal",
                    limit: limit
                ).map { $0["sk"] } == [1, 2])
        }
    }

    @Test("a start key that names no item is as good as one that does")
    func startBetweenItems() throws {
        let database = try TestDatabase(.orders)
        for number in 1...4 { try database.put(["pk": "a", "sk": .integer(2 * number)]) }
        let start = PageWish(start: ["pk": "a", "sk": 5])
        #expect(
            try database.query("pk = :p", [":p": "a"], start).list.map { $0["sk"] } == [6, 8])
        #expect(
            try database.query("pk = :p", [":p": "a"], isForward: false, start).list
                .map { $0["sk"] } == [4, 2])
    }

    @Test("capacity is that of the page's sum, given to the table or to the index")
    func capacity() throws {
        let database = try TestDatabase(.orders)
        for number in 1...3 {
            try database.put(
                Item.order.with("sk", .integer(number)).with("note", .filler(3000)))
        }
        func units(_ index: Text?, isConsistent: Bool) throws(OperationError) -> ConsumedCapacity? {
            let wish = PageWish(isConsistent: isConsistent, report: .indexes)
            return try database.query(
                index == "byState" ? "#s = :v" : "pk = :v",
                [":v": index == "byState" ? "open" : "ann"], index: index,
                names: index == "byState" ? ["#s": "phase"] : nil, wish
            ).capacity
        }
        // Three items of some 3,120 bytes are three units, not six.
        #expect(
            try units(nil, isConsistent: true)
                == ConsumedCapacity(table: "Tab", total: 3, tableUnits: 3))
        #expect(
            try units(nil, isConsistent: false)
                == ConsumedCapacity(table: "Tab", total: 1.5, tableUnits: 1.5))
        #expect(
            try units("byDate", isConsistent: true)
                == ConsumedCapacity(
                    table: "Tab", total: 3, tableUnits: 0, localIndexUnits: [("byDate", 3)]))
        #expect(
            try units("byTotal", isConsistent: false)
                == ConsumedCapacity(
                    table: "Tab", total: 0.5, tableUnits: 0, localIndexUnits: [("byTotal", 0.5)]))
        #expect(
            try units("byState", isConsistent: false)
                == ConsumedCapacity(
                    table: "Tab", total: 1.5, tableUnits: 0, globalIndexUnits: [("byState", 1.5)]))
        let total = try database.query("pk = :v", [":v": "none"], PageWish(report: .total))
        #expect(total.capacity == ConsumedCapacity(table: "Tab", total: 0.5))
    }
}
