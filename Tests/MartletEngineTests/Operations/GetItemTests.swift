import MartletCatalog
import MartletEngine
import MartletModel
import MartletTestSupport
import Testing

@Suite struct GetItemTests {
    @Test("every type of value reads back as it was written")
    func types() throws {
        let item: Item = [
            "pk": "a", "s": "", "n": .decimal("-1.5e-3"), "b": .binary([0, 255]), "t": true,
            "f": false, "null": nil, "ss": .strings("b", "a"), "ns": .numbers(10, 9),
            "bs": .binarySet(SortedSet(distinct: [Binary([1]), Binary([])])!), "l": [1, ["x"], []],
            "m": ["": 1, "é": "e\u{301}"],
            "long": .decimal("12345678901234567890123456789012345678"),
        ]
        let database = try TestDatabase(TableRequest())
        try database.put(item)
        #expect(try database.get(["pk": "a"]) == item)
        #expect(try database.reopened().get(["pk": "a"]) == item)
    }

    @Test("a projection shows what it names, and keys only when it names them")
    func projection() throws {
        let database = try TestDatabase(.orders)
        try database.put(.order)
        let key: Item = ["pk": "ann", "sk": 1]
        #expect(
            try database.get(key, "note, #l[1].#i", names: ["#i": "item", "#l": "lines"])
                == ["note": "quick", "lines": [["item": "ink"]]])
        #expect(try database.get(key, "nothing") == [:])
        #expect(try database.get(["pk": "ann", "sk": 2], "note") == nil)
    }

    @Test("reads cost 4 KB a unit, half when they may lag, and a miss costs as little as can be")
    func capacity() throws {
        let database = try TestDatabase(TableRequest())
        let cases: [(bytes: Int?, Double)] = [
            (nil, 1), (4, 1), (4096, 1), (4097, 2), (8192, 2), (8193, 3), (409_600, 100),
        ]
        for (bytes, units) in cases {
            try database.delete(["pk": "a"])
            if let bytes {
                // Names and the key take 4 bytes of it.
                try database.put(["pk": "a", "v": .filler(bytes - 4)])
            }
            for (isConsistent, expected) in [(true, units), (false, units / 2)] {
                let output = try database.engine.run(
                    GetItem(
                        table: "Tab", key: ["pk": "a"], isConsistent: isConsistent,
                        capacityReport: .indexes))
                #expect(
                    output.capacity
                        == ConsumedCapacity(table: "Tab", total: expected, tableUnits: expected))
            }
        }
    }
}
