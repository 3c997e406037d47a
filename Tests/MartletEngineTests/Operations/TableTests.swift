import MartletCatalog
import MartletEngine
import MartletKeyValue
import MartletModel
import MartletTestSupport
import Testing

@Suite struct CreateTableTests {
    @Test("a table is answered as CREATING, is there at once, and its name is taken")
    func creates() throws {
        let database = try TestDatabase()
        let answer = try database.create(.orders)
        #expect(answer.status == .creating)
        #expect(answer.arn == "arn:aws:dynamodb:us-east-1:000000000000:table/Tab")
        let described = try database.describe()
        #expect(described.status == .active)
        #expect(described.definition == answer.definition)
        #expect(described.tally == Tally())
        let before = database.dump()
        #expect(failure { try database.create(.orders) } == "in use: Table already exists: Tab")
        #expect(database.dump() == before)
    }

    @Test("a request that cannot be leaves nothing behind")
    func refused() throws {
        let database = try TestDatabase()
        var request = TableRequest.orders
        request.globalIndexes![1].keySchema[0].name = "undefined"
        #expect(failure { try database.create(request) }?.hasPrefix("validation: ") == true)
        #expect(database.dump() == [])
        #expect(failure { try database.describe() } != nil)
    }

    @Test("a name that no table may have is refused, or the catalogue could not be read again")
    func refusesNames() throws {
        let database = try TestDatabase()
        for name in ["", "ab", "with space", "é-accent", String(repeating: "x", count: 256)] {
            #expect(
                failure { try database.create(TableRequest(short: TableName(name))) }?
                    .contains("at 'tableName' failed to satisfy constraint") == true)
        }
        #expect(database.dump() == [])
        try database.create(TableRequest(short: TableName(String(repeating: "x", count: 255))))
        #expect(try database.reopened().findings() == [])
    }

    @Test("tables, their items and their settings are there when the database is opened again")
    func reopens() throws {
        let database = try TestDatabase(.orders, TableRequest(short: "U.."))
        try database.put(.order)
        let dump = database.dump()
        let definition = try database.definition()
        let reopened = try database.reopened()
        #expect(try reopened.definition() == definition)
        #expect(reopened.dump() == dump)
        #expect(try reopened.findings() == [])
        // Numbers go on where they were.
        try reopened.create(TableRequest(short: "V.."))
        #expect(try reopened.definition("V..").id > (try reopened.definition("U..").id))
    }
}

@Suite struct DeleteTableTests {
    @Test("all rows of a deleted table go, and a new one of its name is empty")
    func deletes() throws {
        let database = try TestDatabase(TableRequest(short: "stays"))
        try database.put(["pk": "a"], in: "stays")
        let others = database.dump().filter { !$0.hasPrefix("catalog  =") }
        try database.create(.orders)
        _ = try database.engine.run(
            UpdateTimeToLive(table: "Tab", attribute: "ends", isEnabled: true))
        for number in 0..<20 {
            try database.put(
                Item.order.with("sk", .integer(number)).with("ends", 1_900_000_000))
        }
        let answer = try database.engine.run(DeleteTable(table: "Tab"))
        #expect(answer.status == .deleting)
        #expect(answer.tally.itemCount == 20)
        #expect(database.dump().filter { !$0.hasPrefix("catalog  =") } == others)
        #expect(
            failure { try database.put(.order) } == "not found: Requested resource not found")
        try database.create(.orders)
        #expect(try database.scanAll() == [])
        #expect(try database.scanAll(index: "byShop") == [])
        #expect(try database.tallies().values.allSatisfy { $0 == Tally() })
        #expect(try database.findings() == [])
    }

    @Test("a missing and a protected table are refused")
    func refuses() throws {
        let database = try TestDatabase()
        #expect(
            failure { try database.engine.run(DeleteTable(table: "Tab")) }
                == "not found: Requested resource not found: Table: Tab not found")
        var request = TableRequest()
        request.isDeletionProtected = true
        try database.create(request)
        #expect(
            failure { try database.engine.run(DeleteTable(table: "Tab")) }
                == "validation: Resource cannot be deleted as it is currently protected against "
                + "deletion. Disable deletion protection first.")
        try database.change(TableChange(name: "Tab", isDeletionProtected: false))
        _ = try database.engine.run(DeleteTable(table: "Tab"))
    }

    @Test("writes that were prepared for a table that is replaced meet the new one's schema")
    func replacedWhileQueued() throws {
        let gate = GateStore(MemoryStore())
        let database = try TestDatabase(TableRequest(), store: gate)
        gate.shut()
        // Blocks the commit thread, so that all that follows is prepared under the old table.
        let answers = Collected<String>()
        database.submit(PutItem(table: "Tab", item: ["pk": "first"]), "first", to: answers)
        gate.waitForCommit()
        database.submit(DeleteTable(table: "Tab"), "delete", to: answers)
        database.submit(
            CreateTable(
                TableRequest(range: "sk:N", global: [IndexShape("byG", hash: "g:S")])),
            "create", to: answers)
        database.submit(PutItem(table: "Tab", item: ["pk": "old"]), "old", to: answers)
        database.submit(
            PutItem(table: "Tab", item: ["pk": "new", "sk": 1, "g": "x"]), "new", to: answers)
        gate.open()
        #expect(try database.wait { answers.all.count == 5 })
        #expect(
            answers.all == [
                "first", "delete", "create",
                "old validation: One or more parameter values were invalid: Missing the key sk in "
                    + "the item", "new",
            ])
        #expect(try database.scanAll(index: "byG") == [["pk": "new", "sk": 1, "g": "x"]])
        #expect(try database.findings() == [])
    }
}

@Suite struct ListTablesTests {
    @Test("names come in order, in pages of the limit, from after the start name")
    func pages() throws {
        let database = try TestDatabase()
        for name in ["ccc", "aaa", "BBB", "a_a", "a.a"] {
            try database.create(TableRequest(short: TableName(name)))
        }
        func list(_ start: TableName?, _ limit: Int) throws -> ([TableName], TableName?) {
            let output = try database.engine.run(
                ListTables(exclusiveStartName: start, limit: limit))
            return (output.names, output.lastEvaluatedName)
        }
        let all: [TableName] = ["BBB", "a.a", "a_a", "aaa", "ccc"]
        #expect(try list(nil, 100) == (all, nil))
        #expect(try list(nil, 5) == (all, nil))
        #expect(try list(nil, 2) == (["BBB", "a.a"], "a.a"))
        #expect(try list("a.a", 2) == (["a_a", "aaa"], "aaa"))
        #expect(try list("aaa", 2) == (["ccc"], nil))
        // The start need not exist.
        #expect(try list("aab", 1) == (["ccc"], nil))
        #expect(try list("zzz", 1) == ([], nil))
    }
}

@Suite struct TagTests {
    @Test("tags are added, replaced and taken away, and kept")
    func tags() throws {
        let database = try TestDatabase(TableRequest())
        let arn = try database.describe().arn
        func tags(_ database: TestDatabase) throws -> [ResourceTag] {
            try database.engine.run(ListTagsOfResource(resourceARN: arn)).tags
        }
        try database.engine.run(
            TagResource(
                resourceARN: arn,
                tags: [ResourceTag(key: "a", value: "1"), ResourceTag(key: "b", value: "2")]))
        try database.engine.run(
            TagResource(
                resourceARN: arn,
                tags: [ResourceTag(key: "a", value: "3"), ResourceTag(key: "c", value: "4")]))
        try database.engine.run(UntagResource(resourceARN: arn, keys: ["b", "never"]))
        let expected = [ResourceTag(key: "a", value: "3"), ResourceTag(key: "c", value: "4")]
        #expect(try tags(database) == expected)
        #expect(try tags(database.reopened()) == expected)
    }

    @Test("a missing table and another account's are told apart")
    func refuses() throws {
        let database = try TestDatabase()
        let prefix = "arn:aws:dynamodb:us-east-1:"
        func list(_ arn: String) -> String? {
            failure { try database.engine.run(ListTagsOfResource(resourceARN: arn)) }
        }
        #expect(list(prefix + "000000000000:table/none")?.hasPrefix("not found: ") == true)
        #expect(list(prefix + "111111111111:table/none")?.hasPrefix("denied: ") == true)
    }
}
