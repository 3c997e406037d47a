import MartletClient
import MartletModel
import Testing

@testable import MartletStores

@Suite struct VectorStoreTests {
    @Test("what LlamaIndex wrote is read, and what is written has its layout")
    func layout() async throws {
        let fixture = try await StoreFixture()
        try await fixture.put("vector_store/embedding", "a", [0.1, -2, 3.25])
        try await fixture.put("vector_store/text_id_to_doc_id", "a", "d1")
        let store = try await fixture.store()
        #expect(try await store.get("a") == [0.1, -2, 3.25])
        #expect(try await store.get("b") == nil)

        let nodes = [
            VectorNode(id: "b", embedding: [0.25, 1e-7, -1], documentID: "d2"),
            VectorNode(id: "ü/#", embedding: [1, 0, 0]),
        ]
        #expect(try await store.add(nodes) == ["b", "ü/#"])
        let rows = try await fixture.client.scan(ScanRequest(table: "Nodes")).items
        let expected: Set<AttributeMap> = [
            ["collection": "vector_store/embedding", "key": "a", "value": [0.1, -2, 3.25]],
            ["collection": "vector_store/embedding", "key": "b", "value": [0.25, 1e-7, -1]],
            ["collection": "vector_store/embedding", "key": "ü/#", "value": [1, 0, 0]],
            ["collection": "vector_store/text_id_to_doc_id", "key": "a", "value": "d1"],
            ["collection": "vector_store/text_id_to_doc_id", "key": "b", "value": "d2"],
            ["collection": "vector_store/text_id_to_doc_id", "key": "ü/#", "value": .null],
        ]
        #expect(Set(rows) == expected)
    }

    @Test("a query is the cosine order of all vectors, or of those that are named")
    func exact() async throws {
        let fixture = try await StoreFixture()
        let store = try await fixture.store()
        let nodes = StoreFixture.clustered(250, seed: 3)
        try await store.add(nodes)
        let query = nodes[17].embedding
        let found = try await store.query(query, count: 10)
        #expect(found.map(\.id) == StoreFixture.nearest(query, 10, of: nodes))
        #expect(abs(found[0].similarity - 1) < 1e-5)
        #expect(try await store.query(query, count: 0).count == 250)
        let some = try await store.query(query, count: 2, among: ["node 4", "node 9", "none"])
        #expect(
            some.map(\.id)
                == StoreFixture.nearest(query, 2, of: [nodes[4], nodes[9]]))
    }

    @Test("vectors that have no direction, no dimension or other ones")
    func oddVectors() async throws {
        let fixture = try await StoreFixture()
        let store = try await fixture.store()
        try await store.add([VectorNode(id: "zero", embedding: [0, 0])])
        #expect(try await store.query([1, 0]).map(\.similarity) == [0])
        await #expect(throws: VectorStoreError.unusableVector(id: "n")) {
            try await store.add([VectorNode(id: "n", embedding: [.nan, 1])])
        }
        await #expect(throws: VectorStoreError.unusableVector(id: "e")) {
            try await store.add([VectorNode(id: "e", embedding: [])])
        }
        await #expect(throws: VectorStoreError.unusableVector(id: "zero")) {
            try await store.query([1, 0, 0])
        }
    }

    @Test("a document's nodes go, with or without an index, and nothing else does")
    func deleting() async throws {
        for kind in [nil, VectorIndexKind.lists, .service] {
            let fixture = try await StoreFixture()
            let (store, other) = (try await fixture.store(), try await fixture.store("other"))
            let nodes = StoreFixture.clustered(60, seed: 5)
            try await store.add(nodes)
            try await other.add(Array(nodes.prefix(5)))
            if let kind { try await store.buildIndex(kind) }
            try await store.delete(documentID: "document 2")
            try await store.delete(documentID: nil)
            try await store.delete(documentID: "unknown")
            let left = nodes.filter { $0.documentID != nil && $0.documentID != "document 2" }
            let found = try await store.query(nodes[0].embedding, count: 100)
            #expect(Set(found.map(\.id)) == Set(left.map(\.id)))
            #expect(try await other.query(nodes[0].embedding, count: 100).count == 5)
            #expect(try await store.repairIndex() == VectorIndexRepair())
        }
    }

    @Test("a table without a sort key is refused")
    func unusable() async throws {
        let fixture = try await StoreFixture()
        try await fixture.client.createTable(
            CreateTableRequest(table: "Plain", partitionKey: KeyAttribute("id", .string)))
        await #expect(throws: VectorStoreError.unusableTable("Plain")) {
            try await DynamoDBVectorStore.open(table: "Plain", client: fixture.client)
        }
    }
}
