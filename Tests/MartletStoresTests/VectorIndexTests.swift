import MartletClient
import MartletModel
import Testing

@testable import MartletStores

@Suite struct VectorIndexTests {
    func recall(
        _ store: DynamoDBVectorStore, _ nodes: [VectorNode], queries: Int
    ) async throws -> Double {
        var hits = 0
        for number in 0..<queries {
            let query = nodes[number * nodes.count / queries].embedding
            let found = Set(try await store.query(query, count: 10).map(\.id))
            hits += found.intersection(StoreFixture.nearest(query, 10, of: nodes)).count
        }
        return Double(hits) / Double(10 * queries)
    }

    @Test("lists find nineteen of twenty and read a small part of the table")
    func lists() async throws {
        let fixture = try await StoreFixture()
        let store = try await fixture.store()
        let nodes = StoreFixture.clustered(2000, dimensions: 32, seed: 11)
        try await store.add(nodes)
        var before = fixture.client.statistics
        _ = try await store.query(nodes[0].embedding, count: 10)
        let wholeBytes = fixture.client.statistics.bytesReceived - before.bytesReceived

        try await store.buildIndex(.lists)
        _ = try await store.query(nodes[0].embedding, count: 10)
        before = fixture.client.statistics
        let recall = try await recall(store, nodes, queries: 40)
        let bytes = (fixture.client.statistics.bytesReceived - before.bytesReceived) / 40
        #expect(recall >= 0.95)
        #expect(bytes * 10 < wholeBytes)
    }

    @Test("the endpoint's own index is used where there is one")
    func service() async throws {
        let fixture = try await StoreFixture()
        let store = try await fixture.store()
        let nodes = StoreFixture.clustered(400, seed: 12)
        try await store.add(nodes)
        try await store.buildIndex()
        let index = try #require(try await store.state()?.current)
        #expect(index.lists == 0)
        let requests = fixture.client.statistics.requests
        #expect(try await recall(store, nodes, queries: 10) >= 0.95)
        // The state, the search, the truth of what it found.
        #expect(fixture.client.statistics.requests - requests == 30)
    }

    @Test(
        "what is added, replaced and deleted after an index was made is found, or not, as it should"
    )
    func changes() async throws {
        for kind in [VectorIndexKind.lists, .service] {
            let fixture = try await StoreFixture()
            let store = try await fixture.store()
            var nodes = StoreFixture.clustered(300, seed: 13)
            try await store.add(nodes)
            try await store.buildIndex(kind)
            let later = StoreFixture.clustered(200, seed: 14).map { node in
                VectorNode(id: "later \(node.id)", embedding: node.embedding)
            }
            try await store.add(later)
            // Each takes the place that its successor had.
            let moved = (0..<50).map { number in
                VectorNode(id: nodes[number].id, embedding: nodes[number + 50].embedding)
            }
            try await store.add(moved)
            try await store.delete(ids: (100..<150).map { nodes[$0].id })
            nodes.replaceSubrange(0..<50, with: moved)
            nodes.removeSubrange(100..<150)
            nodes += later
            let found = try await store.query(nodes[0].embedding, count: 1000)
            #expect(Set(found.map(\.id)) == Set(nodes.map(\.id)))
            let repair = try await store.repairIndex()
            #expect(repair == VectorIndexRepair())
        }
    }

    @Test("making an index anew follows what the namespace has become, and leaves no old rows")
    func rebuilding() async throws {
        let fixture = try await StoreFixture()
        let store = try await fixture.store()
        try await store.add(StoreFixture.clustered(100, seed: 15))
        for _ in 0..<3 { try await store.buildIndex(.lists) }
        let nodes = StoreFixture.clustered(100, seed: 15)
        let found = try await store.query(nodes[0].embedding, count: 100)
        #expect(found.count == 100)
        let rows = try await fixture.client.scan(ScanRequest(table: "Nodes")).items
        // Vectors, owners, hints of this generation and of the one before, two rows of centroids and
        // the centroids of the first, and the state.
        #expect(rows.count == 404)
    }

    @Test("rows that LlamaIndex wrote after the index was made are found after a repair")
    func repairing() async throws {
        let fixture = try await StoreFixture()
        let store = try await fixture.store()
        try await store.add(StoreFixture.clustered(50, dimensions: 2, seed: 16))
        try await store.buildIndex(.lists)
        try await fixture.put("vector_store/embedding", "theirs", [0.6, 0.8])
        let index = try #require(try await store.state()?.current)
        try await fixture.client.putItem(
            PutItemRequest(
                table: "Nodes",
                item: store.row(
                    store.listRows(index.number, 0), "nobody", "vector",
                    DynamoDBVectorStore.packed([1, 0]))))
        let before = try await store.query([0.6, 0.8], count: 50).map(\.id)
        #expect(!before.contains("nobody"))
        #expect(try await store.repairIndex() == VectorIndexRepair(missing: 1, stale: 1))
        #expect(try await store.query([0.6, 0.8], count: 51).map(\.id).contains("theirs"))
        #expect(try await store.repairIndex() == VectorIndexRepair())
    }

    @Test(
        "adding, deleting and indexing at the same time over a failing network loses nothing",
        arguments: [21, 22, 23] as [UInt64])
    func concurrent(seed: UInt64) async throws {
        let fixture = try await StoreFixture()
        var options = ClientOptions()
        options.retries.attempts = 30
        options.retries.base = .milliseconds(1)
        options.retries.longest = .milliseconds(5)
        options.retries.budget = nil
        let url = fixture.client.configuration.endpoint
        let client = try #require(
            DynamoDBClient(
                fixture.client.configuration, options: options,
                transport: UnreliableTransport(url: url, seed: seed), clock: SystemClock()))
        let store = try await fixture.store(client: client)
        let nodes = StoreFixture.clustered(300, seed: seed)
        try await store.add(Array(nodes[..<100]))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await store.buildIndex(.lists) }
            for part in 0..<4 {
                group.addTask {
                    let range = 100 + part * 50..<150 + part * 50
                    for start in stride(from: range.lowerBound, to: range.upperBound, by: 10) {
                        try await store.add(Array(nodes[start..<start + 10]))
                    }
                    // Gone and back again, while the others do the same with what they have.
                    let ids = nodes[range].prefix(10).map(\.id)
                    try await store.delete(ids: Array(ids))
                    try await store.add(Array(nodes[range].prefix(10)))
                }
            }
            group.addTask { try await store.delete(ids: nodes[..<50].map(\.id)) }
            try await group.waitForAll()
        }
        let found = try await store.query(nodes[0].embedding, count: 1000)
        #expect(Set(found.map(\.id)) == Set(nodes[50...].map(\.id)), "seed \(seed)")
        #expect(try await store.repairIndex().missing == 0, "seed \(seed)")
    }

    @Test("k-means is the same for the same seed, and every vector is in its nearest list")
    func centroids() throws {
        let vectors = StoreFixture.clustered(500, seed: 31).map { Direction($0.embedding)!.unit }
        let first = Centroids(of: vectors, count: 20, rounds: 5, seed: 9)
        #expect(first == Centroids(of: vectors, count: 20, rounds: 5, seed: 9))
        #expect(first.count == 20)
        for vector in vectors.prefix(50) {
            let ranked = first.ranked(for: vector)
            #expect(ranked[0] == first.list(of: vector))
            #expect(ranked.sorted() == Array(0..<20))
        }
        let few = Centroids(of: Array(vectors.prefix(3)), count: 20, rounds: 2, seed: 1)
        #expect(few.count == 3)
    }

    @Test("a state is what its row says, and an older one replaces nothing")
    func states() async throws {
        let fixture = try await StoreFixture()
        let store = try await fixture.store()
        #expect(try await store.state() == nil)
        let generation = IndexState.Generation(number: 1, dimensions: 2, lists: 3, probes: 2)
        let first = try await store.replace(IndexState()) { $0.building = generation }
        let second = try await store.replace(first) { state in
            state.current = state.building
            state.building = nil
        }
        #expect(try await store.state() == second)
        await #expect(throws: VectorStoreError.indexChanged) {
            _ = try await store.replace(first) { $0.current = nil }
        }
        #expect(try await store.state() == second)
    }

    @Test("of two that make an index at the same time, one is told, and the other's index is whole")
    func builders() async throws {
        let fixture = try await StoreFixture()
        let store = try await fixture.store()
        let nodes = StoreFixture.clustered(200, seed: 41)
        try await store.add(nodes)
        let failures = await withTaskGroup(of: VectorStoreError?.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    do throws(VectorStoreError) {
                        try await store.buildIndex(.lists)
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            var failures: [VectorStoreError] = []
            for await failure in group { if let failure { failures.append(failure) } }
            return failures
        }
        #expect(failures.count < 3)
        #expect(failures.allSatisfy { $0 == .indexChanged })
        #expect(try await store.query(nodes[0].embedding, count: 1000).count == 200)
        #expect(try await store.repairIndex().missing == 0)
    }

    @Test("an index of nothing is refused")
    func nothing() async throws {
        let fixture = try await StoreFixture()
        let store = try await fixture.store()
        await #expect(throws: VectorStoreError.nothingToIndex) {
            try await store.buildIndex(.lists)
        }
    }
}
