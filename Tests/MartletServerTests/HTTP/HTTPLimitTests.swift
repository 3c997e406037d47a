import Glibc
import Synchronization
import Testing

@testable import MartletServer

@Suite("Limits") struct HTTPLimitTests {
    private func limits(_ change: (inout HTTPLimits) -> Void) -> HTTPLimits {
        var limits = HTTPLimits()
        change(&limits)
        return limits
    }

    @Test("a body of exactly the limit is taken; one byte more is 413 before it is sent")
    func contentLength() throws {
        let server = try TestServer.echo(limits { $0.bodyBytes = 1000 })
        let client = try server.client()
        let body = String(repeating: "a", count: 1000)
        client.send(RawClient.post(body))
        #expect(try client.response()?.text == "POST / " + body)
        client.send(
            "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1001\r\n\r\n")
        #expect(try client.response()?.status == 413)
        #expect(client.isClosed())
    }

    @Test("a chunked body past the limit is 413, its rest read but not kept")
    func chunked() throws {
        let server = try TestServer.echo(limits { $0.bodyBytes = 1000 })
        let client = try server.client()
        client.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in 0..<12 {
            client.send("64\r\n" + String(repeating: "b", count: 100) + "\r\n")
        }
        client.send("0\r\n\r\n")
        #expect(try client.response()?.status == 413)
        #expect(client.isClosed())
        #expect(server.becomesEmpty())
    }

    @Test("a chunked body without end is cut off")
    func endlessChunks() throws {
        let server = try TestServer.echo(limits { $0.bodyBytes = 1000 })
        let client = try server.client()
        client.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in 0..<1000 {
            client.send("64\r\n" + String(repeating: "c", count: 100) + "\r\n")
        }
        #expect(server.becomesEmpty())
    }

    @Test("when all bodies together are too large, the next large one is told to come again")
    func budget() throws {
        let server = try TestServer.echo(
            limits {
                $0.bodyBytes = 300_000
                $0.totalBodyBytes = 400_000
            })
        var first: RawClient? = try server.client()
        first!.send(
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 300000\r\n\r\n"
                + String(repeating: "d", count: 299_999))
        for _ in 0..<500 where server.server.bufferedBodyBytes < 299_000 { usleep(10_000) }
        let second = try server.client()
        second.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 200000\r\n\r\n")
        #expect(try second.response()?.status == 503)
        let small = try server.client()
        small.send(RawClient.post("small"))
        #expect(try small.response()?.status == 200)
        first!.send("d")
        #expect(try first!.response()?.status == 200)
        first = nil
        for _ in 0..<500 where server.server.bufferedBodyBytes > 65_536 { usleep(10_000) }
        let third = try server.client()
        third.send(RawClient.post(String(repeating: "e", count: 200_000)))
        #expect(try third.response()?.status == 200)
    }

    @Test("one connection too many is closed, and there is room again when another leaves")
    func connections() throws {
        let server = try TestServer.echo(limits { $0.connections = 3 })
        var kept = try (0..<3).map { _ in try server.client() }
        for client in kept {
            client.send(RawClient.post(""))
            #expect(try client.response()?.status == 200)
        }
        let refused = try server.client()
        if let status = try? refused.response()?.status { #expect(status == 503) }
        #expect(refused.isClosed())
        kept.removeLast()
        for _ in 0..<500 where server.server.connectionCount == 3 { usleep(10_000) }
        let next = try server.client()
        next.send(RawClient.post("x"))
        #expect(try next.response()?.status == 200)
    }

    @Test("a request that trickles is cut off, however regularly its bytes come")
    func trickle() throws {
        let server = try TestServer.echo(
            limits {
                $0.requestSeconds = 1
                $0.idleSeconds = 600
            })
        for start in ["", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n"] {
            let client = try server.client()
            client.send(start)
            while server.server.connectionCount == 0 { usleep(1000) }
            for _ in 0..<80 where server.server.connectionCount > 0 {
                client.send("G")
                usleep(100_000)
            }
            #expect(server.server.connectionCount == 0)
        }
    }

    @Test("an idle connection is closed; one whose answer is not known yet is not")
    func idle() throws {
        let parked = Mutex<HTTPExchange?>(nil)
        let server = try TestServer(
            limits {
                $0.idleSeconds = 1
                $0.requestSeconds = 1
            }
        ) { request, exchange in
            parked.withLock { $0 = exchange }
            return .later
        }
        let idle = try server.client()
        let waiting = try server.client()
        waiting.send(RawClient.post("x"))
        #expect(idle.isClosed())
        usleep(1_500_000)
        parked.withLock { $0?.complete(HTTPResponse(status: 200)) }
        #expect(try waiting.response()?.status == 200)
    }
}

@Suite("Starting and stopping") struct HTTPLifecycleTests {
    @Test(
        "stop lets a request that has arrived finish, closes idle connections, and frees the port")
    func graceful() throws {
        let server = try TestServer { request, exchange in
            let response = echoed(request)
            inBackground {
                usleep(300_000)
                exchange.complete(response)
            }
            return .later
        }
        let idle = try server.client()
        let busy = try server.client()
        busy.send(RawClient.post("work"))
        usleep(100_000)
        server.server.stop(deadline: .seconds(5))
        let response = try busy.response()
        #expect(response?.text == "POST / work")
        #expect(response?.headers["connection"]?.lowercased() == "close")
        #expect(idle.isClosed())
        #expect(throws: RawClient.Failure.self) { try RawClient(port: server.server.port) }
        server.server.stop()
    }

    @Test("stop gives up after its deadline; an answer that comes then is dropped")
    func deadline() throws {
        let parked = Mutex<HTTPExchange?>(nil)
        let server = try TestServer { _, exchange in
            parked.withLock { $0 = exchange }
            return .later
        }
        let client = try server.client()
        client.send(RawClient.post("x"))
        while parked.withLock({ $0 == nil }) { usleep(1000) }
        server.server.stop(deadline: .milliseconds(100))
        #expect(client.isClosed())
        parked.withLock { $0?.complete(HTTPResponse(status: 200)) }
    }

    @Test("a server that cannot start says which port or address, and what to do")
    func startErrors() throws {
        let server = try TestServer.echo()
        func start(_ change: (inout HTTPServerOptions) -> Void) throws(HTTPServerError) {
            struct None: HTTPHandler {
                func handle(
                    _ request: borrowing HTTPRequest, _ exchange: HTTPExchange
                ) -> HTTPReply { .now(HTTPResponse(status: 200)) }
            }
            var options = HTTPServerOptions()
            options.port = 0
            change(&options)
            try HTTPServer.start(options, handler: None()).stop()
        }
        let port = server.server.port
        #expect(throws: HTTPServerError.portTaken(port)) { try start { $0.port = port } }
        #expect(HTTPServerError.portTaken(port).description.contains("\(port)"))
        #expect(throws: HTTPServerError.addressNotLocal("192.0.2.1")) {
            try start { $0.address = "192.0.2.1" }
        }
        #expect(throws: HTTPServerError.addressInvalid("local")) {
            try start { $0.address = "local" }
        }
        #expect(throws: HTTPServerError.badCertificate) {
            try start { $0.certificate = HTTPCertificate(certificatePEM: "a", privateKeyPEM: "b") }
        }
        try start { $0.address = "::1" }
    }
}
