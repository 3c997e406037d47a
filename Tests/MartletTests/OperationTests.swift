import Martlet
import Testing

/// As a program outside of this package sees the database: nothing but `import Martlet`.
@Suite struct OperationTests {
    private func orders() async throws -> Database {
        let database = try Database.inMemory()
        try await database.createTable(
            TableRequest(
                "Orders", partitionKey: .string("customer"), sortKey: .number("number"),
                indexAttributes: [.string("status")],
                globalIndexes: [
                    IndexRequest("ByStatus", partitionKey: "status", sortKey: "number")
                ]))
        return database
    }

    private static func order(_ number: Int, _ more: Item = [:]) -> Item {
        var item: Item = ["customer": "c1", "number": .number(DecimalNumber(number))]
        for entry in more { item[entry.name] = entry.value }
        return item
    }

    // MARK: Items

    @Test("what is put is got, changed and deleted, and changes tell what there is or was")
    func items() async throws {
        let database = try await orders()
        let key = Self.order(1)
        #expect(try database.get(key, from: "Orders") == nil)
        try await database.put(Self.order(1, ["n": 5, "note": "gift"]), in: "Orders")
        #expect(try database.get(key, from: "Orders")?["n"] == 5)
        #expect(try database.get(key, from: "Orders", projection: "note") == ["note": "gift"])

        let changed = try await database.update(
            key, in: "Orders", "SET #n = #n + :one REMOVE note", if: "#n = :five",
            names: ["#n": "n"], values: [":one": 1, ":five": 5])
        #expect(changed == Self.order(1, ["n": 6]))
        #expect(try await database.update(Self.order(9), in: "Orders", "REMOVE n") == nil)

        #expect(try await database.delete(key, from: "Orders") == Self.order(1, ["n": 6]))
        #expect(try await database.delete(key, from: "Orders") == nil)
        #expect(try database.get(key, from: "Orders") == nil)
        try database.close()
    }

    @Test("a condition that does not hold is an error of its own, and nothing is changed")
    func conditions() async throws {
        let database = try await orders()
        try await database.put(
            Self.order(1, ["n": 5]), in: "Orders", if: "attribute_not_exists(customer)")
        let error = try await #require(throws: OperationError.self) {
            try await database.put(
                Self.order(1), in: "Orders", if: "attribute_not_exists(customer)")
        }
        guard case .conditionFailed(nil) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(error.description == "The conditional request failed")
        #expect(try database.get(Self.order(1), from: "Orders")?["n"] == 5)
        try database.close()
    }

    @Test("an answer carries the old item, capacity and the item that failed when asked for")
    func answers() async throws {
        let database = try await orders()
        try await database.put(Self.order(1, ["n": 5]), in: "Orders")
        var request = PutItem(table: "Orders", item: Self.order(1), returnsOldItem: true)
        request.options.capacityReport = .total
        let answer = try await database.run(request)
        #expect(answer.attributes?.item == Self.order(1, ["n": 5]))
        #expect(answer.capacity?.total == 1)

        var refused = try DeleteItem(
            table: "Orders", key: Self.order(1), condition: "attribute_exists(n)")
        refused.options.returnsItemOnConditionFailure = true
        do throws(OperationError) {
            try await database.run(refused)
            Issue.record("no error")
        } catch {
            guard case .conditionFailed(let item?) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(item.item == Self.order(1))
        }
        try database.close()
    }

    // MARK: Many

    @Test("queries and scans go on from page to page, in order, until all is read")
    func pages() async throws {
        let database = try await orders()
        for number in 0..<10 {
            try await database.put(
                Self.order(number, ["status": number % 2 == 0 ? "open" : "shipped"]),
                in: "Orders")
        }
        var found: [AttributeValue?] = []
        var next: Item?
        repeat {
            let page = try database.query(
                "Orders", index: "ByStatus", where: "#s = :s AND #n > :n",
                names: ["#s": "status", "#n": "number"], values: [":s": "shipped", ":n": 1],
                isForward: false, limit: 2, startKey: next)
            #expect(page.items.count <= 2)
            found += page.items.map { $0["number"] }
            next = page.nextKey
        } while next != nil
        #expect(found == [9, 7, 5, 3])

        var numbers: [AttributeValue?] = []
        repeat {
            let page = try database.scan(
                "Orders", filter: "#s = :s", names: ["#s": "status"], values: [":s": "open"],
                limit: 3, startKey: next)
            numbers += page.items.map { $0["number"] }
            next = page.nextKey
        } while next != nil
        #expect(numbers == [0, 2, 4, 6, 8])
        try database.close()
    }

    @Test("batches of any size are written and read; of missing keys there is nothing")
    func batches() async throws {
        let database = try await orders()
        try await database.writeMany(
            (0..<1_700).map { .put(Self.order($0)) }, in: "Orders")
        #expect(try database.describeTable("Orders").tally.itemCount == 1_700)
        try await database.writeMany(
            (0..<1_690).map { .delete(key: Self.order($0)) }, in: "Orders")
        let found = try database.getMany((1_500..<1_750).map { Self.order($0) }, from: "Orders")
        #expect(Set(found) == Set((1_690..<1_700).map { Self.order($0) }))
        #expect(try database.getMany([], from: "Orders") == [])
        await #expect(throws: OperationError.self) {
            try await database.writeMany([.put(["number": 1])], in: "Orders")
        }
        try database.close()
    }

    @Test("a transaction is carried out whole or not at all, and says which action was in the way")
    func transactions() async throws {
        let database = try await orders()
        try await database.put(Self.order(1, ["n": 3]), in: "Orders")
        try await database.put(Self.order(2, ["n": 0]), in: "Orders")
        func move(_ count: AttributeValue) async throws(OperationError) {
            try await database.transact([
                .update(
                    Self.order(1), in: "Orders", "SET n = n - :x", if: "n >= :x",
                    values: [":x": count]),
                .update(Self.order(2), in: "Orders", "SET n = n + :x", values: [":x": count]),
                .put(Self.order(3), in: "Orders"),
                .check(Self.order(4), in: "Orders", "attribute_not_exists(customer)"),
            ])
        }
        func numbers() throws -> [AttributeValue?] {
            try database.transactGet((1...3).map { .init(table: "Orders", key: Self.order($0)) })
                .map { $0?["n"] }
        }
        try await move(2)
        #expect(try numbers() == [1, 2, nil])
        do throws(OperationError) {
            try await move(2)
            Issue.record("no error")
        } catch {
            guard case .transactionCancelled(let reasons) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(reasons.map(\.code) == [.conditionalCheckFailed, .none, .none, .none])
        }
        #expect(try numbers() == [1, 2, nil])
        try database.close()
    }

    @Test("PartiQL reads to the end, whatever the pages, and writes")
    func statements() async throws {
        let database = try await orders()
        try await database.execute(
            "INSERT INTO Orders VALUE {'customer': ?, 'number': ?}", ["c1", 7])
        let found = try await database.execute(
            "SELECT * FROM Orders WHERE customer = ?", ["c1"])
        #expect(found == [Self.order(7)])

        // Each is some 100 KB and a page 1 MB.
        let filler = AttributeValue.string(Text(String(repeating: "x", count: 100_000)))
        try await database.writeMany(
            (0..<25).map { .put(Self.order($0, ["filler": filler])) }, in: "Orders")
        let all = try await database.execute(
            "SELECT number FROM Orders WHERE customer = ?", ["c1"])
        #expect(all.map { $0["number"] } == (0..<25).map { .number(DecimalNumber($0)) })
        try database.close()
    }

    @Test("vectors are found by likeness, among all or where a condition holds")
    func vectors() async throws {
        let database = try Database.inMemory()
        try await database.createTable(
            TableRequest(
                "Passages", partitionKey: .string("id"), indexAttributes: [.string("language")],
                vectorIndexes: [
                    VectorIndexRequest(
                        name: "ByMeaning", attribute: "embedding", dimensions: 3,
                        searchSchema: [
                            SearchSchemaElement(name: "language", role: .inlineFilter)
                        ])
                ]))
        let passages: [(String, String, [Float])] = [
            ("sea", "en", [0.9, 0.1, 0]), ("mer", "fr", [0.8, 0.2, 0.1]),
            ("rock", "en", [0, 0.3, 0.9]),
        ]
        for (id, language, vector) in passages {
            try await database.put(
                [
                    "id": .string(Text(id)), "language": .string(Text(language)),
                    "embedding": try #require(.vector(vector)),
                ], in: "Passages")
        }
        let near = try database.searchVectors(
            "Passages", index: "ByMeaning", nearestTo: [1, 0, 0], topK: 2)
        #expect(near.map { $0.item["id"] } == ["sea", "mer"])
        #expect(near[0].score < near[1].score)
        let english = try database.searchVectors(
            "Passages", index: "ByMeaning", nearestTo: [1, 0, 0], where: "#l = :l",
            projection: "id", names: ["#l": "language"], values: [":l": "en"])
        #expect(english.map(\.item) == [["id": "sea"], ["id": "rock"]])
        #expect(AttributeValue.vector([1, .nan]) == nil)
        for wrong: [Float] in [[1, 0], [1, 0, .infinity], [.nan, 0, 0]] {
            #expect(throws: OperationError.self) {
                try database.searchVectors("Passages", index: "ByMeaning", nearestTo: wrong)
            }
        }
        try database.close()
    }

    // MARK: Other operations

    @Test("any operation runs by its request: settings, streams, backups")
    func requests() async throws {
        let database = try await orders()
        #expect(try database.listTables() == ["Orders"])
        #expect(try database.run(DescribeLimits()).tableReadUnits == 40_000)

        let table = try await database.run(
            UpdateTable(
                TableChange(
                    name: "Orders",
                    stream: StreamRequest(isEnabled: true, viewType: .newAndOldImages))))
        #expect(table.definition.stream != nil)
        try await database.run(
            UpdateTimeToLive(table: "Orders", attribute: "expires", isEnabled: true))
        #expect(try database.run(DescribeTimeToLive(table: "Orders")).attribute == "expires")

        try await database.put(Self.order(1), in: "Orders")
        let streams = try database.run(ListStreams(table: "Orders")).streams
        let arn = try #require(streams.first).arn
        let stream = try database.run(DescribeStream(streamARN: arn))
        let shard = try #require(stream.shards.first)
        let iterator = try database.run(
            GetShardIterator(streamARN: arn, shardID: shard.id, place: .trimHorizon))
        let records = try database.run(GetRecords(iterator: iterator)).records
        #expect(records.map(\.event) == [.insert])
        #expect(records.first?.newImage?.item == Self.order(1))

        try await database.run(
            TagResource(resourceARN: table.arn, tags: [ResourceTag(key: "team", value: "shop")]))
        #expect(
            try database.run(ListTagsOfResource(resourceARN: table.arn)).tags.map(\.key)
                == ["team"])

        try await database.deleteTable("Orders")
        #expect(try database.listTables() == [])
        try database.close()
    }

    @Test("refusals: what is said of a request by itself has the service's text")
    func refusals() async throws {
        let database = try await orders()
        func refusal(_ body: () async throws -> Void) async -> String? {
            do {
                try await body()
                return nil
            } catch let error as OperationError {
                guard case .validation(let text) = error else { return "\(error)" }
                return text
            } catch {
                return "\(error)"
            }
        }
        var deep: AttributeValue = "leaf"
        for _ in 0..<31 { deep = .list([deep]) }
        let fits = Self.order(1, ["a": deep])
        #expect(await refusal { try await database.put(fits, in: "Orders") } == nil)
        #expect(try database.get(Self.order(1), from: "Orders") == fits)
        let tooDeep = Self.order(1, ["a": .list([deep])])
        let nesting =
            "Nesting Levels have exceeded supported limits: Attributes in the item have nested "
            + "levels beyond supported limit"
        #expect(await refusal { try await database.put(tooDeep, in: "Orders") } == nesting)
        #expect(
            await refusal {
                try await database.update(
                    Self.order(1), in: "Orders", "SET a = :a", values: [":a": .list([deep])])
            } == nesting)
        #expect(
            await refusal {
                try await database.execute(
                    "INSERT INTO Orders VALUE {'customer': 'c', 'number': 1, 'a': ?}",
                    [.list([deep])])
            } == nesting)

        let invalid = "One or more parameter values were invalid: "
        let none = try #require(SortedSet<Text>(distinct: []))
        #expect(
            await refusal {
                try await database.put(Self.order(1, ["a": .stringSet(none)]), in: "Orders")
            } == invalid + "An string set  may not be empty")
        #expect(
            await refusal {
                _ = try database.scan("Orders", filter: "a = :a", values: [":a": .stringSet(none)])
            } == "ExpressionAttributeValues contains invalid value: " + invalid
                + "An string set  may not be empty for key :a")
        #expect(
            await refusal { try await database.put(Self.order(1, ["": 1]), in: "Orders") }
                == invalid + "Attribute name must not be empty")
        let long = Text(String(repeating: "n", count: 65_536))
        #expect(
            await refusal {
                try await database.put(Self.order(1, ["a": [long: 1]]), in: "Orders")
            } == invalid + "Attribute name is too large, must be less than 65536 bytes")

        #expect(
            await refusal {
                _ = try database.query(
                    "Orders", where: "customer = :c", values: [":c": "a", ":d": 1])
            }
                == "Value provided in ExpressionAttributeValues unused in expressions: keys: {:d}")
        let keys = (0...100).map { Self.order($0) }
        #expect(
            await refusal {
                _ = try database.run(BatchGetItem(requests: [.init(table: "Orders", keys: keys)]))
            } == "Too many items requested for the BatchGetItem call")
        #expect(
            await refusal {
                _ = try await database.run(
                    BatchWriteItem(
                        tables: [.init(table: "Orders", requests: keys.map { .put($0) })]))
            } == "Too many items requested for the BatchWriteItem call")
        let puts: [TransactWriteItems.Action] = try keys.map { try .put($0, in: "Orders") }
        #expect(await refusal { try await database.transact(puts) } != nil)
        #expect(await refusal { try await database.transact([]) } != nil)
        #expect(await refusal { _ = try database.transactGet([]) } != nil)
        for limit in [-1, 0, 101] {
            #expect(await refusal { _ = try database.run(ListTables(limit: limit)) } != nil)
        }
        for limit in [-1, 0] {
            #expect(await refusal { _ = try database.run(ListBackups(limit: limit)) } != nil)
            #expect(
                await refusal { _ = try database.run(ListContributorInsights(limit: limit)) }
                    != nil)
            #expect(await refusal { _ = try database.scan("Orders", limit: limit) } != nil)
            #expect(
                await refusal {
                    _ = try await database.run(
                        ExecuteStatement("SELECT * FROM Orders", limit: limit))
                } != nil)
        }
        for segment in [(1, 1), (-1, 2), (0, 0), (0, 1_000_001)] {
            #expect(
                await refusal {
                    _ = try database.run(
                        Scan(
                            table: "Orders",
                            segment: .init(number: segment.0, total: segment.1)))
                } != nil)
        }
        try database.close()
    }

    @Test("a missing table, and a database that was closed, are errors of their own")
    func missing() async throws {
        let database = try await orders()
        for call in [
            { _ = try database.get(["id": "a"], from: "Missing") },
            { _ = try database.query("Missing", where: "id = :a", values: [":a": "a"]) },
            { _ = try database.scan("Missing") },
        ] {
            let error = try #require(throws: OperationError.self) { try call() }
            guard case .resourceNotFound = error else {
                Issue.record("\(error)")
                continue
            }
        }
        let again = try await #require(throws: OperationError.self) {
            try await database.createTable(
                TableRequest("Orders", partitionKey: .string("id")))
        }
        guard case .resourceInUse = again else {
            Issue.record("\(again)")
            return
        }
        try database.close()
        let error = try await #require(throws: OperationError.self) {
            try await database.put(Self.order(1), in: "Orders")
        }
        guard case .storage(.closed) = error else {
            Issue.record("\(error)")
            return
        }
    }

    @Test("writes of many tasks are all there, in each of them its own order")
    func tasks() async throws {
        let database = try await orders()
        try await withThrowingTaskGroup { group in
            for task in 0..<8 {
                group.addTask {
                    for _ in 0..<50 {
                        try await database.update(
                            Self.order(task), in: "Orders", "ADD n :one", values: [":one": 1])
                        try await database.update(
                            Self.order(99), in: "Orders", "ADD n :one", values: [":one": 1])
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try database.get(Self.order(99), from: "Orders")?["n"] == 400)
        for task in 0..<8 {
            #expect(try database.get(Self.order(task), from: "Orders")?["n"] == 50)
        }
        try database.close()
    }
}
