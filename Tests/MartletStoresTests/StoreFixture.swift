// A server of this process with the table that LlamaIndex makes, and vectors in clusters.

@testable import MartletClient
import MartletEngine
import MartletKeyValue
import MartletModel
import MartletServer
import Synchronization
import Testing

@testable import MartletStores

final class StoreFixture {
    let engine: Engine
    let server: Server
    let client: DynamoDBClient

    init() async throws {
        engine = try Engine(store: MemoryStore())
        var options = ServerOptions()
        options.http.port = 0
        server = try Server.start(engine, options)
        var clientOptions = ClientOptions()
        clientOptions.connectionLimit = 4
        client = try DynamoDBClient(
            ClientConfiguration(
                endpoint: "http://127.0.0.1:\(server.port)", region: "us-east-1",
                credentials: .local), options: clientOptions)
        try await client.createTable(
            CreateTableRequest(
                table: "Nodes", partitionKey: KeyAttribute("collection", .string),
                sortKey: KeyAttribute("key", .string)))
    }

    deinit {
        client.close()
        server.stop()
        try? engine.close()
    }

    func store(
        _ namespace: String = "vector_store", client: DynamoDBClient? = nil
    ) async throws -> DynamoDBVectorStore {
        try await DynamoDBVectorStore.open(
            table: "Nodes", namespace: namespace, client: client ?? self.client)
    }

    /// Puts a row as LlamaIndex does.
    func put(_ collection: String, _ key: String, _ value: AttributeValue) async throws {
        try await client.putItem(
            PutItemRequest(
                table: "Nodes",
                item: [
                    "collection": .string(Text(collection)), "key": .string(Text(key)),
                    "value": value,
                ]))
    }

    /// Vectors around a few centres.
    static func clustered(_ count: Int, dimensions: Int = 16, seed: UInt64) -> [VectorNode] {
        var generator = Mixer(state: seed)
        let centres = (0..<20).map { _ in
            (0..<dimensions).map { _ in Float.random(in: -1...1, using: &generator) }
        }
        return (0..<count).map { number in
            let centre = centres.randomElement(using: &generator)!
            return VectorNode(
                id: "node \(number)",
                embedding: centre.map { $0 + Float.random(in: -0.3...0.3, using: &generator) },
                documentID: number % 5 == 4 ? nil : "document \(number % 5)")
        }
    }

    /// The nearest of some nodes, the slow way.
    static func nearest(_ query: [Float], _ count: Int, of nodes: [VectorNode]) -> [String] {
        func cosine(_ left: [Float], _ right: [Float]) -> Double {
            var (product, first, second) = (0.0, 0.0, 0.0)
            for (a, b) in zip(left, right) {
                product += Double(a) * Double(b)
                first += Double(a) * Double(a)
                second += Double(b) * Double(b)
            }
            return product / (first * second).squareRoot()
        }
        return nodes.map { ($0.id, cosine(query, $0.embedding)) }
            .sorted { $0.1 > $1.1 }.prefix(count).map(\.0)
    }
}

/// A network that fails now and then, before or after the request was carried out.
final class UnreliableTransport: HTTPTransport {
    private let inner: CurlTransport
    private let generator: Mutex<Mixer>

    init(url: String, seed: UInt64) {
        inner = CurlTransport(url: url + "/", options: ClientOptions())
        generator = Mutex(Mixer(state: seed))
    }

    func post(
        headers: [(name: String, value: String)], body: [UInt8]
    ) throws(TransportError) -> HTTPAnswer {
        let die = generator.withLock { Int.random(in: 0..<10, using: &$0) }
        if die == 0 { throw TransportError(reason: .broken, message: "before") }
        let answer = try inner.post(headers: headers, body: body)
        if die == 1 { throw TransportError(reason: .broken, message: "after") }
        if die == 2 {
            return HTTPAnswer(
                status: 400, body: Array(#"{"__type":"x#ThrottlingException"}"#.utf8))
        }
        return answer
    }
}
