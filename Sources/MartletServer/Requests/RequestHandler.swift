// From an HTTP request to an operation and back.
//
// The order in which a request is refused: method, path and content type (404), operation (UnknownOperation),
// authentication, the body. Reads are answered on the network thread, or by a reader thread if they
// turn out long; writes are decoded there, queue for the engine's commit thread, and are answered
// when they are durable.

internal import MartletEngine
internal import MartletSigV4
internal import MartletTransfer
internal import MartletWire

struct RequestHandler: HTTPHandler {
    let engine: Engine
    let observer: RequestObserver
    let readers: ReaderPool
    let transfers: TransferWork
    private let verifier: SigV4Verifier?
    private let ids = RequestIDs()

    init(
        engine: Engine, credentials: [Credential], observer: RequestObserver, readers: ReaderPool,
        transfers: TransferWork
    ) {
        self.engine = engine
        self.observer = observer
        self.readers = readers
        self.transfers = transfers
        verifier = credentials.isEmpty ? nil : SigV4Verifier(credentials: credentials)
    }

    func handle(_ request: borrowing HTTPRequest, _ exchange: HTTPExchange) -> HTTPReply {
        switch request.method {
        case .post where request.path.equals("/") && hasJSON(request): operate(request, exchange)
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
    func endRound() { engine.commitSubmitted() }

    private func operate(
        _ request: borrowing HTTPRequest, _ exchange: HTTPExchange
    ) -> HTTPReply {
        var call = Call(
            operation: nil, id: ids.next(),
            arrivalNanoseconds: request.arrivalNanoseconds,
            requestBytes: request.bodyAsSent.count,
            hasOrigin: request.header("Origin") != nil,
            peer: observer.log == nil ? nil : request.peer)
        guard let operation = request.header("X-Amz-Target").flatMap({ OperationName(target: $0) })
        else {
            return .now(refusal(ErrorShape(WireError.unknownOperation), of: call))
        }
        call.operation = operation
        if let failure = authenticationFailure(of: request) {
            let shape = ErrorShape.service(failure.exceptionName, failure.message)
            return .now(refusal(shape, of: call))
        }
        let body = request.body.assumingMemoryBound(to: UInt8.self)
        return perform(operation, body, host: request.header("Host"), call, exchange)
    }

    private func authenticationFailure(of request: borrowing HTTPRequest) -> SigV4Failure? {
        let signed = SignedRequest(
            method: request.methodName, path: request.path, query: request.query,
            headers: request.headers, body: request.bodyAsSent)
        do throws(SigV4Failure) {
            if let verifier {
                try verifier.verify(signed)
            } else {
                try checkSignatureForm(signed)
            }
            return nil
        } catch {
            return error
        }
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
