import MartletCatalog
import MartletEngine
import MartletModel
import MartletTestSupport
import Testing

@Suite struct KeyPathsTests {
    private static let refusal =
        "validation: Key attributes must be scalars; list random access '[]' and map lookup '.' "
        + "are not allowed: "

    /// A path into a key, as conditions, filters and projections may have it, and what it is.
    static let cases: [(path: String, key: String)] = [
        ("pk.a", "Key: pk"), ("sk[0]", "Key: sk"), ("dated.a", "IndexKey: dated"),
        ("shop[1].b", "IndexKey: shop"), ("house.a", "IndexKey: house"),
    ]

    @Test("no expression leads into a key attribute, of the table or of an index", arguments: cases)
    func refused(path: String, key: String) throws {
        let database = try TestDatabase(.orders)
        let expected = Self.refusal + key
        let id: Item = ["pk": "ann", "sk": 1]
        let condition = "attribute_not_exists(\(path))"
        let before = database.dump()
        #expect(failure { try database.put(id, if: condition) } == expected)
        #expect(failure { try database.delete(id, if: condition) } == expected)
        #expect(
            failure { try database.update(id, "SET n = :n", if: condition, [":n": 1]) } == expected)
        #expect(failure { try database.update(id, "SET n = \(path)") } == expected)
        #expect(failure { try database.get(id, in: "Tab", path) } == expected)
        #expect(failure { try database.scan("Tab", PageWish(filter: condition)) } == expected)
        #expect(failure { try database.scan("Tab", PageWish(projection: path)) } == expected)
        #expect(
            failure {
                try database.query("pk = :p", [":p": "a"], PageWish(projection: path))
            } == expected)
        let actions = [try TransactWriteItems.Action.check(id, if: condition)]
        #expect(
            failure { try database.transact(actions) }
                == "cancelled: ValidationError " + expected.dropFirst("validation: ".count))
        #expect(database.dump() == before)
    }

    @Test("an update of a key attribute is told before a path into one")
    func updates() throws {
        let database = try TestDatabase(.orders)
        let id: Item = ["pk": "ann", "sk": 1]
        #expect(
            failure { try database.update(id, "SET sk.a = :n", [":n": 1]) }
                == "validation: One or more parameter values were invalid: Cannot update attribute "
                + "sk. This attribute is part of the key")
        #expect(
            failure { try database.update(id, "SET shop.a = :n", [":n": 1]) }
                == Self.refusal + "IndexKey: shop")
    }

    @Test("paths into other attributes, and key attributes as they are, may be named")
    func allowed() throws {
        let database = try TestDatabase(.orders)
        try database.put(.order)
        let id: Item = ["pk": "ann", "sk": 1]
        try database.update(
            id, "SET #l[0].#c = :n", if: "attribute_exists(pk) AND shop = :s",
            names: ["#l": "lines", "#c": "count"], [":n": 3, ":s": "north"])
        #expect(
            try database.get(id, "pk, #l[0].#c", names: ["#l": "lines", "#c": "count"])
                == ["pk": "ann", "lines": [["count": 3]]])
    }
}
