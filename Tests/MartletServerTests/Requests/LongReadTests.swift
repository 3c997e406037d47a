// Reads that take long, on a server with one network thread.

import MartletEngine
import MartletServer
import Synchronization
import Testing

@Suite struct LongReadTests {
    /// More rows than the store gives freely.
    private static let items = 300

    private final class Served {
        let store = StalledCursorStore()
        let engine: Engine
        let server: Server

        init() throws {
            engine = try Engine(store: store)
            var options = ServerOptions()
            options.http.port = 0
            options.http.threads = 1
            server = try Server.start(engine, options)
            let table = #"""
                {"TableName":"abc","BillingMode":"PAY_PER_REQUEST",
                "AttributeDefinitions":[{"AttributeName":"p","AttributeType":"S"},
                {"AttributeName":"s","AttributeType":"N"}],
                "KeySchema":[{"AttributeName":"p","KeyType":"HASH"},
                {"AttributeName":"s","KeyType":"RANGE"}]}
                """#
            try #require(try call("CreateTable", table).status == 200)
            for start in stride(from: 0, to: LongReadTests.items, by: 25) {
                let puts = (start..<start + 25).map { #"{"PutRequest":{"Item":\#(key($0))}}"# }
                let body = #"{"RequestItems":{"abc":[\#(puts.joined(separator: ","))]}}"#
                try #require(try call("BatchWriteItem", body).status == 200)
            }
        }

        deinit {
            store.open()
            server.stop()
            try? engine.close()
        }

        func key(_ number: Int) -> String { #"{"p":{"S":"x"},"s":{"N":"\#(number)"}}"# }

        func send(
            _ operation: String, _ body: String, headers: [String] = []
        ) throws -> RawClient {
            let client = try RawClient(port: server.port)
            let lines =
                [
                    "POST / HTTP/1.1", "Host: localhost", "Content-Length: \(body.utf8.count)",
                    "Content-Type: application/x-amz-json-1.0",
                    "X-Amz-Target: DynamoDB_20120810.\(operation)",
                    "X-Amz-Date: 20261120T000000Z",
                    "Authorization: AWS4-HMAC-SHA256 "
                        + "Credential=key/20261120/us-east-1/dynamodb/aws4_request, "
                        + "SignedHeaders=host;x-amz-date, Signature=00",
                ] + headers
            client.send(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
            return client
        }

        func call(
            _ operation: String, _ body: String, headers: [String] = []
        ) throws -> RawClient.Response {
            try #require(try send(operation, body, headers: headers).response())
        }
    }

    private static let scan = #"{"TableName":"abc"}"#
    private static let query = #"""
        {"TableName":"abc","KeyConditionExpression":"p = :p",
        "ExpressionAttributeValues":{":p":{"S":"x"}}}
        """#

    @Test(
        "others are answered while a long read is under way",
        arguments: [("Scan", scan), ("Query", query)])
    func othersAreAnswered(operation: String, body: String) throws {
        let served = try Served()
        served.store.shut()
        let long = try served.send(operation, body)
        served.store.waitForReaders()
        let point = try served.call("GetItem", #"{"TableName":"abc","Key":\#(served.key(7))}"#)
        #expect(point.text == #"{"Item":\#(served.key(7))}"#)
        let short = try served.call("Scan", #"{"TableName":"abc","Limit":3,"Select":"COUNT"}"#)
        #expect(short.text.contains(#""Count":3"#))
        served.store.open()
        let answer = try #require(try long.response())
        #expect(answer.status == 200)
        #expect(answer.text.contains(#""Count":300"#))
    }

    @Test("more long reads than there are threads for them are all answered")
    func many() throws {
        let served = try Served()
        served.store.shut()
        let clients = try (0..<9).map { _ in try served.send("Scan", Self.scan) }
        served.store.waitForReaders(2)
        served.store.open()
        for client in clients {
            #expect(try #require(try client.response()).text.contains(#""Count":300"#))
        }
    }

    @Test("a stop waits for a long read and for its answer to be sent")
    func stop() throws {
        let served = try Served()
        served.store.shut()
        let long = try served.send("Scan", Self.scan)
        served.store.waitForReaders()
        let server = served.server
        let stopped = Stopped()
        inBackground {
            server.stop()
            stopped.set()
        }
        // Nobody listens any more: the stop has begun.
        while (try? RawClient(port: server.port)) != nil {}
        #expect(!stopped.isSet)
        served.store.open()
        #expect(try #require(try long.response()).text.contains(#""Count":300"#))
    }

    private final class Stopped: Sendable {
        private let flag = Atomic<Bool>(false)

        func set() { flag.store(true, ordering: .releasing) }

        var isSet: Bool { flag.load(ordering: .acquiring) }
    }

    @Test("a long answer is what short ones make up")
    func sameItems() throws {
        let served = try Served()
        let keys = (0..<Self.items).map(served.key)
        let list = "[" + keys.joined(separator: ",") + "]"
        #expect(
            try served.call("Query", Self.query).text
                == #"{"Items":\#(list),"Count":300,"ScannedCount":300}"#)
        // One partition, so a scan has the query's order.
        #expect(
            try served.call("Scan", Self.scan).text
                == #"{"Items":\#(list),"Count":300,"ScannedCount":300}"#)

        let some = keys[..<100].joined(separator: ",")
        let batch = #"{"RequestItems":{"abc":{"Keys":[\#(some)]}}}"#
        #expect(
            try served.call("BatchGetItem", batch).text
                == #"{"Responses":{"abc":[\#(some)]},"UnprocessedKeys":{}}"#)
        let gets = keys[..<100].map { #"{"Get":{"TableName":"abc","Key":\#($0)}}"# }
        let found = keys[..<100].map { #"{"Item":\#($0)}"# }.joined(separator: ",")
        #expect(
            try served.call(
                "TransactGetItems", #"{"TransactItems":[\#(gets.joined(separator: ","))]}"#
            ).text == #"{"Responses":[\#(found)]}"#)
    }

    @Test("a long read that fails says why")
    func failure() throws {
        let served = try Served()
        let gets = (0..<50).map { #"{"Get":{"TableName":"abc","Key":\#(served.key($0 % 49))}}"# }
        let answer = try served.call(
            "TransactGetItems", #"{"TransactItems":[\#(gets.joined(separator: ","))]}"#)
        #expect(answer.status == 400)
        #expect(answer.text.contains("Transaction request cannot include multiple operations"))
    }

    @Test("a long answer is compressed for who wants that")
    func compressed() throws {
        let served = try Served()
        let plain = try served.call("Scan", Self.scan)
        let small = try served.call("Scan", Self.scan, headers: ["Accept-Encoding: gzip"])
        #expect(plain.headers["content-encoding"] == nil)
        #expect(small.headers["content-encoding"] == "gzip")
        #expect(Array(small.body.prefix(2)) == [0x1F, 0x8B])
        #expect(small.body.count < plain.body.count / 2)
    }
}
