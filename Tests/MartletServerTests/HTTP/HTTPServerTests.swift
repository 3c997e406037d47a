import Glibc
import MartletServer
import Synchronization
import Testing

@Suite("HTTP") struct HTTPServerTests {
    @Test("a request arrives as sent and its answer goes back, again and again on one connection")
    func keepAlive() throws {
        let server = try TestServer.echo()
        let client = try server.client()
        for number in 0..<20 {
            client.send(RawClient.post("body \(number)"))
            let response = try #require(try client.response())
            #expect(response.status == 200)
            #expect(response.text == "POST / body \(number)")
            #expect(response.headers["date"] != nil)
        }
    }

    @Test("a target is split at its first ? and left encoded")
    func target() throws {
        let server = try TestServer.echo()
        let client = try server.client()
        client.send("GET /a%20b/%2F..?x=%31&y=?z HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(try client.response()?.text == "GET /a%20b/%2F..?x=%31&y=?z ")
        client.send("GET /? HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(try client.response()?.text == "GET /? ")
    }

    @Test("headers are found in any case, listed in order, repeated ones repeatedly")
    func headers() throws {
        let server = try TestServer { request, _ in
            var text = request.header("x-TARGET").map { String(decoding: $0, as: UTF8.self) } ?? "-"
            for field in request.headers where field.name.equalsIgnoringCase("x-list") {
                text += "," + String(decoding: field.value, as: UTF8.self)
            }
            text += request.header("x-absent") == nil ? "" : "!"
            text += " " + request.peer.prefix(10)
            return .now(HTTPResponse(status: 200, body: Array(text.utf8)))
        }
        let client = try server.client()
        client.send(
            "GET / HTTP/1.1\r\nHost: h\r\nX-Target:  a b \r\nX-List: 1\r\nx-list:2\r\n\r\n")
        #expect(try client.response()?.text == "a b,1,2 127.0.0.1:")
    }

    @Test("pipelined requests are answered in order, whichever way each is answered")
    func pipelining() throws {
        let server = try TestServer { request, exchange in
            let response = echoed(request)
            if request.body.count % 2 == 0 { return .now(response) }
            inBackground { exchange.complete(response) }
            return .later
        }
        let client = try server.client()
        let bodies = (0..<50).map { String(repeating: "x", count: $0) }
        client.send(bodies.map { RawClient.post($0) }.joined())
        for body in bodies {
            #expect(try client.response()?.text == "POST / \(body)")
        }
    }

    @Test("a chunked body and one sent byte by byte arrive whole")
    func chunkedAndSlow() throws {
        let server = try TestServer.echo()
        let client = try server.client()
        client.send(
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nTrailer: t\r\n\r\n")
        #expect(try client.response()?.text == "POST / hello world")
        for byte in Array(RawClient.post("slow").utf8) {
            client.send([byte])
        }
        #expect(try client.response()?.text == "POST / slow")
    }

    @Test("a large body arrives whole, and its memory is given back")
    func largeBody() throws {
        let server = try TestServer.echo()
        var client: RawClient? = try server.client()
        let body = String(repeating: "0123456789abcdef", count: 300_000)
        client!.send(RawClient.post(body, headers: "Expect: 100-continue\r\n"))
        #expect(try client!.response()?.text == "POST / " + body)
        client!.send(RawClient.post("small"))
        #expect(try client!.response()?.text == "POST / small")
        #expect(server.server.bufferedBodyBytes <= 65_536)
        client = nil
        #expect(server.becomesEmpty())
    }

    @Test("HEAD gets headers only")
    func head() throws {
        let server = try TestServer.echo()
        let client = try server.client()
        client.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n" + RawClient.post("next"))
        #expect(try client.response(toHead: true)?.headers["content-length"] == "7")
        #expect(try client.response()?.text == "POST / next")
    }

    @Test("a client's bytes in a header value cannot end the header")
    func headerInjection() throws {
        let server = try TestServer { _, _ in
            var headers = HTTPHeaders()
            headers.append("X-Echo", "a\r\nX-Evil: b\u{0}c")
            return .now(HTTPResponse(status: 200, headers: headers))
        }
        let client = try server.client()
        client.send(RawClient.post(""))
        let response = try #require(try client.response())
        #expect(response.headers["x-evil"] == nil)
        #expect(response.headers["x-echo"] == "a  X-Evil: b c")
    }
}

@Suite("Answers from other threads") struct ExchangeTests {
    @Test("an exchange may be completed before the handler returns, at once after, or later")
    func completion() throws {
        let server = try TestServer { request, exchange in
            let response = echoed(request)
            switch request.body.count % 3 {
            case 0: exchange.complete(response)
            case 1: inBackground { exchange.complete(response) }
            default:
                inBackground {
                    usleep(2000)
                    exchange.complete(response)
                }
            }
            return .later
        }
        let client = try server.client()
        for count in 0..<60 {
            let body = String(repeating: "y", count: count)
            client.send(RawClient.post(body))
            #expect(try client.response()?.text == "POST / \(body)")
        }
    }

    @Test("many exchanges completed at once from one thread all get their own answer")
    func batch() throws {
        let waiting = Mutex<[(HTTPExchange, HTTPResponse)]>([])
        let server = try TestServer { request, exchange in
            let response = echoed(request)
            waiting.withLock { $0.append((exchange, response)) }
            return .later
        }
        let clients = try (0..<32).map { _ in try server.client() }
        for round in 0..<20 {
            for (index, client) in clients.enumerated() {
                client.send(RawClient.post("\(round) \(index)"))
            }
            while waiting.withLock({ $0.count }) < clients.count { usleep(500) }
            let batch = waiting.withLock { waiting in
                defer { waiting = [] }
                return waiting
            }
            for (exchange, response) in batch { exchange.complete(response) }
            for (index, client) in clients.enumerated() {
                #expect(try client.response()?.text == "POST / \(round) \(index)")
            }
        }
    }

    @Test("a client that leaves before its answer harms nobody")
    func clientLeaves() throws {
        let waiting = Mutex<[HTTPExchange]>([])
        let server = try TestServer { request, exchange in
            if request.body.isEmpty { return .now(HTTPResponse(status: 200)) }
            waiting.withLock { $0.append(exchange) }
            return .later
        }
        for _ in 0..<10 { try server.client().send(RawClient.post("gone")) }
        while waiting.withLock({ $0.count }) < 10 { usleep(500) }
        for exchange in waiting.withLock({ $0 }) {
            exchange.complete(HTTPResponse(status: 200, body: [1, 2, 3]))
        }
        #expect(server.becomesEmpty())
        let client = try server.client()
        client.send(RawClient.post(""))
        #expect(try client.response()?.status == 200)
    }
}
