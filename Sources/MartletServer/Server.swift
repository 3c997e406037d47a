// The server: HTTP requests in, operations of one engine, answers out.

package import MartletEngine
package import MartletSigV4
internal import MartletTransfer

package struct ServerOptions: Sendable {
    package var http = HTTPServerOptions()
    /// Keys that requests must be signed with; with none, any well-formed signature will do, as
    /// local tools expect.
    package var credentials: [Credential] = []
    /// Writes a line for each request to standard error.
    package var logsRequests = false
    /// A folder whose folders are the buckets of exports, imports and bulk puts; nil: there are
    /// none.
    package var bucketRoot: String?

    package init() {}
}

package final class Server: Sendable {
    private let http: HTTPServer
    private let readers: ReaderPool
    private let transfers: TransferWork

    /// Serves `engine`, which the caller closes after the server has stopped.
    package static func start(
        _ engine: Engine, _ options: ServerOptions
    ) throws(HTTPServerError) -> Server {
        let observer = RequestObserver(log: options.logsRequests ? RequestLog() : nil)
        let readers = ReaderPool()
        let transfers = TransferWork(engine: engine, root: options.bucketRoot)
        let handler = RequestHandler(
            engine: engine, credentials: options.credentials, observer: observer, readers: readers,
            transfers: transfers)
        let http = try HTTPServer.start(options.http, handler: handler)
        transfers.start()
        return Server(http, readers, transfers)
    }

    private init(_ http: HTTPServer, _ readers: ReaderPool, _ transfers: TransferWork) {
        self.http = http
        self.readers = readers
        self.transfers = transfers
    }

    /// The port in use.
    package var port: UInt16 { http.port }

    /// Stops listening, finishes what was accepted, and returns when all is answered.
    package func stop() {
        http.stop()
        // What outlasted the deadline still reads from the engine.
        readers.stop()
        transfers.stop()
    }
}
