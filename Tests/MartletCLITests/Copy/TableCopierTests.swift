// Copies between two servers of this process, over sockets.

import Glibc
import MartletClient
import MartletEngine
import MartletKeyValue
import MartletModel
import MartletServer
import MartletWire
import Testing

@testable import MartletCLI

@Suite struct TableCopierTests {
    final class Served {
        let engine: Engine
        let server: Server
        let client: DynamoDBClient

        init() throws {
            engine = try Engine(store: MemoryStore())
            var options = ServerOptions()
            options.http.port = 0
            server = try Server.start(engine, options)
            client = try DynamoDBClient(
                ClientConfiguration(
                    endpoint: "http://127.0.0.1:\(server.port)", region: "us-east-1",
                    credentials: .local))
        }

        deinit {
            client.close()
            server.stop()
            try? engine.close()
        }

        var url: String { client.configuration.endpoint }

        /// Every item, in an order of its own.
        func items(_ table: String) async throws -> Set<AttributeMap> {
            var items: Set<AttributeMap> = []
            try await client.eachPage(of: ScanRequest(table: table)) { page in
                items.formUnion(page.items)
                return true
            }
            return items
        }

        /// What CreateTable would be told.
        func blueprint(_ table: String) async throws -> [String] {
            let described = try await client.describeTable(table)
            let made = TableBlueprint(
                described.tree, tags: try await client.listTagsOfResource(described.arn))
            return ([made.creation] + made.updates.map(\.body)).map {
                String(decoding: $0, as: UTF8.self)
            }
        }
    }

    static let full =
        #"{"TableName":"Full","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":["#
        + #"{"AttributeName":"id","AttributeType":"S"},{"AttributeName":"n","AttributeType":"N"},"#
        + #"{"AttributeName":"kind","AttributeType":"S"}],"KeySchema":[{"AttributeName":"id","#
        + #""KeyType":"HASH"},{"AttributeName":"n","KeyType":"RANGE"}],"LocalSecondaryIndexes":["#
        + #"{"IndexName":"Local","KeySchema":[{"AttributeName":"id","KeyType":"HASH"},"#
        + #"{"AttributeName":"kind","KeyType":"RANGE"}],"Projection":{"ProjectionType":"#
        + #""KEYS_ONLY"}}],"GlobalSecondaryIndexes":[{"IndexName":"Global","KeySchema":["#
        + #"{"AttributeName":"kind","KeyType":"HASH"}],"Projection":{"ProjectionType":"INCLUDE","#
        + #""NonKeyAttributes":["x"]}}],"VectorIndexes":[{"IndexName":"Vector","#
        + #""VectorAttribute":{"AttributeName":"v"},"Dimensions":2,"DistanceFunction":"COSINE","#
        + #""Projection":{"ProjectionType":"ALL"}}],"StreamSpecification":{"StreamEnabled":true,"#
        + #""StreamViewType":"NEW_AND_OLD_IMAGES"},"DeletionProtectionEnabled":true,"#
        + #""Tags":[{"Key":"team","Value":"birds"}]}"#

    func item(_ number: Int) -> AttributeMap {
        [
            "id": .string(Text("partition \(number % 13)")), "n": .number(.init(number)),
            "kind": number % 2 == 0 ? "even" : "odd", "x": 1.25, "v": [1, .number(.init(number))],
            "text": .string(Text(String(repeating: "long ", count: number % 40))),
        ]
    }

    func copy(
        _ source: Served, _ target: Served, _ words: [String] = [], state: String
    ) throws {
        try CopyCommand(
            ["--from", source.url, "--to", target.url, "--state", state, "--quiet"] + words
        ).run()
    }

    func statePath(_ name: String) -> String {
        "\(TemporaryFolder.path)/martlet-copy-\(name)-\(getpid()).json"
    }

    @Test("a table arrives with its indexes, tags, expiry, stream, protection and every item")
    func everything() async throws {
        let (source, target) = (try Served(), try Served())
        let state = statePath("everything")
        _ = try await source.client.call("CreateTable", Self.full)
        try await source.client.updateTimeToLive("Full", attribute: "until", isEnabled: true)
        try await source.client.batchWrite((0..<700).map { .put(item($0)) }, to: "Full")
        try copy(source, target, state: state)

        #expect(try await target.items("Full") == Set((0..<700).map(item)))
        #expect(try await target.blueprint("Full") == source.blueprint("Full"))
        #expect(try await target.blueprint("Full").count == 3)
        #expect(try await target.client.describeTimeToLive("Full") == "until")
        let found = try await target.client.searchVectors(
            SearchVectorsRequest(table: "Full", index: "Vector", vector: [1, 0], count: 1))
        #expect(found.map { $0.item["n"] } == [0])
        #expect(access(state, F_OK) != 0)
    }

    @Test("all tables are copied, or those that are named; what the target has is left alone")
    func choosing() async throws {
        let (source, target) = (try Served(), try Served())
        let state = statePath("choosing")
        for table in ["One", "Two", "Three"] {
            try await source.client.createTable(
                CreateTableRequest(table: table, partitionKey: KeyAttribute("id", .string)))
            try await source.client.putItem(
                PutItemRequest(table: table, item: ["id": "a", "from": "source"]))
        }
        try copy(source, target, ["--table", "One", "--table", "Three"], state: state)
        #expect(try await target.client.listTables() == ["One", "Three"])

        try await target.client.putItem(
            PutItemRequest(table: "One", item: ["id": "a", "from": "target"]))
        try await target.client.putItem(PutItemRequest(table: "One", item: ["id": "b"]))
        #expect(throws: CommandFailure.self) { try copy(source, target, state: state) }
        #expect(try await target.client.listTables() == ["One", "Three"])
        #expect(access(state, F_OK) != 0)

        try copy(source, target, ["--overwrite"], state: state)
        #expect(try await target.client.listTables() == ["One", "Three", "Two"])
        #expect(
            try await target.items("One") == [["id": "a", "from": "source"], ["id": "b"]])
    }

    @Test("another key in the target, a missing table, and the same place twice are refused")
    func refusals() async throws {
        let (source, target) = (try Served(), try Served())
        let state = statePath("refusals")
        try await source.client.createTable(
            CreateTableRequest(table: "One", partitionKey: KeyAttribute("id", .string)))
        try await target.client.createTable(
            CreateTableRequest(table: "One", partitionKey: KeyAttribute("other", .string)))
        for words in [["--overwrite"], ["--table", "None"]] {
            #expect(throws: CommandFailure.self) { try copy(source, target, words, state: state) }
        }
        #expect(throws: CommandFailure.self) { try copy(source, source, state: state) }
        #expect(throws: UsageError.self) { try CopyCommand(["--from", "http://x"]) }
    }

    @Test("what an earlier run noted as done is not done again, and the rest is")
    func resumes() async throws {
        let (source, target) = (try Served(), try Served())
        let path = statePath("resumes")
        defer { unlink(path) }
        _ = try await source.client.call("CreateTable", Self.full)
        try await source.client.batchWrite((0..<300).map { .put(item($0)) }, to: "Full")
        // As if killed after the table was made and one of four segments was through.
        let blueprint = TableBlueprint(
            try await source.client.describeTable("Full").tree, tags: ["team": "birds"])
        _ = try await target.client.call(
            "CreateTable", String(decoding: blueprint.creation, as: UTF8.self))
        var segments = [CopyState.Segment](repeating: .init(), count: 4)
        segments[2].isDone = true
        let table = CopyState.Table(
            name: "Full", makesTable: true, phase: .items, segments: segments)
        try CopyState(
            from: "\(source.url) (us-east-1)", to: "\(target.url) (us-east-1)", tables: [table]
        ).save(path)
        // A copy of something else keeps away from it.
        #expect(throws: CommandFailure.self) { try copy(target, source, state: path) }
        #expect(throws: CommandFailure.self) {
            try copy(source, target, ["--table", "Other"], state: path)
        }

        try copy(source, target, state: path)
        var expected: Set<AttributeMap> = []
        for segment in [0, 1, 3] {
            let scan = ScanRequest(table: "Full", segment: (segment, 4))
            try await source.client.eachPage(of: scan) { page in
                expected.formUnion(page.items)
                return true
            }
        }
        #expect(!expected.isEmpty && expected.count < 300)
        #expect(try await target.items("Full") == expected)
        #expect(try await target.blueprint("Full") == source.blueprint("Full"))
    }

    @Test("a target that dies leaves a state from which the same command goes on")
    func failure() async throws {
        let source = try Served()
        let path = statePath("failure")
        defer { unlink(path) }
        _ = try await source.client.call("CreateTable", Self.full)
        try await source.client.batchWrite((0..<50).map { .put(item($0)) }, to: "Full")
        let target = try Served()
        let state = CopyState(
            from: "a", to: "b",
            tables: [
                CopyState.Table(
                    name: "Full", makesTable: true, phase: .items, segments: [.init(), .init()])
            ])
        // The table is not there: every write fails.
        let copier = TableCopier(
            source: source.client, target: target.client, state: state, path: path)
        #expect(throws: CommandFailure.self) { try copier.run { _, _, _ in } }
        let left = try #require(try CopyState.load(path))
        #expect(left.tables[0].phase == .items)
        #expect(left.tables[0].items == 0)
        #expect(left.tables[0].segments.allSatisfy { !$0.isDone })
    }
}
