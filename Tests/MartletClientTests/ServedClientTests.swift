// The client against our server, over a socket, with signatures checked.

import MartletClient
import MartletEngine
import MartletKeyValue
import MartletServer
import MartletSigV4
import Testing

@Suite struct ServedClientTests {
    final class Served {
        let engine: Engine
        let server: Server
        let client: DynamoDBClient

        init(_ change: (inout ClientOptions) -> Void = { _ in }) throws {
            engine = try Engine(store: MemoryStore())
            var options = ServerOptions()
            options.http.port = 0
            options.accessKeys = [
                AccessKey(
                    Credential(
                        accessKeyID: "AKID", secretAccessKey: "secret", sessionToken: "a session"))
            ]
            server = try Server.start(engine, options)
            var clientOptions = ClientOptions()
            change(&clientOptions)
            client = try DynamoDBClient(
                ClientConfiguration(
                    endpoint: "http://127.0.0.1:\(server.port)", region: "eu-west-2",
                    credentials: ClientCredentials(
                        accessKeyID: "AKID", secretAccessKey: "secret", sessionToken: "a session")),
                options: clientOptions)
        }

        deinit {
            client.close()
            server.stop()
            try? engine.close()
        }

        func makeTable(_ name: String = "Notes") async throws {
            try await client.createTable(
                CreateTableRequest(
                    table: name, partitionKey: KeyAttribute("id", .string),
                    sortKey: KeyAttribute("n", .number),
                    globalIndexes: [
                        .init("ByKind", partitionKey: KeyAttribute("kind", .string))
                    ], tags: ["team": "birds"]))
        }
    }

    @Test("items go and come as they are")
    func items() async throws {
        let served = try Served()
        try await served.makeTable()
        let item: AttributeMap = [
            "id": "naïve \"text\"\n", "n": 1.5, "kind": "note", "list": [1, "two", [true]],
            "map": ["inner": ["deep": "er"]], "none": .null, "blob": .binary([0, 255, 7]),
            "names": .stringSet(SortedSet(distinct: ["b", "a"])!),
        ]
        #expect(try await served.client.putItem(PutItemRequest(table: "Notes", item: item)) == nil)
        let key: AttributeMap = ["id": "naïve \"text\"\n", "n": 1.5]
        #expect(
            try await served.client.getItem(GetItemRequest(table: "Notes", key: key)) == item)
        #expect(
            try await served.client.getItem(
                GetItemRequest(table: "Notes", key: ["id": "absent", "n": 1])) == nil)
        let updated = try await served.client.updateItem(
            UpdateItemRequest(
                table: "Notes", key: key, update: "SET #l = :l", names: ["#l": "list"],
                values: [":l": "gone"], returns: .updatedNew))
        #expect(updated == ["list": "gone"])
        let old = try await served.client.deleteItem(
            DeleteItemRequest(table: "Notes", key: key, returnsOldItem: true))
        #expect(old?["kind"] == "note")
    }

    @Test("a refusal has the service's code, text and request")
    func refusals() async throws {
        let served = try Served()
        try await served.makeTable()
        let item: AttributeMap = ["id": "1", "n": 1]
        try await served.client.putItem(PutItemRequest(table: "Notes", item: item))
        let error = await #expect(throws: ClientError.self) {
            try await served.client.putItem(
                PutItemRequest(
                    table: "Notes", item: item,
                    condition: WriteCondition(
                        "attribute_not_exists(id)", returnsItemOnFailure: true)))
        }
        guard case .service(let refused) = error else {
            Issue.record("not an error of the service: \(String(describing: error))")
            return
        }
        #expect(refused.code == "ConditionalCheckFailedException")
        #expect(refused.message == "The conditional request failed")
        #expect(refused.status == 400)
        #expect(refused.requestID?.utf8.count == 52)
        #expect(refused.item == item)
        #expect(error?.isRetryable == false)

        let missing = await #expect(throws: ClientError.self) {
            try await served.client.describeTable("Nothing")
        }
        #expect(missing?.code == "ResourceNotFoundException")
    }

    @Test("batches of any length, queries and scans by pages reach every item")
    func many() async throws {
        let served = try Served()
        try await served.makeTable()
        let items = (0..<230).map { number -> AttributeMap in
            ["id": number % 2 == 0 ? "peven" : "podd", "n": .number(.init(number)), "kind": "k"]
        }
        try await served.client.batchWrite(items.map { .put($0) }, to: "Notes")
        let keys = items.map { ["id": $0["id"]!, "n": $0["n"]!] as AttributeMap }
        let found = try await served.client.batchGet(keys, from: "Notes")
        #expect(Set(found) == Set(items))

        let query = QueryRequest(
            table: "Notes", keyCondition: "id = :p", values: [":p": "peven"], limit: 50)
        var seen: [AttributeMap] = []
        var pages = 0
        try await served.client.eachPage(of: query) { page in
            seen += page.items
            pages += 1
            return true
        }
        #expect(seen == items.filter { $0["id"] == "peven" })
        #expect(pages == 3)

        var scanned: Set<AttributeMap> = []
        for segment in 0..<4 {
            let scan = ScanRequest(table: "Notes", limit: 20, segment: (segment, 4))
            try await served.client.eachPage(of: scan) { page in
                scanned.formUnion(page.items)
                return true
            }
        }
        #expect(scanned == Set(items))

        try await served.client.batchWrite(keys.map { .delete($0) }, to: "Notes")
        #expect(try await served.client.scan(ScanRequest(table: "Notes")).count == 0)
    }

    @Test("a transaction is made whole, or says why not")
    func transactions() async throws {
        let served = try Served()
        try await served.makeTable()
        func put(_ id: AttributeValue, _ condition: WriteCondition? = nil)
            -> TransactWriteRequest
            .Action
        {
            .put(PutItemRequest(table: "Notes", item: ["id": id, "n": 1], condition: condition))
        }
        try await served.client.transactWrite(TransactWriteRequest([put("a"), put("b")]))
        let error = await #expect(throws: ClientError.self) {
            try await served.client.transactWrite(
                TransactWriteRequest([put("c"), put("a", "attribute_not_exists(id)")]))
        }
        guard case .service(let refused) = error else { return }
        #expect(refused.cancellationReasons.map(\.code) == ["None", "ConditionalCheckFailed"])
        #expect(try await served.client.scan(ScanRequest(table: "Notes")).count == 2)
    }

    @Test("tables, tags, expiry and any other operation")
    func tables() async throws {
        let served = try Served()
        try await served.makeTable("Beta")
        try await served.makeTable("Alpha")
        #expect(try await served.client.listTables() == ["Alpha", "Beta"])
        let described = try await served.client.describeTable("Alpha")
        #expect(described.status == "ACTIVE")
        #expect(described.partitionKey == "id")
        #expect(described.sortKey == "n")
        #expect(described.globalIndexes == ["ByKind"])
        try await served.client.tagResource(described.arn, tags: ["cost": "7"])
        #expect(
            try await served.client.listTagsOfResource(described.arn)
                == ["team": "birds", "cost": "7"])
        #expect(try await served.client.describeTimeToLive("Alpha") == nil)
        try await served.client.updateTimeToLive("Alpha", attribute: "until", isEnabled: true)
        #expect(try await served.client.describeTimeToLive("Alpha") == "until")
        let limits = try await served.client.call("DescribeLimits", "{}")
        #expect(limits.contains("\"AccountMaxReadCapacityUnits\""))
        try await served.client.deleteTable("Alpha")
        #expect(try await served.client.listTables() == ["Beta"])
    }

    @Test("SearchVectors finds the nearest, and a bad number is refused before it is sent")
    func vectors() async throws {
        let served = try Served()
        _ = try await served.client.call(
            "CreateTable",
            #"{"TableName":"Vectors","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"id","#
                + #""KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"id","#
                + #""AttributeType":"S"}],"VectorIndexes":[{"IndexName":"Index","VectorAttribute":"#
                + #"{"AttributeName":"v"},"Dimensions":2,"DistanceFunction":"COSINE","#
                + #""Projection":{"ProjectionType":"ALL"}}]}"#)
        for (id, vector) in [("x", [1, 0]), ("y", [0, 1])] as [(String, [AttributeValue])] {
            try await served.client.putItem(
                PutItemRequest(
                    table: "Vectors", item: ["id": .string(Text(id)), "v": .list(vector)]))
        }
        let found = try await served.client.searchVectors(
            SearchVectorsRequest(table: "Vectors", index: "Index", vector: [0.1, 1], count: 1))
        #expect(found.map { $0.item["id"] } == ["y"])
        let sent = served.client.statistics.requests
        await #expect(throws: ClientError.self) {
            try await served.client.searchVectors(
                SearchVectorsRequest(table: "Vectors", index: "Index", vector: [.nan, 1], count: 1))
        }
        #expect(served.client.statistics.requests == sent)
    }

    @Test("calls of many tasks at once share a few connections, and none is lost")
    func concurrent() async throws {
        let served = try Served { $0.connectionLimit = 4 }
        try await served.makeTable()
        let client = served.client
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<200 {
                group.addTask {
                    try await client.putItem(
                        PutItemRequest(
                            table: "Notes", item: ["id": "x", "n": .number(.init(number))]))
                }
            }
            try await group.waitForAll()
        }
        let page = try await served.client.query(
            QueryRequest(table: "Notes", keyCondition: "id = :x", values: [":x": "x"]))
        #expect(page.count == 200)
        #expect(served.client.statistics.retries == 0)
    }

    @Test("a wrong key is refused, a closed client calls nobody")
    func keysAndClosing() async throws {
        let served = try Served()
        var wrong = served.client.configuration
        wrong.credentials.secretAccessKey = "another"
        let client = try DynamoDBClient(wrong)
        let error = await #expect(throws: ClientError.self) { try await client.listTables() }
        #expect(error?.code == "InvalidSignatureException")
        client.close()
        await #expect(throws: ClientError.closed) { try await client.listTables() }
    }
}
