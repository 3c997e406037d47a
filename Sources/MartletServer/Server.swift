// The server: HTTP requests in, operations of one engine, answers out.

package import MartletEngine
internal import MartletTransfer

package struct ServerOptions: Sendable {
    package var http = HTTPServerOptions()
    /// Keys that requests must be signed with, and what each of them may do; with none, any
    /// well-formed signature will do, as local tools expect.
    package var accessKeys: [AccessKey] = []
    /// Which web pages may send requests.
    package var origins = OriginPolicy.ownOnly
    /// What separates data, and how to open what is separate; nil: all clients share one database.
    package var separation: (by: Separation, open: DataSetOpener)?
    /// Writes a line for each request to standard error.
    package var logsRequests = false
    /// A folder whose folders are the buckets of exports, imports and bulk puts; nil: there are
    /// none.
    package var bucketRoot: String?

    /// What requests have to bear with.
    package var disturbance = DisturbanceOptions()

    package init() {}
}

package final class Server: Sendable {
    private let http: HTTPServer
    private let pools: [ReaderPool]
    private let dataSets: DataSets?
    private let transfers: TransferWork
    private let disturbance: Disturbance?

    /// Calls on collections that are carried out at once; most of them wait for the disk.
    private static let callerCount = 16

    /// Serves `engine`, which the caller closes after the server has stopped.
    package static func start(
        _ engine: Engine, _ options: ServerOptions
    ) throws(HTTPServerError) -> Server {
        let observer = RequestObserver(log: options.logsRequests ? RequestLog() : nil)
        let readers = ReaderPool()
        let callers = ReaderPool(threads: callerCount)
        let transfers = TransferWork(engine: engine, root: options.bucketRoot)
        let own = DataSet(engine: engine, transfers: transfers)
        let dataSets = options.separation.map {
            DataSets(own: own, bucketRoot: options.bucketRoot, open: $0.open)
        }
        let disturbance = Disturbance(options.disturbance)
        let handler = RequestHandler(
            own, others: dataSets,
            access: AccessControl(
                options.accessKeys, separation: options.separation?.by,
                owner: engine.options.owner),
            origins: options.origins, disturbance: disturbance, observer: observer,
            readers: readers, callers: callers)
        let http = try HTTPServer.start(options.http, handler: handler)
        transfers.start()
        return Server(http, [readers, callers], dataSets, transfers, disturbance)
    }

    private init(
        _ http: HTTPServer, _ pools: [ReaderPool], _ dataSets: DataSets?, _ transfers: TransferWork,
        _ disturbance: Disturbance?
    ) {
        self.http = http
        self.pools = pools
        self.dataSets = dataSets
        self.transfers = transfers
        self.disturbance = disturbance
    }

    /// The port in use.
    package var port: UInt16 { http.port }

    /// Stops listening, finishes what was accepted, and returns when all is answered.
    package func stop() {
        http.stop()
        // What outlasted the deadline still reads from the engine.
        disturbance?.stop()
        for pool in pools { pool.stop() }
        // The one that was there first is among them.
        if let dataSets { dataSets.stop() } else { transfers.stop() }
    }
}
