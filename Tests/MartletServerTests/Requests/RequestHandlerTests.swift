// The server as a client sees it, byte for byte: what is common to all operations.

import MartletEngine
import MartletKeyValue
import MartletServer
import MartletSigV4
import Testing

@Suite struct RequestHandlerTests {
    /// A server over memory, on a free port.
    final class Served {
        let engine: Engine
        let server: Server

        init(
            credentials: [Credential] = [], origins: OriginPolicy = .ownOnly,
            separation: Separation? = nil
        ) throws {
            engine = try Engine(store: MemoryStore())
            var options = ServerOptions()
            options.http.port = 0
            options.accessKeys = credentials.map { AccessKey($0) }
            options.origins = origins
            if let separation {
                options.separation = (
                    by: separation,
                    open: { owner throws(OperationError) in
                        var options = EngineOptions()
                        options.owner = owner
                        return try Engine(store: MemoryStore(), options: options)
                    }
                )
            }
            server = try Server.start(engine, options)
        }

        deinit {
            server.stop()
            try? engine.close()
        }

        /// Sends one operation with a well-formed signature.
        func call(
            _ operation: String, _ body: String, headers: [String] = [], isSigned: Bool = true,
            key: String = "key", region: String = "us-east-1", host: String = "localhost"
        ) throws -> RawClient.Response {
            var lines = [
                "POST / HTTP/1.1", "Host: \(host)", "Content-Length: \(body.utf8.count)",
                "Content-Type: application/x-amz-json-1.0; charset=utf-8",
                "X-Amz-Target: DynamoDB_20120810.\(operation)",
            ]
            if isSigned {
                lines.append("X-Amz-Date: 20261120T000000Z")
                lines.append(
                    "Authorization: AWS4-HMAC-SHA256 "
                        + "Credential=\(key)/20261120/\(region)/dynamodb/aws4_request, "
                        + "SignedHeaders=host;x-amz-date, Signature=00")
            }
            let client = try RawClient(port: server.port)
            client.send((lines + headers).joined(separator: "\r\n") + "\r\n\r\n" + body)
            return try #require(try client.response())
        }

        func get(_ path: String) throws -> RawClient.Response {
            let client = try RawClient(port: server.port)
            client.send("GET \(path) HTTP/1.1\r\nHost: somewhere:1\r\n\r\n")
            return try #require(try client.response())
        }
    }

    @Test("every answer carries a request id of 52 characters and the checksum of its body")
    func headers() throws {
        let response = try Served().call("ListTables", "{}")
        #expect(response.status == 200)
        #expect(response.text == #"{"TableNames":[]}"#)
        let id = try #require(response.headers["x-amzn-requestid"])
        #expect(id.utf8.count == 52)
        #expect(id.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0) })
        #expect(response.headers["x-amz-crc32"] == "\(crc32(response.body))")
        #expect(response.headers["content-type"] == "application/x-amz-json-1.0")
    }

    /// CRC-32 of zip files, bit by bit.
    private func crc32(_ bytes: [UInt8]) -> UInt32 {
        var rest: UInt32 = .max
        for byte in bytes {
            rest ^= UInt32(byte)
            for _ in 0..<8 { rest = rest >> 1 ^ (rest & 1 == 0 ? 0 : 0xEDB8_8320) }
        }
        return ~rest
    }

    @Test("identifiers differ from request to request")
    func requestIDs() throws {
        let served = try Served()
        let ids = try (0..<50).map { _ in
            try served.call("ListTables", "{}").headers["x-amzn-requestid"]
        }
        #expect(Set(ids).count == 50)
    }

    @Test("an unknown operation is refused before the signature is looked at")
    func unknownOperation() throws {
        let response = try Served().call("MakeCoffee", "{}", isSigned: false)
        #expect(response.status == 400)
        #expect(response.text.contains("com.amazon.coral.service#UnknownOperationException"))
    }

    @Test("an unsigned request is refused before its body is looked at")
    func unsigned() throws {
        let response = try Served().call("ListTables", "{", isSigned: false)
        #expect(response.status == 400)
        #expect(response.text.contains("MissingAuthenticationTokenException"))
    }

    @Test("with keys configured a made-up signature is refused")
    func wrongSignature() throws {
        let keys = [Credential(accessKeyID: "key", secretAccessKey: "secret")]
        let response = try Served(credentials: keys).call("ListTables", "{}")
        #expect(response.status == 400)
        #expect(response.text.contains("InvalidSignatureException"))
    }

    @Test("a body that is no JSON is a serialization failure")
    func malformedBody() throws {
        let response = try Served().call("ListTables", "{")
        #expect(response.status == 400)
        #expect(response.text.contains("com.amazon.coral.service#SerializationException"))
    }

    @Test("GET tells that the server is well")
    func health() throws {
        let served = try Served()
        #expect(try served.get("/").text == "healthy: somewhere:1 ")
        #expect(try served.get("/health").status == 200)
        #expect(try served.get("/nothing").status == 404)
    }

    @Test("metrics count answers by operation and outcome")
    func metrics() throws {
        let served = try Served()
        _ = try served.call("ListTables", "{}")
        _ = try served.call("ListTables", "{}")
        _ = try served.call("DescribeTable", #"{"TableName":"missing"}"#)
        let text = try served.get("/metrics").text
        #expect(
            text.contains(
                #"martlet_requests_total{operation="ListTables",outcome="success"} 2"#))
        #expect(
            text.contains(
                #"martlet_requests_total{operation="DescribeTable",outcome="client_error"} 1"#))
    }

    @Test("metrics say what vector indexes there are, and what they hold")
    func vectorMetrics() throws {
        let served = try Served()
        #expect(try served.get("/metrics").text.contains("\nmartlet_vector_indexes 0\n"))
        let table = #"""
            {"TableName":"abc","BillingMode":"PAY_PER_REQUEST",
            "AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}],
            "KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
            "VectorIndexes":[{"IndexName":"near","VectorAttribute":{"AttributeName":"v"},
            "Dimensions":2,"DistanceFunction":"EUCLIDEAN","Projection":{"ProjectionType":"ALL"}}]}
            """#
        #expect(try served.call("CreateTable", table).status == 200)
        #expect(try served.get("/metrics").text.contains("\nmartlet_vector_indexes 1\n"))
    }

    @Test("DescribeEndpoints names the address that the client used")
    func endpoints() throws {
        let response = try Served().call("DescribeEndpoints", "{}")
        #expect(
            response.text
                == #"{"Endpoints":[{"Address":"localhost","CachePeriodInMinutes":1440}]}"#)
    }

    @Test("a write is answered when it can be read")
    func writeThenRead() throws {
        let served = try Served()
        let table = #"""
            {"TableName":"abc","BillingMode":"PAY_PER_REQUEST",
            "AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}],
            "KeySchema":[{"AttributeName":"id","KeyType":"HASH"}]}
            """#
        #expect(try served.call("CreateTable", table).status == 200)
        let put = #"{"TableName":"abc","Item":{"id":{"S":"a"},"n":{"N":"1.50"}}}"#
        #expect(try served.call("PutItem", put).text == "{}")
        let get = #"{"TableName":"abc","Key":{"id":{"S":"a"}}}"#
        #expect(
            try served.call("GetItem", get).text == #"{"Item":{"id":{"S":"a"},"n":{"N":"1.5"}}}"#)
    }
}
