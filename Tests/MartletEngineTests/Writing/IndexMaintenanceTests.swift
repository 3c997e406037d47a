import MartletCatalog
import MartletEngine
import MartletModel
import MartletTestSupport
import Testing

@Suite struct IndexMaintenanceTests {
    static let key: Item = ["pk": "ann", "sk": 1]

    @Test(
        "an item is in an index while it has every key attribute of it",
        arguments: [
            ("dated", ["byDate", "byState"]), ("price", ["byTotal"]), ("phase", ["byState"]),
            ("shop", ["byShop"]), ("country", ["byPlace"]), ("city", ["byPlace"]),
            ("street", ["byPlace"]), ("house", ["byPlace"]), ("note", []),
        ] as [(Text, [Text])])
    func sparse(attribute: Text, left: [Text]) throws {
        let database = try TestDatabase(.orders)
        try database.put(.order)
        try database.update(Self.key, "REMOVE #a", names: ["#a": attribute])
        for index in try database.definition().indexes {
            #expect(
                try database.scanAll(index: index.name).count
                    == (left.contains(index.name) ? 0 : 1), "\(index.name)")
        }
        #expect(try database.findings() == [])
        try database.update(
            Self.key, "SET #a = :v", names: ["#a": attribute], [":v": Item.order[attribute]!])
        for index in try database.definition().indexes {
            #expect(try database.scanAll(index: index.name).count == 1)
        }
        #expect(try database.findings() == [])
    }

    @Test("changing an index key moves the entry: it is never at both places")
    func moves() throws {
        let database = try TestDatabase(.orders)
        try database.put(.order)
        try database.update(Self.key, "SET shop = :v", [":v": "south"])
        #expect(try database.query("shop = :v", [":v": "north"], index: "byShop").count == 0)
        #expect(try database.query("shop = :v", [":v": "south"], index: "byShop").count == 1)
        #expect(try database.tallies()["byShop"]?.itemCount == 1)
        #expect(try database.findings() == [])
    }

    @Test("an index may be keyed by the table's own attributes, in either role")
    func ownKey() throws {
        let database = try TestDatabase(
            TableRequest(
                range: "sk:N",
                global: [
                    IndexShape("turned", hash: "sk:N", range: "pk:S", projecting: .keysOnly),
                    IndexShape("same", hash: "pk:S", range: "sk:N"),
                ]))
        for number in 0..<6 {
            try database.put(["pk": .text("p\(number % 2)"), "sk": .integer(number / 2), "v": 1])
        }
        for limit in [nil, 1, 2] {
            #expect(
                try database.queryAll("sk = :v", [":v": 1], index: "turned", limit: limit)
                    == [["pk": "p0", "sk": 1], ["pk": "p1", "sk": 1]])
            #expect(
                try database.queryAll("pk = :v", [":v": "p1"], index: "same", limit: limit)
                    .map { $0["sk"] } == [0, 1, 2])
        }
        #expect(try database.findings() == [])
    }

    @Test("counts and sizes of table and indexes are those of what is in them")
    func tallies() throws {
        let database = try TestDatabase(.orders)
        for number in 0..<5 { try database.put(Item.order.with("sk", .integer(number))) }
        try database.update(["pk": "ann", "sk": 2], "SET note = :v", [":v": .filler(1000)])
        try database.update(["pk": "ann", "sk": 3], "REMOVE shop")
        try database.delete(["pk": "ann", "sk": 4])
        let tallies = try database.tallies()
        var model = ReferenceTable(try database.definition())
        for item in try database.scanAll() { model[model.key(of: item)] = item }
        #expect(tallies[""] == model.tally(of: nil))
        for index in model.definition.indexes {
            #expect(tallies[index.name.string] == model.tally(of: index))
        }
        #expect(tallies["byShop"]?.itemCount == 3)
    }
}
