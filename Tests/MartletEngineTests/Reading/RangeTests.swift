import MartletCatalog
import MartletEngine
import MartletModel
import MartletTestSupport
import Testing

/// Values of each key type whose order is easily got wrong.
private let strings: [AttributeValue] = [
    "\0", "\0\0", "a", "a\0", "a\0b", "aa", "ab", "b", "é", "e\u{301}", "\u{FFFF}", "\u{1F600}",
    "~",
]
private let numbers: [AttributeValue] = [
    "-9.99e125", "-1e10", "-10", "-9.5", "-9", "-1e-130", "0", "1e-130", "0.001", "0.5", "1", "1.5",
    "2", "10", "10.01", "100", "12345678901234567890123456789012345678", "1e38", "9.99e125",
].map { .decimal($0) }
private let binaries: [AttributeValue] = [
    [0], [0, 0], [0, 1], [0, 255], [1], [1, 0], [127], [128], [255], [255, 0], [255, 255],
].map { .binary($0) }

@Suite struct RangeTests {
    static let comparisons = [
        "sk = :v", "sk < :v", "sk <= :v", "sk > :v", "sk >= :v", "sk BETWEEN :v AND :w",
        "begins_with(sk, :v)",
    ]

    /// Compares every condition, in both directions and with pages of several sizes, with the plain
    /// model.
    private static func check(_ type: String, _ values: [AttributeValue]) throws {
        let database = try TestDatabase(TableRequest(range: "sk:\(type)"))
        var model = ReferenceTable(try database.definition())
        for (position, value) in values.enumerated() {
            // Every third value is looked for, but not there.
            guard position % 3 != 2 else { continue }
            for partition in ["p", "q"] {
                let item: Item = ["pk": .text(partition), "sk": value, "at": .integer(position)]
                try database.put(item)
                model[model.key(of: item)] = item
            }
        }
        for comparison in comparisons {
            if type == "N", comparison.hasPrefix("begins_with") { continue }
            for (position, value) in values.enumerated() {
                var named: AttributeMap = [":p": "p", ":v": value]
                if comparison.contains(":w") {
                    let later = values[position...].filter { !ReferenceTable.precedes($0, value) }
                    named[":w"] = later.last
                }
                let text = "pk = :p AND \(comparison)"
                var bound = try Bound(nil, named)
                let condition = try bound.keyCondition(text)
                for isForward in [true, false] {
                    let expected = model.query(nil, condition, isForward: isForward)
                    // A query for one item has no second page.
                    for limit in comparison == "sk = :v" ? [nil] : [nil, 1, 2, 5] {
                        let found = try database.queryAll(
                            text, named, isForward: isForward, limit: limit)
                        #expect(
                            found == expected,
                            "\(comparison) \(value.notation) \(isForward) \(limit ?? 0)")
                    }
                }
            }
        }
    }

    @Test("text compares by bytes, not by UTF-16 or by equivalence")
    func text() throws { try Self.check("S", strings) }

    @Test("numbers compare by value, to 38 digits")
    func number() throws { try Self.check("N", numbers) }

    @Test("binaries compare as unsigned bytes")
    func binary() throws { try Self.check("B", binaries) }
}

@Suite struct PagingTests {
    @Test("pages of every limit, forwards and backwards, make up the whole")
    func everyLimit() throws {
        let database = try TestDatabase(.orders)
        let count = 12
        for number in 0..<count {
            // Equal index keys, told apart by the table's key.
            try database.put(
                Item.order.with("sk", .integer(number)).with("dated", .text("d\(number / 5)")))
        }
        let targets: [(Text?, String, AttributeMap)] = [
            (nil, "pk = :v", [":v": "ann"]), ("byDate", "pk = :v", [":v": "ann"]),
            ("byShop", "shop = :v", [":v": "north"]),
            ("byPlace", "country = :v AND city = :c", [":v": "FI", ":c": "Oulu"]),
        ]
        for (index, condition, values) in targets {
            for isForward in [true, false] {
                let whole = try database.query(
                    condition, values, index: index, isForward: isForward)
                #expect(whole.count == count)
                #expect(whole.lastEvaluatedKey == nil)
                let numbers = whole.list.map { $0["sk"]! }
                #expect(
                    numbers == (0..<count).map { .integer(isForward ? $0 : count - 1 - $0) })
                for limit in 1...count + 1 {
                    #expect(
                        try database.queryAll(
                            condition, values, index: index, isForward: isForward, limit: limit)
                            == whole.list)
                }
            }
        }
    }

    @Test("paging goes on where it was although the item it ended at is deleted")
    func deletionBetweenPages() throws {
        for index in [nil, "byDate", "byShop", "byPlace"] as [Text?] {
            for isForward in [true, false] {
                let database = try TestDatabase(.orders)
                for number in 0..<9 { try database.put(Item.order.with("sk", .integer(number))) }
                let (condition, values): (String, AttributeMap) =
                    switch index {
                    case "byShop": ("shop = :v", [":v": "north"])
                    case "byPlace": ("country = :v AND city = :c", [":v": "FI", ":c": "Oulu"])
                    default: ("pk = :v", [":v": "ann"])
                    }
                var seen: [AttributeValue] = []
                var wish = PageWish(limit: 2)
                while true {
                    let page = try database.query(
                        condition, values, index: index, isForward: isForward, wish)
                    seen += page.list.map { $0["sk"]! }
                    guard let last = page.lastEvaluatedKey else { break }
                    wish.start = last
                    try database.delete(["pk": "ann", "sk": last["sk"]!])
                }
                #expect(seen == (0..<9).map { .integer(isForward ? $0 : 8 - $0) })
                #expect(try database.findings() == [])
            }
        }
    }

    @Test("a position in an index names the index's key attributes and the table's")
    func positions() throws {
        let database = try TestDatabase(.orders)
        for number in 0..<2 { try database.put(Item.order.with("sk", .integer(number))) }
        let page = try database.query(
            "country = :v AND city = :c", [":v": "FI", ":c": "Oulu"], index: "byPlace",
            PageWish(limit: 1))
        #expect(
            page.lastEvaluatedKey == [
                "pk": "ann", "sk": 0, "country": "FI", "city": "Oulu", "street": "Rata", "house": 3,
            ])
    }

    @Test("a page ends with the item that brings it past 1 MB, in both directions, also for COUNT")
    func megabytes() throws {
        let database = try TestDatabase(TableRequest(range: "sk:N"))
        let bytes = 100_000
        for number in 0..<25 {
            let key: Item = ["pk": "a", "sk": .integer(number)]
            try database.put(key.with("v", .filler(bytes - key.sizeBytes - 1)))
        }
        let perPage = (1 << 20) / bytes + 1
        for isForward in [true, false] {
            for select in [nil, PageOptions.Select.count] {
                var wish = PageWish(select: select, report: .total)
                var counts: [Int] = []
                while true {
                    let page = try database.query(
                        "pk = :v", [":v": "a"], isForward: isForward, wish)
                    counts.append(page.count)
                    #expect(page.capacity?.total == Double((page.count * bytes + 4095) / 4096) / 2)
                    guard let last = page.lastEvaluatedKey else { break }
                    wish.start = last
                }
                #expect(counts == [perPage, perPage, 25 - 2 * perPage])
            }
        }
        // What is filtered out counts; what is not projected counts, too.
        let hidden = try database.query(
            "pk = :v", [":v": "a"], PageWish(filter: "attribute_not_exists(v)"))
        #expect((hidden.count, hidden.scannedCount) == (0, perPage))
        let scanned = try database.scan("Tab", PageWish(projection: "sk"))
        #expect(scanned.scannedCount == perPage)
    }
}
