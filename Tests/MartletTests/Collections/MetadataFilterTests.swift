import Martlet
import MartletTestSupport
import Testing

@Suite struct MetadataFilterTests {
    private static let rows: [String: AttributeMap?] = [
        "none": nil, "empty": [:], "one": ["n": 1, "t": "a", "b": true],
        "two": ["n": .decimal("2.5"), "t": "b", "b": false, "tags": ["x", "y"]],
        "text": ["n": "1", "t": "aB", "in": ["er": 7, "list": [1]]], "null": ["n": .null],
    ]

    private func matching(_ tree: AttributeMap) throws -> Set<String> {
        let filter = try MetadataFilter(parsing: tree)
        return Set(Self.rows.filter { filter.matches($0.value) }.keys)
    }

    @Test("each operator matches what it says")
    func operators() throws {
        let all = Set(Self.rows.keys)
        let cases: [(AttributeMap, Set<String>)] = [
            ([:], all),
            (["n": 1], ["one"]), (["n": .decimal("1.0")], ["one"]), (["n": "1"], ["text"]),
            (["n": ["$eq": 1]], ["one"]), (["b": true], ["one"]), (["b": 1], []),
            (["n": .null], ["none", "empty", "null"]),
            (["n": ["$ne": 1]], ["empty", "two", "text", "null"]),
            (["n": ["$in": [1, "1"]]], ["one", "text"]), (["n": ["$in": []]], []),
            (["n": ["$nin": [1, "1"]]], ["none", "empty", "two", "null"]),
            (["n": ["$gt": 1]], ["two"]), (["n": ["$gte": 1]], ["one", "two"]),
            (["n": ["$lt": .decimal("2.5")]], ["one"]),
            (["n": ["$lte": .decimal("2.5")]], ["one", "two"]),
            (["n": ["$gt": 1, "$lt": 2]], []), (["n": ["$gt": 0, "$lt": 2]], ["one"]),
            (["n": ["$exists": true]], ["one", "two", "text", "null"]),
            (["n": ["$exists": false]], ["none", "empty"]),
            (["n": 1, "t": "a"], ["one"]), (["n": 1, "t": "b"], []),
            (["t": "A"], []),
            (["tags": ["x", "y"]], ["two"]), (["tags": ["y", "x"]], []), (["tags": "x"], []),
            (["tags": ["$contains": "x"]], ["two"]), (["t": ["$contains": "B"]], ["text"]),
            (["in.er": 7], ["text"]), (["in.er": ["$gt": 6]], ["text"]),
            (["in": ["er": 7, "list": [1]]], ["text"]), (["in": ["er": 7]], []),
            (["in.no.where": ["$exists": true]], []),
            (["$or": [["n": 1], ["t": "b"]]], ["one", "two"]), (["$or": []], []),
            (["$and": [["n": 1], ["t": "b"]]], []), (["$and": []], all),
            (["$not": ["n": 1]], all.subtracting(["one"])),
            (["n": ["$not": ["$gt": 1]]], all.subtracting(["two"])),
            (["$or": [["n": 1], ["$and": [["b": false], ["n": ["$gt": 2]]]]]], ["one", "two"]),
        ]
        for (tree, expected) in cases {
            #expect(try matching(tree) == expected, "\(tree.notation)")
        }
    }

    @Test("a field whose own name has dots is found before a nested one")
    func dots() throws {
        let filter = MetadataField("a.b") == 1
        #expect(filter.matches(["a.b": 1, "a": ["b": 2]]))
        #expect(filter.matches(["a": ["b": 1]]))
        #expect(!filter.matches(["a.b": 2, "a": ["b": 1]]))
    }

    @Test("what is no filter is refused, with the operator's name")
    func refused() throws {
        let cases: [(AttributeMap, String)] = [
            (["n": ["$regex": "x"]], "$regex"), (["$nor": []], "$nor"),
            (["n": ["$in": 1]], "$in"), (["n": ["$nin": "x"]], "$nin"),
            (["n": ["$gt": "1"]], "$gt"), (["n": ["$lte": true]], "$lte"),
            (["n": ["$exists": 1]], "$exists"), (["$and": ["n": 1]], "$and"),
            (["$or": [1]], "$or"), (["$not": [["n": 1]]], "$not"),
            (["n": ["$gt": 1, "x": 1]], "not both"), (["n": ["$not": 1]], "$not"),
        ]
        for (tree, part) in cases {
            let error = try #require(throws: MetadataFilterError.self, "\(tree.notation)") {
                _ = try MetadataFilter(parsing: tree)
            }
            #expect(error.description.contains(part))
        }
    }

    @Test("filters built in Swift are those that trees say")
    func building() throws {
        #expect(
            try MetadataFilter(parsing: ["$or": [["n": ["$gte": 2]], ["t": "x"]]])
                == (MetadataField("n") >= 2 || MetadataField("t") == "x"))
    }
}
