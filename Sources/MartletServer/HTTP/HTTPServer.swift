// The server: one listening thread, a few network threads, one handler.
//
// Thread safety: `start` and `stop` may be called from any thread; `stop` is idempotent and
// returns when every thread has ended.

internal import Glibc
internal import Synchronization

/// What a client may ask of us. Units are in the names.
package struct HTTPLimits: Sendable {
    package var connections = 1024
    /// For the request line and headers together; more is answered 431 (or 414). libmicrohttpd
    /// clears as much for every request, so it is no larger than AWS's own limit.
    package var headerBytes = 16 * 1024
    /// One body, as sent and, if compressed, as inflated: as much as AWS takes.
    package var bodyBytes = 16 * 1024 * 1024
    /// All bodies together.
    package var totalBodyBytes = 512 * 1024 * 1024
    package var requestSeconds = 30
    package var idleSeconds = 75
    package var answerSeconds = 120

    package init() {}
}

/// A certificate chain and its private key, as PEM text.
package struct HTTPCertificate: Sendable {
    package var certificatePEM: String
    package var privateKeyPEM: String

    package init(certificatePEM: String, privateKeyPEM: String) {
        self.certificatePEM = certificatePEM
        self.privateKeyPEM = privateKeyPEM
    }
}

package struct HTTPServerOptions: Sendable {
    /// A numeric IPv4 or IPv6 address. `::` takes both.
    package var address = "127.0.0.1"
    /// 0 lets the system choose; see `HTTPServer.port`.
    package var port: UInt16 = 8000
    package var certificate: HTTPCertificate?
    package var limits = HTTPLimits()
    /// Network threads; nil for one per core. For point reads of small items, with the client on the
    /// same two cores, one thread answers more: two of them sleep and wake more often. Everything
    /// that takes longer gains from the second.
    package var threads: Int?

    package init() {}
}

/// What the workers of one server share.
final class HTTPShared: Sendable {
    let handler: any HTTPHandler
    let limits: HTTPLimits
    let bodyBudget: HTTPBodyBudget

    init(handler: any HTTPHandler, limits: HTTPLimits) {
        self.handler = handler
        self.limits = limits
        bodyBudget = HTTPBodyBudget(limitBytes: limits.totalBodyBytes)
    }
}

package final class HTTPServer: Sendable {
    /// The port in use.
    package let port: UInt16

    private let listener: HTTPListener
    private let workers: [HTTPWorker]
    private let threads: Mutex<[HTTPThread]>

    /// Listens and serves from now on, on threads of its own, until `stop`.
    package static func start(
        _ options: HTTPServerOptions, handler: any HTTPHandler
    ) throws(HTTPServerError) -> HTTPServer {
        try HTTPServer(options, handler: handler)
    }

    private init(
        _ options: HTTPServerOptions, handler: any HTTPHandler
    ) throws(HTTPServerError) {
        let shared = HTTPShared(handler: handler, limits: options.limits)
        var workers: [HTTPWorker] = []
        let cores = Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        for _ in 0..<max(1, options.threads ?? cores) {
            workers.append(try HTTPWorker(shared: shared, tls: options.certificate))
        }
        self.workers = workers
        listener = try HTTPListener(
            address: options.address, port: options.port, workers: workers,
            connectionLimit: options.limits.connections)
        port = listener.port
        var threads: [HTTPThread] = []
        for (index, worker) in workers.enumerated() {
            threads.append(HTTPThread(name: "http-\(index)") { worker.run() })
        }
        let listener = listener
        threads.append(HTTPThread(name: "http-listen") { listener.run() })
        self.threads = Mutex(threads)
    }

    /// Connections open now.
    package var connectionCount: Int {
        workers.reduce(0) { $0 + $1.connectionCount.load(ordering: .relaxed) }
    }

    /// Bytes that request bodies take now.
    package var bufferedBodyBytes: Int { workers[0].shared.bodyBudget.used }

    /// Stops listening, lets requests that have arrived finish within `deadline`, closes what is
    /// left, and returns when all threads have ended.
    package func stop(deadline: Duration = .seconds(10)) {
        threads.withLock { threads in
            listener.stop()
            let (seconds, attoseconds) = deadline.components
            let wait = max(0, seconds) * 1_000_000_000 + attoseconds / 1_000_000_000
            let end = monotonicNanoseconds() + UInt64(max(0, wait))
            for worker in workers { worker.stop(deadlineNanoseconds: end) }
            for thread in threads { thread.join() }
            threads = []
        }
    }
}

func monotonicNanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
