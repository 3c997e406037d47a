import MartletCatalog
import MartletEngine
import MartletModel
import MartletTestSupport
import Testing

@Suite struct TransactWriteItemsTests {
    typealias Action = TransactWriteItems.Action

    @Test("puts, updates, deletes and checks over two tables are done together")
    func writes() throws {
        let database = try TestDatabase(.orders, TableRequest(short: "U.."))
        try database.put(.order)
        try database.put(["pk": "n", "amount": 1], in: "U..")
        try database.transact([
            try .put(Item.order.with("sk", 2), if: "attribute_not_exists(pk)"),
            try .delete(["pk": "ann", "sk": 1], if: "price = :t", [":t": 12]),
            try .update(["pk": "n"], "ADD amount :one", in: "U..", [":one": 1]),
            try .check(["pk": "none"], in: "U..", if: "attribute_not_exists(pk)"),
        ])
        #expect(try database.scanAll() == [Item.order.with("sk", 2)])
        #expect(try database.scanAll("U..") == [["pk": "n", "amount": 2]])
        #expect(try database.findings() == [])
    }

    @Test("a failing action cancels all; reasons come one for each action, in order")
    func cancels() throws {
        let database = try TestDatabase(.orders)
        try database.put(.order)
        let before = database.dump()
        let actions = [
            try Action.put(["pk": "b", "sk": 1]),
            try .check(["pk": "ann", "sk": 1], if: "price = :t", [":t": 13], showsItem: true),
            try .delete(["pk": "ann", "sk": 2]),
            try .update(["pk": "ann", "sk": 3], "SET phase = :bad", [":bad": 1]),
            try .put(["pk": "c", "sk": 1], if: "attribute_exists(pk)", showsItem: true),
            try .update(["pk": "ann", "sk": 4], "SET note.x = :v", [":v": 1]),
        ]
        #expect(
            failure { try database.transact(actions) }
                == "cancelled: None, "
                + "ConditionalCheckFailed The conditional request failed \(Item.order.notation), "
                + "None, "
                + "ValidationError The update expression attempted to update the secondary index "
                + "key to unsupported type, "
                + "ConditionalCheckFailed The conditional request failed, "
                + "ValidationError The document path provided in the update expression is invalid "
                + "for update")
        #expect(database.dump() == before)
    }

    @Test("faults of single items cancel; faults of the request are the request's own")
    func faults() throws {
        let database = try TestDatabase(.orders)
        let good = try Action.put(.order)
        let invalid = "One or more parameter values were invalid: "
        let cases: [(Action, String)] = [
            (
                try .put(["pk": "a"]),
                "cancelled: None, ValidationError \(invalid)Missing the key sk in the item"
            ),
            (
                try .put(["pk": "a", "sk": 1, "phase": 1]),
                "cancelled: None, ValidationError \(invalid)Type mismatch for Index Key phase "
                    + "Expected: S Actual: N IndexName: byState"
            ),
            (
                try .put(["pk": "a", "sk": 1, "big": .filler(409_600)]),
                "cancelled: None, ValidationError Item size has exceeded the maximum allowed size"
            ),
            (
                try .delete(["pk": 1, "sk": 1]),
                "cancelled: None, ValidationError The provided key element does not match the "
                    + "schema"
            ),
            (
                try .put(["pk": "", "sk": 1]),
                "validation: One or more parameter values are not valid. The AttributeValue for a "
                    + "key attribute cannot contain an empty string value. Key: pk"
            ),
            (
                try .put(["pk": "a", "sk": 1, "shop": ""]),
                "validation: One or more parameter values are not valid. A value specified for a "
                    + "secondary index key is not supported. The AttributeValue for a key "
                    + "attribute cannot contain an empty string value. IndexName: byShop, "
                    + "IndexKey: shop"
            ),
            (
                try .check(["pk": "ann", "sk": .decimal("1.0")], if: "attribute_exists(pk)"),
                "validation: Transaction request cannot include multiple operations on one item"
            ),
            (try .put(.order, in: "none"), "not found: Requested resource not found"),
        ]
        let before = database.dump()
        for (action, text) in cases {
            #expect(failure { try database.transact([good, action]) } == text)
        }
        #expect(database.dump() == before)
    }

    @Test("more than 4 MB of items are refused")
    func payload() throws {
        let database = try TestDatabase(TableRequest())
        let actions = try (0..<11).map {
            try Action.put(["pk": .text("\($0)"), "v": .filler(400_000)])
        }
        #expect(
            failure { try database.transact(actions) }
                == "validation: Collection of items in the transaction exceeds the maximum "
                + "allowed size")
        try database.transact(Array(actions.prefix(10)))
        #expect(try database.describe().tally.itemCount == 10)
    }

    @Test("a transaction costs twice its writes; a check costs as a write of its item")
    func capacity() throws {
        let database = try TestDatabase(.orders)
        try database.put(["pk": "big", "sk": 1, "v": .filler(1500)])
        let output = try database.transact(
            [
                try .put(["pk": "a", "sk": 1, "shop": "x"]),
                try .check(["pk": "big", "sk": 1], if: "attribute_exists(pk)"),
                try .delete(["pk": "none", "sk": 1]),
            ], report: .indexes)
        #expect(
            output.capacity == [
                ConsumedCapacity(
                    table: "Tab", total: 10, tableUnits: 8,
                    globalIndexUnits: [("byShop", 2)], direction: .write)
            ])
    }

    @Test("what a transaction writes is at most 4 MB, whether puts bring it or updates make it")
    func size() throws {
        let database = try TestDatabase(TableRequest())
        // 399,006 bytes each, so that ten fit and eleven do not.
        let big = AttributeValue.binary([UInt8](repeating: 7, count: 399_000))
        func puts(_ count: Int) -> [Action] {
            (0..<count).map { try! .put(["pk": .text("p\($0)"), "big": big]) }
        }
        let tooLarge =
            "validation: Collection of items in the transaction exceeds the maximum allowed size"
        #expect(failure { try database.transact(puts(11)) } == tooLarge)
        #expect(try database.scanAll() == [])
        try database.transact(puts(10))
        try database.put(["pk": "p10", "big": big])

        func updates(_ count: Int) -> [Action] {
            (0..<count).map { try! .update(["pk": .text("p\($0)")], "SET n = :n", [":n": 1]) }
        }
        let before = database.dump()
        #expect(failure { try database.transact(updates(11)) } == tooLarge)
        #expect(database.dump() == before)
        try database.transact(updates(10))
    }
}

@Suite struct TransactionTokenTests {
    typealias Token = TransactWriteItems.Token

    static let one = Token(text: "token", requestDigest: [1, 2, 3])
    static let other = Token(text: "token", requestDigest: [1, 2, 4])

    static func count(_ database: TestDatabase, _ token: Token) throws {
        try database.transact(
            [.update(["pk": "a"], "ADD n :one", [":one": 1])], token: token, report: .total)
    }

    static func value(_ database: TestDatabase) throws -> AttributeValue? {
        try database.get(["pk": "a"])?["n"]
    }

    @Test("the same request again succeeds without effect, for ten minutes")
    func replays() throws {
        let database = try TestDatabase(TableRequest())
        try Self.count(database, Self.one)
        try Self.count(database, Self.one)
        database.clock.advance(seconds: 599)
        try Self.count(database, Self.one)
        #expect(try Self.value(database) == 1)
        database.clock.advance(seconds: 1)
        try Self.count(database, Self.one)
        #expect(try Self.value(database) == 2)
    }

    @Test("a replay costs reads, twice the consistent ones")
    func replayCapacity() throws {
        let database = try TestDatabase(TableRequest())
        let actions = [try TransactWriteItems.Action.put(["pk": "a", "v": .filler(5000)])]
        let first = try database.transact(actions, token: Self.one, report: .total)
        #expect(
            first.capacity == [ConsumedCapacity(table: "Tab", total: 10, direction: .write)])
        let second = try database.transact(actions, token: Self.one, report: .total)
        #expect(second.capacity == [ConsumedCapacity(table: "Tab", total: 4, direction: .read)])
    }

    @Test("another request under the same token is a mismatch until the token is forgotten")
    func mismatch() throws {
        let database = try TestDatabase(TableRequest())
        try Self.count(database, Self.one)
        #expect(failure { try Self.count(database, Self.other) } == "token mismatch")
        database.clock.advance(seconds: 600)
        try Self.count(database, Self.other)
        #expect(try Self.value(database) == 2)
    }

    @Test("a cancelled transaction leaves its token free")
    func cancelled() throws {
        let database = try TestDatabase(TableRequest())
        let failing = [
            try TransactWriteItems.Action.check(["pk": "a"], if: "attribute_exists(pk)")
        ]
        #expect(failure { try database.transact(failing, token: Self.one) } != nil)
        try Self.count(database, Self.other)
        #expect(try Self.value(database) == 1)
    }

    @Test("a token is remembered when the database is opened again")
    func survivesReopening() throws {
        let database = try TestDatabase(TableRequest())
        try Self.count(database, Self.one)
        let reopened = try database.reopened()
        try Self.count(reopened, Self.one)
        #expect(try Self.value(reopened) == 1)
        #expect(failure { try Self.count(reopened, Self.other) } == "token mismatch")
    }

    @Test("rows of old tokens are cleared away, younger ones stay")
    func clearsOldTokens() throws {
        let database = try TestDatabase(TableRequest(), expiryInterval: .milliseconds(5))
        try Self.count(database, Self.one)
        database.clock.advance(seconds: 300)
        try Self.count(database, Token(text: "young", requestDigest: [1]))
        database.clock.advance(seconds: 301)
        #expect(
            try database.wait { () throws(OperationError) in
                database.dump().filter { $0.hasPrefix("token") }.count == 1
            })
        #expect(database.dump().contains { $0.hasPrefix("token young") })
    }
}
