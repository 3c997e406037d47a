// A server of this process, and clients whose network fails as a test says.

@testable import MartletClient
import MartletEngine
import MartletKeyValue
import MartletModel
import MartletSealing
import MartletServer
import Synchronization

@testable import MartletSealedTables

/// What becomes of one request.
enum Fate: Sendable {
    case carriedOut
    /// Lost on the way there.
    case lost
    /// Carried out, but the answer is lost.
    case unanswered
    /// No answer; it is carried out when the test says so.
    case held
    case error(String, status: Int)
}

final class TappedTransport: HTTPTransport {
    typealias Rule = @Sendable (_ number: Int, _ operation: String) -> Fate

    struct Request: Sendable {
        var operation: String
        var headers: [(name: String, value: String)]
        var body: [UInt8]
        var answerBytes = 0
    }

    private let inner: CurlTransport
    private let rule: Rule
    private let seen = Mutex<[Request]>([])
    private let waiting = Mutex<[Request]>([])

    init(url: String, _ rule: @escaping Rule) {
        inner = CurlTransport(url: url + "/", options: ClientOptions())
        self.rule = rule
    }

    /// In their order.
    var requests: [Request] { seen.withLock { $0 } }
    func forgetRequests() { seen.withLock { $0 = [] } }

    /// Carries out what was held.
    func release() {
        for request in waiting.withLock({ $0 }) {
            _ = try? inner.post(headers: request.headers, body: request.body)
        }
    }

    func post(
        headers: [(name: String, value: String)], body: [UInt8]
    ) throws(TransportError) -> HTTPAnswer {
        let target = headers.first { $0.name == "X-Amz-Target" }!.value
        let request = Request(
            operation: String(target.split(separator: ".").last!), headers: headers, body: body)
        let number = seen.withLock { seen in
            seen.append(request)
            return seen.count - 1
        }
        switch rule(number, request.operation) {
        case .carriedOut:
            let answer = try inner.post(headers: headers, body: body)
            seen.withLock { if number < $0.count { $0[number].answerBytes = answer.body.count } }
            return answer
        case .lost: throw TransportError(reason: .broken, message: "lost")
        case .unanswered:
            _ = try inner.post(headers: headers, body: body)
            throw TransportError(reason: .timedOut, message: "unanswered")
        case .held:
            waiting.withLock { $0.append(request) }
            throw TransportError(reason: .timedOut, message: "held")
        case .error(let code, let status):
            return HTTPAnswer(
                status: status, body: Array("{\"__type\":\"com.amazonaws#\(code)\"}".utf8))
        }
    }
}

/// Pauses take no time.
struct HastyClock: ClientClock {
    var epochSeconds: Int64 { SystemClock().epochSeconds }
    func fraction() -> Double { 0.5 }
    func pause(_ duration: Duration, until isOver: () -> Bool) {}
}

final class TableFixture {
    static let index = [UInt8](repeating: 0xA5, count: 16)

    let engine: Engine
    let server: Server
    let key = Secret.random()

    init(_ traffic: TrafficOptions = TrafficOptions()) throws {
        var engineOptions = EngineOptions()
        engineOptions.traffic = traffic
        engine = try Engine(store: MemoryStore(), options: engineOptions)
        var options = ServerOptions()
        options.http.port = 0
        server = try Server.start(engine, options)
    }

    deinit {
        server.stop()
        try? engine.close()
    }

    func transport(
        _ rule: @escaping TappedTransport.Rule = { _, _ in .carriedOut }
    ) -> TappedTransport {
        TappedTransport(url: "http://127.0.0.1:\(server.port)", rule)
    }

    func client(_ transport: TappedTransport, attempts: Int = 3) -> DynamoDBClient {
        var options = ClientOptions()
        options.retries.attempts = attempts
        options.retries.budget = nil
        return DynamoDBClient(
            ClientConfiguration(
                endpoint: "http://127.0.0.1:\(server.port)", region: "us-east-1",
                credentials: .local), options: options, transport: transport, clock: HastyClock())!
    }

    /// A store of the only index.
    func create(
        _ transport: TappedTransport? = nil, local: MemoryStore = MemoryStore()
    ) throws -> SealedStore {
        let table = try SealedTable(
            opening: "Sealed", client: client(transport ?? self.transport()))
        let storage = TableSealedStorage(
            table, index: Self.index, local: local, parts: MemorySideParts())
        return try SealedStore(creatingIn: storage, Keyring(owner: key, settings: []))
    }

    func open(
        _ transport: TappedTransport? = nil, attempts: Int = 3, local: MemoryStore = MemoryStore(),
        parts: MemorySideParts = MemorySideParts()
    ) throws -> SealedStore {
        let table = try SealedTable(
            opening: "Sealed", client: client(transport ?? self.transport(), attempts: attempts))
        let storage = TableSealedStorage(table, index: Self.index, local: local, parts: parts)
        try storage.refresh()
        return try SealedStore(opening: storage, key: key)
    }
}

/// What is in a store, as it would be found by an opening later.
func copy(_ store: MemoryStore) throws -> MemoryStore {
    MemoryStore(contentsOf: try store.memorySnapshot())
}

func contents(of store: some KeyValueReadable) throws -> [[UInt8]: [UInt8]] {
    var rows: [[UInt8]: [UInt8]] = [:]
    let cursor = try store.cursor(over: .all, .forward)
    while let (key, value) = try cursor.next() { rows[key] = value }
    return rows
}

func put(_ store: SealedStore, _ rows: [(String, [UInt8])]) throws(StorageError) {
    var batch = WriteBatch()
    for (key, value) in rows { batch.put(Array(key.utf8), value) }
    try store.commit(batch, .sync)
}
