import MartletEngine
import MartletModel
import MartletTestSupport
import Testing

@Suite struct DeleteItemTests {
    static let key: Item = ["pk": "ann", "sk": 1]

    @Test("a deleted item leaves no row behind, in no index")
    func deletesAll() throws {
        let database = try TestDatabase(.orders)
        try database.put(Item.order.with("sk", 2))
        let before = database.dump()
        try database.put(.order)
        try database.delete(Self.key)
        #expect(database.dump() == before)
        #expect(try database.get(Self.key) == nil)
        #expect(try database.findings() == [])
    }

    @Test("deleting what is not there succeeds and changes no count")
    func deletesNothing() throws {
        let database = try TestDatabase(.orders)
        try database.put(Item.order.with("sk", 2))
        let before = database.dump()
        let answer = try database.delete(Self.key, returnsOldItem: true)
        #expect(answer.attributes == nil)
        #expect(database.dump() == before)
    }

    @Test("ALL_OLD answers the deleted item")
    func returnsOldItem() throws {
        let database = try TestDatabase(.orders)
        try database.put(.order)
        #expect(
            try database.delete(Self.key, returnsOldItem: true).attributes?.item == .order)
    }

    @Test("a failed condition deletes nothing and shows the item when asked")
    func failedCondition() throws {
        let database = try TestDatabase(.orders)
        try database.put(.order)
        let before = database.dump()
        #expect(
            failure {
                try database.delete(
                    Self.key, if: "price > :v", [":v": 12], showsItemOnFailure: true)
            } == "condition failed: " + Item.order.notation)
        #expect(
            failure { try database.delete(["pk": "bob", "sk": 1], if: "attribute_exists(pk)") }
                == "condition failed")
        #expect(database.dump() == before)
    }

    @Test(
        "a key is exactly the key attributes, with their types",
        arguments: [
            [:], ["pk": "ann"], ["pk": "ann", "sk": "1"], ["pk": 1, "sk": 1],
            ["pk": "ann", "sk": 1, "more": 1], ["pk": "ann", "more": 1],
        ] as [Item])
    func badKey(key: Item) throws {
        let database = try TestDatabase(.orders)
        let text = "validation: The provided key element does not match the schema"
        #expect(failure { try database.delete(key) } == text)
        #expect(failure { try database.get(key) } == text)
        #expect(failure { try database.update(key, nil) } == text)
    }

    @Test("an empty key value has its own text")
    func emptyKey() throws {
        let database = try TestDatabase(.orders)
        #expect(
            failure { try database.delete(["pk": "", "sk": 1]) }
                == "validation: One or more parameter values are not valid. The AttributeValue "
                + "for a key attribute cannot contain an empty string value. Key: pk")
    }
}
