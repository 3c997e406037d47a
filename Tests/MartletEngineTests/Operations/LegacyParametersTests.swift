import MartletCatalog
import MartletEngine
import MartletExpressions
import MartletModel
import MartletTestSupport
import Testing

/// What of the legacy parameters needs a table or an item.
@Suite struct LegacyParametersTests {
    private static let id: Item = ["pk": "ann", "sk": 1]

    private func query(
        _ database: TestDatabase, _ conditions: [(Text, ComparisonOperator, [AttributeValue])],
        filter: Text? = nil
    ) throws -> Page {
        var reading = PageOptions()
        if let filter {
            reading.filter = try ConditionExpression(
                [LegacyCondition(filter, .notNull, [])], joinedBy: .and)
        }
        let keyCondition = try KeyCondition(
            conditions.map { try LegacyCondition($0.0, $0.1, $0.2) })
        return try database.engine.run(
            Query(table: "Tab", keyCondition: keyCondition, reading: reading))
    }

    private func update(
        _ database: TestDatabase, _ attribute: Text, _ action: LegacyUpdate.Action,
        _ value: AttributeValue?
    ) throws {
        let update = try UpdateExpression([
            LegacyUpdate(attribute: attribute, action: action, value: value)
        ])
        _ = try database.engine.run(UpdateItem(table: "Tab", key: Self.id, update: update))
    }

    @Test("a key condition that no key answers is told where a wrong operator is")
    func keyConditions() throws {
        let database = try TestDatabase(.orders)
        try database.put(.order)
        let whole: (Text, ComparisonOperator, [AttributeValue]) = ("pk", .equal, ["ann"])
        #expect(try query(database, [whole, ("sk", .between, [0, 1])]).count == 1)
        #expect(try query(database, [whole, ("sk", .less, [1])]).count == 0)
        let notIndexable =
            "validation: Attempted conditional constraint is not an indexable operation"
        let cases: [([(Text, ComparisonOperator, [AttributeValue])], String)] = [
            ([("pk", .notEqual, ["ann"])], notIndexable),
            ([("pk", .null, [])], notIndexable),
            ([whole, ("sk", .isIn, [1])], notIndexable),
            ([("sk", .isIn, [1])], "validation: Query condition missed key schema element: pk"),
            ([("pk", .less, ["ann"])], "validation: Query key condition not supported"),
            (
                [whole, ("note", .notEqual, [1])],
                "validation: Query condition missed key schema element: sk"
            ),
        ]
        for (conditions, expected) in cases {
            #expect(failure { try query(database, conditions) } == expected)
        }
    }

    @Test("a legacy filter on a key attribute is called by its own name")
    func filters() throws {
        let database = try TestDatabase(.orders)
        for name in ["pk", "sk"] as [Text] {
            #expect(
                failure { try query(database, [("pk", .equal, ["ann"])], filter: name) }
                    == "validation: QueryFilter can only contain non-primary key attributes: "
                    + "Primary key attribute: \(name)")
        }
    }

    @Test("an index key of another type is told as an item's is, and changes nothing")
    func indexKeys() throws {
        let database = try TestDatabase(.orders)
        try database.put(.order)
        let before = database.dump()
        #expect(
            failure { try update(database, "shop", .put, 1) }
                == "validation: One or more parameter values were invalid: Type mismatch for Index "
                + "Key shop Expected: S Actual: N IndexName: byShop")
        #expect(
            failure { try update(database, "pk", .put, "bob") }
                == "validation: One or more parameter values were invalid: Cannot update attribute "
                + "pk. This attribute is part of the key")
        #expect(
            failure { try update(database, "note", .add, 1) }
                == "validation: Type mismatch for attribute to update")
        #expect(database.dump() == before)
    }

    @Test("an update moves index rows, and one that only deletes creates nothing")
    func updates() throws {
        let database = try TestDatabase(.orders)
        try update(database, "shop", .delete, nil)
        #expect(try database.get(Self.id) == nil)
        try update(database, "shop", .put, "south")
        #expect(try database.get(Self.id) == Self.id.with("shop", "south"))
        try update(database, "shop", .delete, nil)
        #expect(try database.get(Self.id) == Self.id)
        #expect(try database.findings() == [])
    }
}
