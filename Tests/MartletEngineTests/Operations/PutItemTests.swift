import MartletCatalog
import MartletEngine
import MartletModel
import MartletTestSupport
import Testing

@Suite struct PutItemTests {
    @Test("an item reads back as it was written, and the next put replaces it as a whole")
    func replaces() throws {
        let database = try TestDatabase(.orders)
        try database.put(.order)
        #expect(try database.get(["pk": "ann", "sk": 1]) == .order)
        try database.put(["pk": "ann", "sk": 1, "new": true])
        #expect(try database.get(["pk": "ann", "sk": 1]) == ["pk": "ann", "sk": 1, "new": true])
        #expect(try database.findings() == [])
    }

    @Test("equal numbers are one key however they are written")
    func equalNumbers() throws {
        let database = try TestDatabase(TableRequest(hash: "pk:N"))
        for numeral in ["1", "1.0", "1e0", "+01", "0.1e1"] {
            try database.put(["pk": .decimal(numeral), "as": .text(numeral)])
        }
        #expect(try database.scanAll() == [["pk": 1, "as": "0.1e1"]])
    }

    @Test("a failed condition writes nothing: not the item, not an index, not the counts")
    func failedConditionWritesNothing() throws {
        let database = try TestDatabase(.orders)
        _ = try database.engine.run(
            UpdateTimeToLive(table: "Tab", attribute: "ends", isEnabled: true))
        #expect(try database.wait { !database.dump().contains { $0.hasPrefix("expiry") } })
        try database.put(Item.order.with("ends", 1_900_000_000))
        let before = database.dump()
        let changed = Item.order.with("phase", "sent").with("ends", 1_900_000_001)
        #expect(
            failure { try database.put(changed, if: "attribute_not_exists(pk)") }
                == "condition failed")
        #expect(
            failure { try database.put(changed.with("sk", 2), if: "attribute_exists(pk)") }
                == "condition failed")
        #expect(database.dump() == before)
        #expect(try database.findings() == [])
    }

    @Test("a failed condition shows the item only when it is asked to, and only if there is one")
    func shownItem() throws {
        let database = try TestDatabase(TableRequest())
        try database.put(["pk": "a", "n": 1])
        let condition = "n = :two"
        #expect(
            failure {
                try database.put(
                    ["pk": "a"], if: condition, [":two": 2], showsItemOnFailure: true)
            } == "condition failed: {n: 1, pk: \"a\"}")
        #expect(
            failure {
                try database.put(
                    ["pk": "b"], if: condition, [":two": 2], showsItemOnFailure: true)
            } == "condition failed")
    }

    @Test("ALL_OLD answers the replaced item, and nothing for a new one")
    func returnsOldItem() throws {
        let database = try TestDatabase(TableRequest())
        let first = try database.put(["pk": "a", "n": 1], returnsOldItem: true)
        #expect(first.attributes == nil)
        let second = try database.put(["pk": "a", "n": 2], returnsOldItem: true)
        #expect(second.attributes?.item == ["pk": "a", "n": 1])
        #expect(try database.put(["pk": "a"]).attributes == nil)
    }

    private static let mismatch = "validation: One or more parameter values were invalid: "
    private static let empty =
        "validation: One or more parameter values are not valid. "

    /// An item, and what is wrong with it. Where two faults meet, the first in this order wins:
    /// the table, its key, index keys, the size, the condition.
    static let refused: [Case<Item>] = [
        Case(["sk": 1], mismatch + "Missing the key pk in the item"),
        Case(["pk": "a"], mismatch + "Missing the key sk in the item"),
        Case(["pk": 1, "sk": 1], mismatch + "Type mismatch for key pk expected: S actual: N"),
        Case(["pk": "a", "sk": "1"], mismatch + "Type mismatch for key sk expected: N actual: S"),
        Case(
            ["pk": "", "sk": 1],
            empty + "The AttributeValue for a key attribute cannot contain an empty string value. "
                + "Key: pk"
        ),
        Case(
            ["pk": .filler(2049), "sk": 1],
            mismatch + "Size of hashkey has exceeded the maximum size limit of2048 bytes"
        ),
        Case(
            ["pk": "a", "sk": 1, "phase": 5],
            mismatch
                + "Type mismatch for Index Key phase Expected: S Actual: N IndexName: byState"
        ),
        Case(
            ["pk": "a", "sk": 1, "price": "5"],
            mismatch
                + "Type mismatch for Index Key price Expected: N Actual: S IndexName: byTotal"
        ),
        // Two faulty indexes: the first by name.
        Case(
            ["pk": "a", "sk": 1, "phase": 5, "dated": 5],
            mismatch + "Type mismatch for Index Key dated Expected: S Actual: N IndexName: byDate"
        ),
        Case(
            ["pk": "a", "sk": 1, "shop": ""],
            empty + "A value specified for a secondary index key is not supported. "
                + "The AttributeValue for a key attribute cannot contain an empty string value. "
                + "IndexName: byShop, IndexKey: shop"
        ),
        // The type is wrong although the rest of the index key is absent.
        Case(
            ["pk": "a", "sk": 1, "house": "3"],
            mismatch
                + "Type mismatch for Index Key house Expected: N Actual: S IndexName: byPlace"
        ),
        Case(
            ["pk": "a", "sk": 1, "shop": .filler(2049)],
            mismatch
                + "Size limit exceeded for Index Key shop Actual Size: 2049 bytes "
                + "Max Size: 2048 bytes IndexName: byShop"
        ),
        Case(
            ["pk": "a", "sk": 1, "big": .filler(409_600)],
            "validation: Item size has exceeded the maximum allowed size"
        ),
        // Order: key before index key before size before condition.
        Case(["pk": "a", "phase": 5], mismatch + "Missing the key sk in the item"),
        Case(
            ["pk": "a", "sk": 1, "phase": 5, "big": .filler(409_600)],
            mismatch
                + "Type mismatch for Index Key phase Expected: S Actual: N IndexName: byState"
        ),
    ]

    @Test("a bad item is refused as a whole, whatever the condition says", arguments: refused)
    func refuses(refused: Case<Item>) throws {
        let (item, text) = (refused.input, refused.expected)
        let database = try TestDatabase(.orders)
        try database.put(.order)
        let before = database.dump()
        #expect(failure { try database.put(item) } == text)
        #expect(failure { try database.put(item, if: "attribute_exists(nothing)") } == text)
        #expect(database.dump() == before)
    }

    @Test("a missing table comes before anything that is wrong with the item")
    func missingTable() throws {
        let database = try TestDatabase()
        #expect(
            failure { try database.put([:]) } == "not found: Requested resource not found")
    }

    @Test("keys of 2,048 and 1,024 bytes and an item of 409,600 bytes fit")
    func limits() throws {
        let database = try TestDatabase(TableRequest(hash: "pk:S", range: "sk:B"))
        let key: Item = [
            "pk": .filler(2048), "sk": .binary(Array(repeating: 0, count: 1024)),
        ]
        try database.put(key.with("v", .filler(409_600 - key.sizeBytes - 1)))
        #expect(try database.get(key)?.sizeBytes == 409_600)
        #expect(
            failure { try database.put(key.with("v", .filler(409_600 - key.sizeBytes))) }
                == "validation: Item size has exceeded the maximum allowed size")
        #expect(
            failure {
                try database.put(
                    ["pk": "a", "sk": .binary(Array(repeating: 0, count: 1025))])
            }
                == "validation: One or more parameter values were invalid: Aggregated size of all "
                + "range keys has exceeded the size limit of 1024 bytes")
        #expect(try database.findings() == [])
    }

    @Test("ItemCollectionMetrics are answered for tables with local indexes only")
    func itemCollections() throws {
        let database = try TestDatabase(.orders, TableRequest(short: "plain"))
        let metrics = try database.put(.order, metrics: true).itemCollectionMetrics
        #expect(metrics?.key == ["pk": "ann"])
        #expect(metrics?.lowerBoundGigabytes == 0)
        #expect(metrics?.upperBoundGigabytes == 1)
        #expect(try database.put(.order).itemCollectionMetrics == nil)
        #expect(
            try database.put(["pk": "a"], in: "plain", metrics: true).itemCollectionMetrics == nil)
    }
}
