import Testing

@testable import MartletServer

@Suite("Compression and checksums") struct HTTPCodecTests {
    private static let json = Array(
        String(repeating: #"{"Item":{"id":{"S":"value"}}},"#, count: 200).utf8)

    private func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
        try #require(HTTPCodec().deflate(bytes))
    }

    private func inflate(
        _ bytes: [UInt8], limit: Int = 1 << 20, budget: Int = 1 << 24
    ) -> (HTTPCodec.Inflation, [UInt8]) {
        var output = HTTPBuffer(budget: HTTPBodyBudget(limitBytes: budget))
        let result = bytes.withUnsafeBytes {
            HTTPCodec().inflate($0, into: &output, limit: limit)
        }
        return (result, Array(output.bytes))
    }

    @Test(
        "CRC-32 gives its known answers",
        arguments: [("", 0), ("123456789", 0xCBF4_3926), ("{}", 2_745_614_147)])
    func checksum(text: String, expected: UInt32) {
        #expect(crc32(Array(text.utf8)) == expected)
    }

    @Test("what is compressed comes back, one member or several, up to exactly the limit")
    func inflation() throws {
        let packed = try gzip(Self.json)
        #expect(packed.count < Self.json.count / 4)
        #expect(inflate(packed) == (.inflated, Self.json))
        #expect(inflate(packed + packed) == (.inflated, Self.json + Self.json))
        #expect(inflate(packed, limit: Self.json.count).0 == .inflated)
        #expect(inflate(packed, limit: Self.json.count - 1).0 == .overLimit)
    }

    @Test("a bomb takes no more than the limit, whatever it claims to hold")
    func bombs() throws {
        var bomb = try gzip([UInt8](repeating: 0, count: 10_000_000))
        #expect(bomb.count < 60_000)
        #expect(inflate(bomb).0 == .overLimit)
        #expect(inflate(bomb, limit: 1 << 30, budget: 1 << 20).0 == .overBudget)
        for index in (bomb.count - 4)..<bomb.count { bomb[index] = 0 }
        #expect(inflate(bomb).0 == .overLimit)
    }

    @Test("what is no gzip is invalid, cut anywhere or with any byte changed")
    func invalid() throws {
        #expect(inflate([]).0 == .invalid)
        #expect(inflate(Array("hello".utf8)).0 == .invalid)
        let packed = try gzip(Self.json)
        for count in 1..<packed.count {
            #expect(inflate(Array(packed[..<count])).0 == .invalid)
        }
        // Byte 4 to 9 hold time, level and system, which nothing checks.
        for index in packed.indices where !(4..<10).contains(index) {
            var changed = packed
            changed[index] ^= 0x55
            #expect(inflate(changed).1 != Self.json || inflate(changed).0 != .inflated)
        }
    }

    @Test(
        "Accept-Encoding is read with its weights",
        arguments: [
            (nil, false), ("", false), ("identity", false), ("gzip", true), ("GZIP", true),
            ("deflate, gzip;q=1.0, *;q=0.5", true), ("gzip;q=0", false), ("gzip; q=0.000", false),
            ("gzip;q=0.001", true), ("*", true), ("*;q=0", false), ("gzip;q=0, *", false),
            ("deflate,br", false), ("gzipped", false), (",,;,gzip", true),
        ] as [(String?, Bool)])
    func acceptEncoding(value: String?, accepts: Bool) {
        guard var value else {
            #expect(acceptsGzip(nil) == accepts)
            return
        }
        #expect(value.withUTF8 { acceptsGzip($0) } == accepts)
    }

    @Test("a large answer is compressed for who accepts it, and the checksum is of what is sent")
    func responses() throws {
        let server = try TestServer { _, _ in
            var response = HTTPResponse(status: 200, body: Self.json)
            response.sendsChecksum = true
            return .now(response)
        }
        let client = try server.client()
        client.send(RawClient.post("", headers: "Accept-Encoding: identity\r\n"))
        let plain = try #require(try client.response())
        #expect(plain.body == Self.json)
        #expect(plain.headers["content-encoding"] == nil)
        #expect(plain.headers["x-amz-crc32"] == String(crc32(Self.json)))
        client.send(RawClient.post("", headers: "Accept-Encoding: gzip, deflate\r\n"))
        let packed = try #require(try client.response())
        #expect(packed.headers["content-encoding"] == "gzip")
        #expect(inflate(packed.body) == (.inflated, Self.json))
        #expect(packed.headers["x-amz-crc32"] == String(crc32(packed.body)))
    }

    @Test("a gzip request is inflated for the handler, who sees both forms")
    func requests() throws {
        let server = try TestServer { request, _ in
            let text = "\(request.bodyAsSent.count) \(request.body.count)"
            return .now(HTTPResponse(status: 200, body: Array(text.utf8)))
        }
        let client = try server.client()
        let packed = try gzip(Self.json)
        func head(_ count: Int) -> String {
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Encoding: gzip\r\nContent-Length: \(count)\r\n\r\n"
        }
        client.send(Array(head(packed.count).utf8) + packed)
        #expect(try client.response()?.text == "\(packed.count) \(Self.json.count)")
        client.send(head(5) + "hello")
        #expect(try client.response()?.status == 400)
        let bomb = try gzip([UInt8](repeating: 0, count: 40_000_000))
        client.send(Array(head(bomb.count).utf8) + bomb)
        #expect(try client.response()?.status == 413)
    }
}
