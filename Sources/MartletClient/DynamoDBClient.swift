// A client of DynamoDB's API, AWS's or any other's. A call is signed, sent, retried by the policy
// and read; calls are independent and may be made from any number of tasks.
//
// `async` is the edge: libcurl blocks, so that the calls of tasks are made on threads of the
// client's own, at most `ClientOptions.connectionLimit`, which are started as they are needed and
// end with the client. Threads that may block can call without going over those (`perform`).

internal import MartletSigV4
internal import MartletWire
internal import Synchronization

/// Calls the operations of one endpoint.
///
///     let client = try DynamoDBClient(.load())
///     try await client.putItem(PutItemRequest(table: "Notes", item: ["id": "1", "text": "Hi"]))
public final class DynamoDBClient: Sendable {
    public let configuration: ClientConfiguration
    private let policy: RetryPolicy
    private let signer: SigV4Signer
    private let endpoint: EndpointURL
    private let transport: any HTTPTransport
    private let clock: any ClientClock
    private let budget: Mutex<RetryBudget>
    private let counts = Mutex(ClientStatistics())
    private let threads: CallThreads

    public convenience init(
        _ configuration: ClientConfiguration, options: ClientOptions = ClientOptions()
    ) throws(ConfigurationError) {
        guard let endpoint = EndpointURL(configuration.endpoint) else {
            throw .malformedValue("the endpoint")
        }
        self.init(
            configuration, endpoint, options: options,
            transport: CurlTransport(url: endpoint.url, options: options), clock: SystemClock())
    }

    /// A client with another network and another time.
    package convenience init?(
        _ configuration: ClientConfiguration, options: ClientOptions,
        transport: any HTTPTransport, clock: any ClientClock
    ) {
        guard let endpoint = EndpointURL(configuration.endpoint) else { return nil }
        self.init(configuration, endpoint, options: options, transport: transport, clock: clock)
    }

    private init(
        _ configuration: ClientConfiguration, _ endpoint: EndpointURL, options: ClientOptions,
        transport: any HTTPTransport, clock: any ClientClock
    ) {
        self.configuration = configuration
        self.endpoint = endpoint
        self.transport = transport
        self.clock = clock
        policy = options.retries
        budget = Mutex(RetryBudget(options.retries))
        signer = SigV4Signer(
            credential: configuration.credentials.signing, region: configuration.region,
            service: "dynamodb")
        threads = CallThreads(limit: options.connectionLimit)
    }

    deinit { threads.stop() }

    /// Takes no more calls: they fail with `closed`. What was begun goes on.
    public func close() { threads.stop() }

    /// What was sent and received so far.
    public var statistics: ClientStatistics { counts.withLock { $0 } }

    /// Calls any operation: a request's JSON for an answer's.
    ///
    ///     try await client.call("DescribeLimits", "{}")
    public func call(
        _ operation: String, _ json: String
    ) async throws(ClientError) -> String {
        let body = Array(json.utf8)
        return try await onThread { isCancelled throws(ClientError) in
            let answer = try self.send(operation, body, isOver: isCancelled)
            return String(decoding: answer, as: UTF8.self)
        }
    }

    /// Runs `body` on one of the client's threads. `body` is told whether the task was cancelled.
    func onThread<Answer: Sendable>(
        _ body: @escaping @Sendable (() -> Bool) throws(ClientError) -> Answer
    ) async throws(ClientError) -> Answer {
        let call = CallThreads.Call()
        let result: Result<Answer, ClientError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isTaken = threads.run {
                    do throws(ClientError) {
                        if call.isCancelled { throw .cancelled }
                        continuation.resume(returning: .success(try body { call.isCancelled }))
                    } catch {
                        continuation.resume(returning: .failure(error))
                    }
                }
                if !isTaken { continuation.resume(returning: .failure(.closed)) }
            }
        } onCancel: {
            call.cancel()
        }
        return try result.get()
    }

    /// Sends one request until it succeeds or retries are at their end. Blocks.
    ///
    /// - Parameter isOver: asked between attempts; when true, the call ends as `cancelled`.
    package func send(
        _ operation: String, _ body: [UInt8], isOver: () -> Bool = { false }
    ) throws(ClientError) -> [UInt8] {
        var attempt = 1
        var lastCost: Int?
        while true {
            do throws(ClientError) {
                let answer = try attemptOnce(operation, body)
                budget.withLock { $0.giveBack(lastCost) }
                return answer
            } catch {
                let cost = RetryBudget.cost(after: error)
                guard error.isRetryable, attempt < policy.attempts,
                    budget.withLock({ $0.take(cost) })
                else { throw error }
                lastCost = cost
                counts.withLock { $0.retries += 1 }
                clock.pause(
                    policy.pause(after: attempt, fraction: clock.fraction()), until: isOver)
                if isOver() { throw .cancelled }
                attempt += 1
            }
        }
    }

    /// Waits as after a failed attempt, for what an answer leaves undone. Blocks.
    package func pause(after attempt: Int, isOver: () -> Bool = { false }) {
        clock.pause(policy.pause(after: attempt, fraction: clock.fraction()), until: isOver)
    }

    var attemptLimit: Int { policy.attempts }

    private func attemptOnce(
        _ operation: String, _ body: [UInt8]
    ) throws(ClientError) -> [UInt8] {
        var headers: [SigV4Signer.Header] = [
            ("Host", endpoint.host), ("Content-Type", "application/x-amz-json-1.0"),
            ("X-Amz-Target", "DynamoDB_20120810.\(operation)"),
        ]
        headers += body.withUnsafeBytes { bytes in
            signer.headers(
                signing: "POST", path: endpoint.path, headers: headers, body: bytes,
                at: clock.epochSeconds)
        }
        let answer: HTTPAnswer
        do throws(TransportError) {
            counts.withLock { counts in
                counts.requests += 1
                counts.bytesSent += body.count
            }
            answer = try transport.post(headers: headers, body: body)
        } catch {
            throw .transport(error)
        }
        counts.withLock { $0.bytesReceived += answer.body.count }
        guard answer.status == 200 else { throw .service(ServiceError(answer)) }
        return answer.body
    }
}

/// What a client sent and received: every attempt, bodies only.
public struct ClientStatistics: Sendable, Equatable {
    public var requests = 0
    /// How many of them were attempts after the first.
    public var retries = 0
    public var bytesSent = 0
    public var bytesReceived = 0
}
