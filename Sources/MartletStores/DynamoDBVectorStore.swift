// Vectors of a namespace in a DynamoDB table, in the layout of LlamaIndex's DynamoDBVectorStore, so
// that either program reads and writes what the other wrote:
//
//   hash key                          range key    attributes
//   <namespace>/embedding             node id      value: list of numbers
//   <namespace>/text_id_to_doc_id     node id      value: the document's id, or NULL
//   <namespace>/index                 meta         what index there is (`IndexState`)
//   <namespace>/index                 <gen>/<part> centroids, of an index of lists
//   <namespace>/index/<gen>/<list>    node id      vector: 32-bit floats, little-endian
//   <namespace>/index/search          node id      vector: list of numbers, for SearchVectors
//
// The first two are the truth. All others are hints: a search takes candidates from them, reads the
// candidates' truth, and answers with nothing else; so a hint that is stale or one too many costs a
// little and is never seen. What is missed would be a vector without its hint, and every way to
// write is ordered against that:
//
//   * adding puts the hint, then the truth, and deleting takes the truth, then the hint: broken off
//     anywhere, no truth lacks its hint;
//   * both end by reading the truth and the index's state again and putting what hints lack
//     (`settle`): of two at the same time, the later reading sees the other's writing.
//
// Rows that LlamaIndex wrote while there was an index have no hints until `repairIndex`.
//
// Thread safety: any task. Similarities are cosines in [-1, 1]; of a zero vector, 0.

public import MartletClient
internal import MartletModel
internal import Synchronization

/// A node's vector and the document that the node is of.
public struct VectorNode: Sendable, Equatable {
    public var id: String
    public var embedding: [Float]
    public var documentID: String?

    public init(id: String, embedding: [Float], documentID: String? = nil) {
        self.id = id
        self.embedding = embedding
        self.documentID = documentID
    }
}

public struct VectorStoreMatch: Sendable, Equatable {
    public var id: String
    public var similarity: Float
}

public enum VectorStoreError: Error, Sendable, Equatable {
    case client(ClientError)
    /// The table's key is not two strings.
    case unusableTable(String)
    /// A vector has another number of dimensions than those of the index, or none, or a number that
    /// is not finite.
    case unusableVector(id: String?)
    /// A row of the store is not in its layout.
    case malformedRow
    /// There is nothing to make an index of.
    case nothingToIndex
    /// The endpoint has no vector indexes, or refuses one for this table.
    case noServiceIndex
    /// Somebody else changed the index while it was being made.
    case indexChanged
}

public final class DynamoDBVectorStore: Sendable {
    public let table: String
    public let namespace: String
    let client: DynamoDBClient
    let hashName: Text
    let rangeName: Text
    /// Of the generations that were read; they never change.
    let centroids = Mutex<[Int: Centroids]>([:])

    private init(
        _ client: DynamoDBClient, table: String, namespace: String, hash: Text, range: Text
    ) {
        self.client = client
        self.table = table
        self.namespace = namespace
        hashName = hash
        rangeName = range
    }

    /// Opens the store in a table that is there, also one that LlamaIndex filled.
    public static func open(
        table: String, namespace: String = "vector_store", client: DynamoDBClient
    ) async throws(VectorStoreError) -> DynamoDBVectorStore {
        let description = try await calling { () async throws(ClientError) in
            try await client.describeTable(table)
        }
        guard let range = description.sortKey, !description.partitionKey.isEmpty else {
            throw .unusableTable(table)
        }
        return DynamoDBVectorStore(
            client, table: table, namespace: namespace, hash: Text(description.partitionKey),
            range: Text(range))
    }

    // MARK: Reading

    /// The vector of a node; nil when it is not there.
    public func get(_ id: String) async throws(VectorStoreError) -> [Float]? {
        let item = try await calling { () async throws(ClientError) in
            try await client.getItem(
                GetItemRequest(
                    table: table, key: key(embeddings, id), isConsistent: true))
        }
        guard let item else { return nil }
        return try vector(of: item)
    }

    /// The nodes nearest to a vector, the nearest first.
    ///
    /// - Parameters:
    ///   - count: how many; 0: all.
    ///   - ids: only these; empty: any, as in LlamaIndex.
    ///   - isExact: compares with every vector, also where there is an index.
    public func query(
        _ embedding: [Float], count: Int = 1, among ids: [String] = [], isExact: Bool = false
    ) async throws(VectorStoreError) -> [VectorStoreMatch] {
        let query = Direction(embedding)
        guard let query else { throw .unusableVector(id: nil) }
        if !ids.isEmpty { return try await nearest(query, count, of: Array(Set(ids))) }
        if !isExact, count > 0, let index = try await state()?.current {
            return try await search(query, count, in: index)
        }
        var best = Best(count > 0 ? count : .max)
        try await eachRow(of: embeddings) { row throws(VectorStoreError) in
            guard let id = row.id else { return }
            best.add(id, try query.similarity(to: try vector(of: row.item), of: id))
        }
        return best.matches
    }

    /// The best of some nodes, by the truth.
    func nearest(
        _ query: Direction, _ count: Int, of ids: [String]
    ) async throws(VectorStoreError) -> [VectorStoreMatch] {
        var best = Best(count > 0 ? count : .max)
        for (id, vector) in try await truth(of: ids) {
            best.add(id, try query.similarity(to: vector, of: id))
        }
        return best.matches
    }

    /// The vectors of those that are there, as last answered.
    func truth(of ids: [String]) async throws(VectorStoreError) -> [String: [Float]] {
        let keys = ids.map { key(embeddings, $0) }
        let items = try await calling { () async throws(ClientError) in
            try await client.batchGet(keys, from: table, isConsistent: true)
        }
        var found: [String: [Float]] = [:]
        for item in items {
            guard case .string(let id) = item[rangeName] else { throw .malformedRow }
            found[id.string] = try vector(of: item)
        }
        return found
    }

    // MARK: Writing

    /// Adds nodes; those that are there are replaced. When it throws, some may have been added; adding
    /// them again completes it.
    ///
    /// - Returns: their ids, in order. Of several nodes with one id the last counts.
    @discardableResult
    public func add(_ nodes: [VectorNode]) async throws(VectorStoreError) -> [String] {
        for node in nodes where Direction(node.embedding) == nil {
            throw .unusableVector(id: node.id)
        }
        var last: [String: VectorNode] = [:]
        for node in nodes { last[node.id] = node }
        let all = last.values.sorted { $0.id < $1.id }
        var start = 0
        while start < all.count {
            let piece = all[start..<min(start + Self.pieceNodes, all.count)]
            start += Self.pieceNodes
            try await addPiece(Array(piece))
        }
        return nodes.map(\.id)
    }

    private static let pieceNodes = 100

    private func addPiece(_ nodes: [VectorNode]) async throws(VectorStoreError) {
        let vectors = Dictionary(uniqueKeysWithValues: nodes.map { ($0.id, $0.embedding) })
        let state = try await state()
        var old: [String: [Float]] = [:]
        if let state {
            old = try await truth(of: nodes.map(\.id))
            try await write(try await hints(of: vectors, in: state).map { .put($0.item) })
        }
        try await write(
            nodes.map { node in
                .put(row(embeddings, node.id, "value", .list(Self.numbers(node.embedding))))
            })
        try await write(
            nodes.map { node in
                let owner = node.documentID.map { AttributeValue.string(Text($0)) } ?? .null
                return .put(row(owners, node.id, "value", owner))
            })
        if let state, !old.isEmpty {
            // What the new vectors' hints have not replaced.
            let new = Set(try await hints(of: vectors, in: state).map(\.key))
            let stale = try await hints(of: old, in: state).map(\.key).filter { !new.contains($0) }
            try await write(stale.map { .delete($0) })
        }
        try await settle(nodes.map(\.id))
    }

    /// Deletes the nodes of a document; nil: those that have none. Reads who belongs to whom, of all
    /// nodes, and no vector of another document.
    public func delete(documentID: String?) async throws(VectorStoreError) {
        let wanted = documentID.map { AttributeValue.string(Text($0)) } ?? .null
        var ids: [String] = []
        try await eachRow(of: owners) { row throws(VectorStoreError) in
            if let id = row.id, row.item["value"] == wanted { ids.append(id) }
        }
        try await delete(ids: ids)
    }

    /// Deletes nodes by their ids; unknown ones are passed over.
    public func delete(ids: [String]) async throws(VectorStoreError) {
        var rest = Array(Set(ids)).sorted()[...]
        while !rest.isEmpty {
            let piece = Array(rest.prefix(Self.pieceNodes))
            rest = rest.dropFirst(Self.pieceNodes)
            let state = try await state()
            let old = state == nil ? [:] : try await truth(of: piece)
            try await write(piece.map { .delete(key(embeddings, $0)) })
            // The owner last but for hints: a deletion that is broken off finds its nodes again.
            if let state {
                try await write(try await hints(of: old, in: state).map { .delete($0.key) })
            }
            try await write(piece.map { .delete(key(owners, $0)) })
            try await settle(piece)
        }
    }

    /// Puts what hints these nodes lack, by their truth and the index's state as they are now. Both are
    /// read again until the state did not change in between.
    func settle(_ ids: [String]) async throws(VectorStoreError) {
        var seen: IndexState?
        while let state = try await state(), state != seen {
            seen = state
            let due = try await hints(of: try await truth(of: ids), in: state)
            let keys = due.map(\.key)
            let present = try await calling { () async throws(ClientError) in
                try await client.batchGet(
                    keys, from: table, projection: "#h, #r",
                    names: ["#h": hashName.string, "#r": rangeName.string], isConsistent: true)
            }
            let there = Set(present)
            try await write(due.filter { !there.contains($0.key) }.map { .put($0.item) })
        }
    }

    func write(_ writes: [BatchWrite]) async throws(VectorStoreError) {
        if writes.isEmpty { return }
        try await calling { () async throws(ClientError) in
            try await client.batchWrite(writes, to: table)
        }
    }
}

/// A call of the client, whose failure becomes the store's.
func calling<Answer>(
    _ body: () async throws(ClientError) -> Answer
) async throws(VectorStoreError) -> Answer {
    do throws(ClientError) { return try await body() } catch { throw .client(error) }
}
