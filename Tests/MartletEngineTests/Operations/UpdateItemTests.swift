import MartletCatalog
import MartletEngine
import MartletModel
import MartletTestSupport
import Testing

@Suite struct UpdateItemTests {
    static let key: Item = ["pk": "a"]
    static let item: Item = [
        "pk": "a", "n": 1, "gone": "x", "doc": ["in": ["deep": 1, "rest": 2], "side": 3],
        "seq": [10, 20, 30],
    ]

    /// Update, values, then what each of UPDATED_OLD and UPDATED_NEW answers.
    static let touched: [(String, AttributeMap?, old: Item?, new: Item?)] = [
        ("SET n = :v", [":v": 2], ["n": 1], ["n": 2]),
        ("SET fresh = :v", [":v": 2], nil, ["fresh": 2]),
        ("REMOVE gone", nil, ["gone": "x"], nil),
        ("REMOVE never", nil, nil, nil),
        ("ADD n :v", [":v": 4], ["n": 1], ["n": 5]),
        (
            "SET doc.#in.deep = :v", [":v": 9], ["doc": ["in": ["deep": 1]]],
            ["doc": ["in": ["deep": 9]]]
        ),
        ("SET doc.fresh = :v", [":v": 9], nil, ["doc": ["fresh": 9]]),
        ("REMOVE doc.side", nil, ["doc": ["side": 3]], nil),
        ("SET seq[1] = :v", [":v": 21], ["seq": [20]], ["seq": [21]]),
        ("SET n = :v REMOVE gone", [":v": 2], ["n": 1, "gone": "x"], ["n": 2]),
        (
            "SET n = doc.side, doc.side = n", nil, ["n": 1, "doc": ["side": 3]],
            ["n": 3, "doc": ["side": 1]]
        ),
        // Unchanged values are touched all the same.
        ("SET n = :v", [":v": 1], ["n": 1], ["n": 1]),
    ]

    @Test(
        "UPDATED_* answer the touched parts alone, and no attributes when there are none",
        arguments: touched)
    func returnsTouchedParts(
        update: String, values: AttributeMap?, old: Item?, new: Item?
    ) throws {
        let names: [Text: Text]? = update.contains("#in") ? ["#in": "in"] : nil
        for (returning, expected) in [
            (UpdateItem.ReturnValues.updatedOld, old), (.updatedNew, new),
        ] {
            let database = try TestDatabase(TableRequest())
            try database.put(Self.item)
            let answer = try database.update(
                Self.key, update, names: names, values, returning: returning)
            #expect(answer.attributes?.item == expected, "\(update)")
        }
    }

    @Test("NONE, ALL_OLD and ALL_NEW answer nothing, the item before and the item after")
    func returnsWholeItems() throws {
        let database = try TestDatabase(TableRequest())
        #expect(
            try database.update(Self.key, "SET n = :v", [":v": 1], returning: .allOld).attributes
                == nil)
        let old = try database.update(Self.key, "SET n = :v", [":v": 2], returning: .allOld)
        #expect(old.attributes?.item == ["pk": "a", "n": 1])
        let new = try database.update(Self.key, "SET n = :v", [":v": 3], returning: .allNew)
        #expect(new.attributes?.item == ["pk": "a", "n": 3])
        #expect(try database.update(Self.key, "SET n = :v", [":v": 4]).attributes == nil)
    }

    @Test("a missing item is created by SET, ADD and an empty update, not by REMOVE and DELETE")
    func createsWhereItMay() throws {
        let cases: [(String?, AttributeMap?, Item?)] = [
            ("SET n = :v", [":v": 1], ["pk": "a", "n": 1]),
            ("ADD n :v", [":v": 1], ["pk": "a", "n": 1]),
            ("ADD tags :v", [":v": .strings("x")], ["pk": "a", "tags": .strings("x")]),
            (nil, nil, ["pk": "a"]),
            ("REMOVE n", nil, nil),
            ("DELETE tags :v", [":v": .strings("x")], nil),
            ("SET n = :v REMOVE m", [":v": 1], ["pk": "a", "n": 1]),
        ]
        for (update, values, expected) in cases {
            let database = try TestDatabase(TableRequest())
            try database.update(Self.key, update, values)
            #expect(try database.get(Self.key) == expected, "\(update ?? "nothing")")
            #expect(try database.describe().tally.itemCount == (expected == nil ? 0 : 1))
            #expect(try database.findings() == [])
        }
    }

    @Test("the condition sees the item as it was, and when it fails nothing is written")
    func failedConditionWritesNothing() throws {
        let database = try TestDatabase(.orders)
        try database.put(.order)
        let before = database.dump()
        #expect(
            failure {
                try database.update(
                    ["pk": "ann", "sk": 1], "SET #s = :new", if: "#s = :new",
                    names: ["#s": "phase"], [":new": "sent"], showsItemOnFailure: true)
            } == "condition failed: " + Item.order.notation)
        #expect(database.dump() == before)
    }

    /// Update, values, message. All on `item` in a table with an index on `g` (text).
    static let refused: [Case<UpdateCase>] = [
        Case(
            UpdateCase(text: "SET pk = :v", values: [":v": "b"]),
            "One or more parameter values were invalid: Cannot update attribute pk. "
                + "This attribute is part of the key"
        ),
        Case(
            UpdateCase(text: "REMOVE pk", values: nil),
            "One or more parameter values were invalid: Cannot update attribute pk. "
                + "This attribute is part of the key"
        ),
        Case(
            UpdateCase(text: "SET nowhere.x = :v", values: [":v": 1]),
            "The document path provided in the update expression is invalid for update"
        ),
        Case(
            UpdateCase(text: "SET big = :v", values: [":v": .filler(409_600)]),
            "Item size to update has exceeded the maximum allowed size"
        ),
        Case(
            UpdateCase(text: "SET g = :v", values: [":v": 1]),
            "The update expression attempted to update the secondary index key to unsupported type"
        ),
        Case(
            UpdateCase(text: "SET g = :v", values: [":v": ""]),
            "One or more parameter values are not valid. The update expression attempted to "
                + "update a secondary index key to a value that is not supported. The "
                + "AttributeValue for a key attribute cannot contain an empty string value."
        ),
    ]

    @Test("a bad update changes nothing", arguments: refused)
    func refuses(refused: Case<UpdateCase>) throws {
        let (update, values) = (refused.input.text, refused.input.values)
        let text = refused.expected
        let database = try TestDatabase(
            TableRequest(global: [IndexShape("byG", hash: "g:S")]))
        try database.put(Self.item.with("g", "x"))
        let before = database.dump()
        #expect(
            failure { try database.update(Self.key, update, values) } == "validation: " + text)
        #expect(database.dump() == before)
    }

    @Test("updating a key attribute is refused before the condition is looked at")
    func keyBeforeCondition() throws {
        let database = try TestDatabase(TableRequest())
        #expect(
            failure {
                try database.update(
                    Self.key, "SET pk = :v", if: "attribute_exists(pk)", [":v": 1])
            }?.hasPrefix("validation: ") == true)
    }

    @Test("31 levels of maps fit, 32 do not")
    func nesting() throws {
        let database = try TestDatabase(TableRequest())
        func nested(_ levels: Int) -> AttributeValue {
            (0..<levels).reduce(1) { value, _ in ["m": value] }
        }
        try database.update(Self.key, "SET deep = :v", [":v": nested(31)])
        #expect(
            failure { try database.update(Self.key, "SET deep = :v", [":v": nested(32)]) }
                == "validation: Nesting Levels have exceeded supported limits: Attributes in the "
                + "item have nested levels beyond supported limit")
    }

    @Test("updates of many threads to one counter are all counted")
    func counts() throws {
        let database = try TestDatabase(TableRequest())
        onThreads(4) { _ in
            for _ in 0..<50 { _ = try! database.update(Self.key, "ADD n :one", [":one": 1]) }
        }
        #expect(try database.get(Self.key)?["n"] == 200)
    }
}
