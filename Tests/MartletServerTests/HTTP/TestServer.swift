// A server on a port of its own with a handler given as a closure; stopped when it goes.

import Glibc
import MartletServer

final class TestServer {
    private struct ClosureHandler: HTTPHandler {
        let body: @Sendable (borrowing HTTPRequest, HTTPExchange) -> HTTPReply

        func handle(_ request: borrowing HTTPRequest, _ exchange: HTTPExchange) -> HTTPReply {
            body(request, exchange)
        }
    }

    let server: HTTPServer

    init(
        _ limits: HTTPLimits = HTTPLimits(), threads: Int = 2,
        handler: @escaping @Sendable (borrowing HTTPRequest, HTTPExchange) -> HTTPReply
    ) throws {
        var options = HTTPServerOptions()
        options.port = 0
        options.limits = limits
        options.threads = threads
        server = try HTTPServer.start(options, handler: ClosureHandler(body: handler))
    }

    /// Answers with method, target and body, so that tests see what arrived.
    static func echo(_ limits: HTTPLimits = HTTPLimits()) throws -> TestServer {
        try TestServer(limits) { request, _ in .now(echoed(request)) }
    }

    deinit { server.stop(deadline: .seconds(2)) }

    func client() throws -> RawClient { try RawClient(port: server.port) }

    /// Waits until every connection is gone and every body buffer freed; false after 5 seconds.
    func becomesEmpty() -> Bool {
        for _ in 0..<500 {
            if server.connectionCount == 0 && server.bufferedBodyBytes == 0 { return true }
            usleep(10_000)
        }
        return false
    }
}

func echoed(_ request: borrowing HTTPRequest) -> HTTPResponse {
    var body = Array(request.methodName)
    body.append(0x20)
    body += Array(request.path)
    if let query = request.query { body += [0x3F] + Array(query) }
    body.append(0x20)
    body += Array(request.body)
    return HTTPResponse(status: 200, body: body)
}

/// Runs this on a thread of its own. Not in a Task: these tests block the few threads that tasks
/// have.
func inBackground(_ body: @escaping @Sendable () -> Void) {
    final class Box: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    pthread_create(
        &thread, nil,
        { context in
            Unmanaged<Box>.fromOpaque(context!).takeRetainedValue().body()
            return nil
        }, Unmanaged.passRetained(Box(body)).toOpaque())
    pthread_detach(thread)
}
