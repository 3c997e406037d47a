// One client's connection, from accept to close, and the request it carries now.
//
// Thread safety: everything belongs to the worker's thread, but for `makeAnswer`, `outcome` and
// `nextCompleted`, which a completing thread owns until it has published them through `outcome`
// and the worker's queue. A parked connection is suspended: libmicrohttpd does not touch it.
//
// A request's life: idle → receiving → (discarding) → answering, or parked → answering; then idle.

internal import CHTTPShim
internal import Glibc
internal import Synchronization

final class HTTPConnection: @unchecked Sendable {
    enum Phase {
        /// Between requests, or reading a request line and headers.
        case idle
        /// Headers are in and accepted; reading the body.
        case receiving
        /// The body broke a limit: its rest is dropped, then `answer` is sent.
        case discarding
        /// Waiting for `HTTPExchange.complete`.
        case parked
        /// `answer` holds the answer, or libmicrohttpd is sending it.
        case answering
    }

    /// Who gets to answer, decided by one atomic exchange.
    enum Outcome {
        static let open: UInt8 = 0
        static let completed: UInt8 = 1
        static let parked: UInt8 = 2
        static let abandoned: UInt8 = 3
    }

    unowned(unsafe) let worker: HTTPWorker
    let raw: OpaquePointer
    let socket: Int32
    /// Position in the worker's list.
    var index = 0

    var phase = Phase.idle
    var serial: UInt64 = 0
    let outcome = Atomic<UInt8>(Outcome.open)
    var answer: HTTPResponse?
    /// Makes the answer when it is about to be sent; set instead of `answer`.
    var makeAnswer: (@Sendable () -> HTTPResponse)?
    var nextCompleted: UnsafeMutableRawPointer?
    /// The bytes that libmicrohttpd is sending.
    var bodyInFlight: [UInt8] = []
    var wasAbandoned = false
    private(set) var isSuspended = false
    /// Whether the answer is known and waits for the others of its round.
    private var isHeldBack = false

    var fields = HTTPFields()
    var target = HTTPBuffer()
    var upload: HTTPBuffer
    var inflated: HTTPBuffer
    var contentLength: Int?
    var discardedBytes = 0
    var arrivalNanoseconds: UInt64 = 0

    /// Deadlines: when the present phase began, and what the socket had received when first seen
    /// idle, so that the first byte of a slow request is noticed.
    var phaseStart: UInt64
    var bytesWhenIdle: UInt64?
    var firstByteSeen: UInt64?
    var peerHadFinished = false

    init(worker: HTTPWorker, raw: OpaquePointer) {
        self.worker = worker
        self.raw = raw
        socket = martlet_http_socket(raw)
        upload = HTTPBuffer(budget: worker.shared.bodyBudget)
        inflated = HTTPBuffer(budget: worker.shared.bodyBudget)
        phaseStart = monotonicNanoseconds()
        // A handshake counts as received, so its end must be seen first.
        bytesWhenIdle = worker.isTLS ? nil : 0
    }

    static func from(_ pointer: UnsafeMutableRawPointer) -> HTTPConnection {
        Unmanaged<HTTPConnection>.fromOpaque(pointer).takeUnretainedValue()
    }

    var peer: String {
        guard let address = martlet_http_peer(raw) else { return "unknown" }
        return describe(address)
    }

    // MARK: Completing

    func complete(serial: UInt64, _ make: @escaping @Sendable () -> HTTPResponse) {
        precondition(serial == self.serial, "an exchange was completed after its request ended")
        makeAnswer = make
        switch outcome.exchange(Outcome.completed, ordering: .acquiringAndReleasing) {
        case Outcome.open, Outcome.abandoned: break
        case Outcome.parked: worker.enqueueCompleted(self)
        default: preconditionFailure("an exchange was completed twice")
        }
    }

    // MARK: libmicrohttpd's calls, in order

    /// The request line is in.
    func begin(target text: UnsafePointer<CChar>) {
        target.removeAll(keepingBytes: 4096)
        _ = target.append(UnsafeRawBufferPointer(start: text, count: strlen(text)), limit: .max)
        fields.removeAll()
        serial += 1
    }

    /// The headers are in: decides whether a body may follow.
    func acceptHeaders() -> MHD_Result {
        arrivalNanoseconds = monotonicNanoseconds()
        phaseStart = arrivalNanoseconds
        withUnsafeMutablePointer(to: &fields) { fields in
            _ = MHD_get_connection_values_n(
                raw, .HEADER_KIND,
                { context, _, name, nameCount, value, valueCount in
                    context!.assumingMemoryBound(to: HTTPFields.self).pointee.append(
                        (name: bytes(name, nameCount), value: bytes(value, valueCount).trimmed))
                    return .YES
                }, fields)
        }
        let limits = worker.shared.limits
        switch HTTPFraming(fields.span) {
        case .invalid:
            return refuse(.plain(400, "Bad Request"))
        case .length(let length) where length > limits.bodyBytes:
            return refuse(.plain(413, "Request body is too large"))
        case .length(let length) where worker.shared.bodyBudget.wouldExceed(length):
            return refuse(.plain(503, "Too many large requests at once"))
        case .length(let length):
            contentLength = length
        case .chunked:
            contentLength = nil
        }
        phase = .receiving
        return .YES
    }

    /// Answers before the body is read. libmicrohttpd closes such a connection itself if a body
    /// was announced.
    private func refuse(_ response: HTTPResponse) -> MHD_Result {
        var response = response
        response.closesConnection = true
        answer = response
        return send()
    }

    /// A piece of the body. A body that comes whole is handled where it lies.
    func receive(_ piece: UnsafeRawBufferPointer) -> MHD_Result {
        let limits = worker.shared.limits
        if phase == .discarding {
            discardedBytes += piece.count
            // A client that keeps sending what nobody reads is cut off.
            return discardedBytes > limits.bodyBytes ? .NO : .YES
        }
        if upload.count == 0, piece.count == contentLength {
            handle(piece)
            return .YES
        }
        switch upload.append(piece, limit: limits.bodyBytes) {
        case .appended: break
        case .overLimit: discard(.plain(413, "Request body is too large"))
        case .overBudget: discard(.plain(503, "Too many large requests at once"))
        }
        return .YES
    }

    private func discard(_ response: HTTPResponse) {
        phase = .discarding
        discardedBytes = 0
        upload.removeAll(keepingBytes: 0)
        answer = response
        answer?.closesConnection = true
    }

    /// The request is whole, or a parked one has been resumed.
    func finish() -> MHD_Result {
        if phase == .receiving { handle(upload.bytes) }
        switch phase {
        case .answering, .discarding:
            // libmicrohttpd asks again in the loop's next round, and sends in the one after it.
            if !isHeldBack, worker.holdsAnswersBack() {
                isHeldBack = true
                return .YES
            }
            return send()
        case .parked:
            if wasAbandoned { return .NO }
            let outcome = outcome.load(ordering: .acquiring)
            if outcome == Outcome.completed { return send() }
            let (parked, _) = self.outcome.compareExchange(
                expected: Outcome.open, desired: Outcome.parked,
                ordering: .acquiringAndReleasing)
            guard parked else { return send() }
            isSuspended = true
            MHD_suspend_connection(raw)
            return .YES
        case .idle, .receiving:
            preconditionFailure("libmicrohttpd asked for an answer out of turn")
        }
    }

    func resume() {
        isSuspended = false
        MHD_resume_connection(raw)
    }

    /// Everything about the request has been sent, or the client has gone.
    func end() {
        answer = nil
        makeAnswer = nil
        bodyInFlight = []
        upload.removeAll(keepingBytes: 65_536)
        inflated.removeAll(keepingBytes: 65_536)
        phase = .idle
        isHeldBack = false
        phaseStart = worker.loopNanoseconds
        peerHadFinished = false
        bytesWhenIdle = nil
        firstByteSeen = nil
    }

    // MARK: Handling

    private func handle(_ sent: UnsafeRawBufferPointer) {
        var body = sent
        if fields.first(named: "Content-Encoding")?.equalsIgnoringCase("gzip") == true {
            switch worker.codec.inflate(
                sent, into: &inflated, limit: worker.shared.limits.bodyBytes)
            {
            case .inflated: body = inflated.bytes
            case .invalid: return answerNow(.plain(400, "Request body is not valid gzip"))
            case .overLimit: return answerNow(.plain(413, "Request body is too large"))
            case .overBudget: return answerNow(.plain(503, "Too many large requests at once"))
            }
        }
        outcome.store(Outcome.open, ordering: .relaxed)
        let whole = target.bytes.bindMemory(to: UInt8.self)
        let mark = whole.firstIndex(of: 0x3F)
        let name = bytes(worker.currentMethod, strlen(worker.currentMethod))
        let request = HTTPRequest(
            connection: self,
            method: HTTPMethod(name),
            methodName: name,
            path: HTTPBytes(rebasing: whole[..<(mark ?? whole.endIndex)]),
            query: mark.map { HTTPBytes(rebasing: whole[($0 + 1)...]) },
            bodyAsSent: sent,
            body: body,
            arrivalNanoseconds: arrivalNanoseconds)
        let reply = worker.shared.handler.handle(
            request, HTTPExchange(connection: self, serial: serial))
        switch reply {
        case .now(let response): answerNow(response)
        case .later: phase = .parked
        }
    }

    var acceptsGzip: Bool { MartletServer.acceptsGzip(fields.first(named: "Accept-Encoding")) }

    private func answerNow(_ response: HTTPResponse) {
        answer = response
        phase = .answering
    }

    private func send() -> MHD_Result {
        guard var response = answer.take() ?? makeAnswer.take()?() else {
            preconditionFailure("a request reached its end without an answer")
        }
        phase = .answering
        phaseStart = worker.loopNanoseconds
        if response.canBeCompressed, acceptsGzip { response.compress(with: worker.codec) }
        if response.sendsChecksum {
            response.headers.append("x-amz-crc32", decimal: crc32(response.body))
        }
        if response.closesConnection || worker.isStopping {
            response.headers.append("Connection", "close")
        }
        bodyInFlight = response.body
        // The array is native and not changed until `end`, so its storage does not move: the
        // pointer outlives the closure by intent.
        let raw = bodyInFlight.withUnsafeBytes { body in
            response.headers.bytes.withUnsafeBytes { headers in
                martlet_http_response(
                    body.baseAddress, body.count,
                    headers.baseAddress?.assumingMemoryBound(to: CChar.self), headers.count)
            }
        }
        guard let raw else { return .NO }
        defer { MHD_destroy_response(raw) }
        return MHD_queue_response(self.raw, UInt32(response.status), raw)
    }
}

private func bytes(_ start: UnsafePointer<CChar>?, _ count: Int) -> HTTPBytes {
    guard let start else { return HTTPBytes(start: nil, count: 0) }
    return HTTPBytes(
        start: UnsafeRawPointer(start).assumingMemoryBound(to: UInt8.self), count: count)
}

extension HTTPMethod {
    init(_ name: HTTPBytes) {
        self =
            if name.equals("POST") {
                .post
            } else if name.equals("GET") {
                .get
            } else if name.equals("HEAD") {
                .head
            } else if name.equals("OPTIONS") {
                .options
            } else if name.equals("PUT") {
                .put
            } else if name.equals("DELETE") {
                .delete
            } else {
                .other
            }
    }
}
