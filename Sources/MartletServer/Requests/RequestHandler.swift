// From an HTTP request to an operation and back.
//
// The order in which a request is refused: method, path and content type (404), a web page's origin
// (403), operation (UnknownOperation), authentication, the body, permission. Reads are answered on the network thread, or by a reader thread if they
// turn out long; writes are decoded there, queue for the engine's commit thread, and are answered
// when they are durable.

internal import Martlet
internal import MartletEngine
internal import MartletSigV4
internal import MartletTransfer
internal import MartletWire

struct RequestHandler: HTTPHandler {
    /// The database that requests go to.
    private(set) var engine: Engine
    private(set) var transfers: TransferWork
    private(set) var collections: CollectionService
    let observer: RequestObserver
    let readers: ReaderPool
    /// For calls on collections, whose writes wait for the disk.
    let callers: ReaderPool
    let origins: OriginPolicy
    /// All databases, where callers are kept apart.
    let dataSets: DataSets?
    private let disturbance: Disturbance?
    private let access: AccessControl
    private let ids = RequestIDs()

    init(
        _ own: DataSet, others: DataSets?, access: AccessControl, origins: OriginPolicy,
        disturbance: Disturbance?, observer: RequestObserver, readers: ReaderPool,
        callers: ReaderPool
    ) {
        engine = own.engine
        transfers = own.transfers
        collections = own.collections
        dataSets = others
        self.access = access
        self.origins = origins
        self.disturbance = disturbance
        self.observer = observer
        self.readers = readers
        self.callers = callers
    }

    /// Where `RemoteCollections` sends its calls (docs/python.md).
    static let collectionsPath: StaticString = "/martlet/collections"

    func handle(_ request: borrowing HTTPRequest, _ exchange: HTTPExchange) -> HTTPReply {
        if let origin = request.header("Origin"),
            !origins.allows(origin, host: request.header("Host"))
        {
            return .now(.forbiddenOrigin)
        }
        return switch request.method {
        case .post where request.path.equals("/") && hasJSON(request): operate(request, exchange)
        case .post where request.path.equals(Self.collectionsPath):
            callCollection(request, exchange)
        case .get, .head: .now(page(request))
        case .options: .now(preflight(request))
        default: .now(.plain(404, "<UnknownOperationException/>"))
        }
    }

    /// Whether the body is said to be of the protocol that this service speaks.
    private func hasJSON(_ request: borrowing HTTPRequest) -> Bool {
        guard let header = request.header("Content-Type") else { return false }
        let type = HTTPBytes(rebasing: header.prefix { $0 != UInt8(ascii: ";") && $0 != 0x20 })
        return type.equalsIgnoringCase("application/x-amz-json-1.0")
            || type.equalsIgnoringCase("application/json")
    }

    /// The writes of a round queue together.
    func endRound() {
        guard let dataSets else { return engine.commitSubmitted() }
        for set in dataSets.all { set.engine.commitSubmitted() }
    }

    private func operate(
        _ request: borrowing HTTPRequest, _ exchange: HTTPExchange
    ) -> HTTPReply {
        var call = beginning(of: request)
        guard let operation = request.header("X-Amz-Target").flatMap({ OperationName(target: $0) })
        else {
            return .now(refusal(ErrorShape(WireError.unknownOperation), of: call))
        }
        call.operation = operation
        let caller: Caller
        do throws(SigV4Failure) {
            caller = try self.caller(of: request)
        } catch {
            let shape = ErrorShape.service(error.exceptionName, error.message)
            return .now(refusal(shape, of: call))
        }
        call.restrictedKey = caller.restrictedKey
        let body = request.body.assumingMemoryBound(to: UInt8.self)
        let host = request.header("Host")
        guard let owner = caller.owner, let dataSets else {
            return begin(operation, body, host: host, call, exchange)
        }
        do throws(OperationError) {
            return try serving(dataSets.dataSet(of: owner))
                .begin(operation, body, host: host, call, exchange)
        } catch {
            return .now(refusal(ErrorShape(error), of: call))
        }
    }

    func caller(of request: borrowing HTTPRequest) throws(SigV4Failure) -> Caller {
        try access.caller(
            of: SignedRequest(
                method: request.methodName, path: request.path, query: request.query,
                headers: request.headers, body: request.bodyAsSent))
    }

    /// What is known of a request before anything of it is read.
    func beginning(of request: borrowing HTTPRequest) -> Call {
        Call(
            operation: nil, id: ids.next(),
            arrivalNanoseconds: request.arrivalNanoseconds,
            requestBytes: request.bodyAsSent.count,
            origin: request.header("Origin").map { String(decoding: $0, as: UTF8.self) },
            peer: observer.log == nil ? nil : request.peer)
    }

    /// Carries out an operation, or has it wait or fail where that was asked for.
    private func begin(
        _ operation: OperationName, _ body: HTTPBytes, host: HTTPBytes?, _ call: Call,
        _ exchange: HTTPExchange
    ) -> HTTPReply {
        guard let disturbance else {
            return perform(operation, body, host: host, call, exchange)
        }
        let verdict = disturbance.verdict()
        guard verdict.delayMilliseconds > 0 else {
            return verdict.fails
                ? .now(refusal(.internalServerError, of: call))
                : perform(operation, body, host: host, call, exchange)
        }
        // The bytes are the network thread's.
        var call = call
        call.acceptsGzip = exchange.acceptsGzip
        let (body, host) = (Array(body), host.map(Array.init))
        disturbance.run(afterMilliseconds: verdict.delayMilliseconds) { [call] in
            let reply: HTTPReply =
                verdict.fails
                ? .now(refusal(.internalServerError, of: call))
                : body.withUnsafeBufferPointer { body in
                    guard let host else {
                        return perform(operation, body, host: nil, call, exchange)
                    }
                    return host.withUnsafeBufferPointer {
                        perform(operation, body, host: $0, call, exchange)
                    }
                }
            if case .now(let response) = reply { exchange.complete(response) }
            endRound()
        }
        return .later
    }

    /// The same for the requests to another database.
    private func serving(_ set: DataSet) -> RequestHandler {
        var handler = self
        handler.engine = set.engine
        handler.transfers = set.transfers
        handler.collections = set.collections
        return handler
    }

    /// An error as the answer.
    func refusal(_ shape: ErrorShape, of call: Call) -> HTTPResponse {
        var writer = JSONWriter()
        shape.write(to: &writer)
        let body = writer.bytes
        let status = UInt16(shape.status)
        observer.note(
            call, status: status,
            errorType: shape.type.split(separator: "#").last.map(String.init),
            answerBytes: body.count)
        return call.response(status: status, body: body)
    }

    /// A result as the answer.
    func success(of call: Call, _ write: (inout JSONWriter) -> Void) -> HTTPResponse {
        var writer = JSONWriter()
        write(&writer)
        let body = writer.bytes
        observer.note(call, status: 200, errorType: nil, answerBytes: body.count)
        return call.response(status: 200, body: body)
    }
}
