import MartletCatalog
import MartletEngine
import MartletModel
import MartletTestSupport
import Testing

@Suite struct WriteCapacityTests {
    @Test("a write costs a unit for each KB of the larger of old and new")
    func sizes() throws {
        let database = try TestDatabase(TableRequest())
        /// Bytes before and after; nil: no item.
        let cases: [(old: Int?, new: Int?, Double)] = [
            (nil, 4, 1), (nil, 1024, 1), (nil, 1025, 2), (nil, 2048, 2), (nil, 2049, 3),
            (nil, 409_600, 400), (5000, 4, 5), (4, 5000, 5), (5000, nil, 5), (nil, nil, 1),
            (3000, 3000, 3),
        ]
        for (old, new, units) in cases {
            try database.delete(["pk": "a"])
            if let old { try database.put(["pk": "a", "v": .filler(old - 4)]) }
            let answer =
                if let new {
                    try database.put(["pk": "a", "v": .filler(new - 4)], report: .total)
                } else {
                    try database.delete(["pk": "a"], report: .total)
                }
            #expect(answer.capacity == ConsumedCapacity(table: "Tab", total: units))
        }
    }

    /// What is done to an item that is in the local index `l` (KEYS_ONLY on `n`) and the global
    /// index `g` (INCLUDE `note` on `g`), and what it costs the table, `l` and `g`.
    static let changes: [(String, AttributeMap?, Double, Double, Double)] = [
        ("SET extra = :v", [":v": 1], 1, 0, 0),
        ("SET note = :v", [":v": "new"], 1, 0, 1),
        ("SET note = :v", [":v": .filler(1500)], 2, 0, 2),
        ("SET g = :v", [":v": "moved"], 1, 0, 2),
        ("SET n = :v", [":v": 9], 1, 2, 0),
        ("SET n = :v, g = :w", [":v": 9, ":w": "moved"], 1, 2, 2),
        ("REMOVE g", nil, 1, 0, 1),
        ("REMOVE n, g", nil, 1, 1, 1),
        ("SET note = note", nil, 1, 0, 0),
    ]

    @Test(
        "an index costs nothing when its view is unchanged, one unit for a change, two for a move",
        arguments: changes)
    func indexes(
        update: String, values: AttributeMap?, table: Double, local: Double, global: Double
    ) throws {
        let database = try TestDatabase(
            TableRequest(
                range: "sk:N",
                local: [IndexShape("byL", hash: "pk:S", range: "n:N", projecting: .keysOnly)],
                global: [IndexShape("byG", hash: "g:S", projecting: .include("note"))]))
        let key: Item = ["pk": "a", "sk": 1]
        try database.put(["pk": "a", "sk": 1, "n": 1, "g": "x", "note": "old", "extra": 0])
        let answer = try database.update(key, update, values, report: .indexes)
        let locals: [(name: Text, units: Double)] =
            local == 0 ? [] : [(name: Text("byL"), units: local)]
        let globals: [(name: Text, units: Double)] =
            global == 0 ? [] : [(name: Text("byG"), units: global)]
        #expect(
            answer.capacity
                == ConsumedCapacity(
                    table: "Tab", total: table + local + global, tableUnits: table,
                    localIndexUnits: locals, globalIndexUnits: globals))
        #expect(try database.findings() == [])
    }

    @Test("a new item costs one write in each index that takes it in, and so does its deletion")
    func insertion() throws {
        let database = try TestDatabase(.orders)
        let expected = ConsumedCapacity(
            table: "Tab", total: 6, tableUnits: 1,
            localIndexUnits: [("byDate", 1), ("byTotal", 1)],
            globalIndexUnits: [("byState", 1), ("byShop", 1), ("byPlace", 1)])
        #expect(try database.put(.order, report: .indexes).capacity == expected)
        #expect(
            try database.put(.order, report: .indexes).capacity
                == ConsumedCapacity(table: "Tab", total: 1, tableUnits: 1))
        let sparse = try database.put(["pk": "b", "sk": 1, "price": 2], report: .indexes)
        #expect(
            sparse.capacity
                == ConsumedCapacity(
                    table: "Tab", total: 2, tableUnits: 1, localIndexUnits: [("byTotal", 1)]))
        #expect(
            try database.delete(["pk": "ann", "sk": 1], report: .indexes).capacity == expected)
    }
}
