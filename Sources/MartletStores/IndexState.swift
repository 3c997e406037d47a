// What index a namespace has: one row, replaced as a whole and only by who saw its last version.
//
// A generation is an index that was made at one time. While the next is being made its hints are
// written beside the current one's. The one before is kept until the next is made, because a search
// may still be in it. Numbers of generations are never used again.

internal import MartletClient
internal import MartletModel
internal import Synchronization

struct IndexState: Sendable, Equatable {
    struct Generation: Sendable, Equatable {
        var number: Int
        var dimensions: Int
        /// Lists; 0: the endpoint's own vector index searches.
        var lists: Int
        /// Lists that a search reads.
        var probes: Int
    }

    var version: Int
    var current: Generation?
    var building: Generation?
    var previous: Generation?

    /// Those that get hints.
    var written: [Generation] { [current, building].compactMap(\.self) }

    init() { version = 0 }

    init(_ item: AttributeMap) throws(VectorStoreError) {
        guard case .number(let version)? = item["version"], let version = version.integer else {
            throw .malformedRow
        }
        self.version = version
        current = try Self.generation(item["current"])
        building = try Self.generation(item["building"])
        previous = try Self.generation(item["previous"])
    }

    private static func generation(
        _ value: AttributeValue?
    ) throws(VectorStoreError) -> Generation? {
        guard let value else { return nil }
        guard case .map(let map) = value else { throw .malformedRow }
        func number(_ name: Text) throws(VectorStoreError) -> Int {
            guard case .number(let number)? = map[name], let integer = number.integer else {
                throw .malformedRow
            }
            return integer
        }
        return Generation(
            number: try number("number"), dimensions: try number("dimensions"),
            lists: try number("lists"), probes: try number("probes"))
    }

    /// The row's attributes but for its key.
    var attributes: AttributeMap {
        var attributes: AttributeMap = ["version": .number(DecimalNumber(version))]
        for (name, generation) in [
            ("current" as Text, current), ("building", building), ("previous", previous),
        ] {
            guard let generation else { continue }
            attributes[name] = .map([
                "number": .number(DecimalNumber(generation.number)),
                "dimensions": .number(DecimalNumber(generation.dimensions)),
                "lists": .number(DecimalNumber(generation.lists)),
                "probes": .number(DecimalNumber(generation.probes)),
            ])
        }
        return attributes
    }
}

/// A row that leads to a node.
struct Hint: Sendable {
    var id: String
    var key: AttributeMap
    var item: AttributeMap
}

extension DynamoDBVectorStore {
    /// As last answered; nil when there never was an index.
    func state() async throws(VectorStoreError) -> IndexState? {
        let item = try await calling { () async throws(ClientError) in
            try await client.getItem(
                GetItemRequest(table: table, key: key(indexRows, "meta"), isConsistent: true))
        }
        return try item.map { item throws(VectorStoreError) in try IndexState(item) }
    }

    /// Replaces the state that was last read by one that `change` makes of it.
    func replace(
        _ old: IndexState, _ change: (inout IndexState) -> Void
    ) async throws(VectorStoreError) -> IndexState {
        var new = old
        change(&new)
        new.version = old.version + 1
        var item = key(indexRows, "meta")
        for entry in new.attributes { item[entry.name] = entry.value }
        let condition: WriteCondition =
            old.version == 0 ? "attribute_not_exists(#v)" : "#v = :v"
        let request = PutItemRequest(
            table: table, item: item, condition: condition, names: ["#v": "version"],
            values: old.version == 0 ? [:] : [":v": .number(DecimalNumber(old.version))])
        do throws(ClientError) {
            try await client.putItem(request)
        } catch {
            if error.code == "ConditionalCheckFailedException" {
                // A repeated attempt fails on what the first one did.
                if let seen = try await state(), seen == new { return new }
                throw .indexChanged
            }
            throw .client(error)
        }
        return new
    }

    /// The hints that vectors have in an index's state.
    func hints(
        of vectors: [String: [Float]], in state: IndexState
    ) async throws(VectorStoreError) -> [Hint] {
        var hints: [Hint] = []
        for generation in state.written {
            hints += try await self.hints(of: vectors, in: generation)
        }
        return hints
    }

    func hints(
        of vectors: [String: [Float]], in generation: IndexState.Generation
    ) async throws(VectorStoreError) -> [Hint] {
        let lists = generation.lists > 0 ? try await centroids(of: generation) : nil
        var hints: [Hint] = []
        for (id, vector) in vectors.sorted(by: { $0.key < $1.key }) {
            guard vector.count == generation.dimensions else { throw .unusableVector(id: id) }
            let partition =
                lists.map { listRows(generation.number, $0.list(of: vector)) } ?? searchRows
            let value = lists == nil ? .list(Self.numbers(vector)) : Self.packed(vector)
            hints.append(
                Hint(id: id, key: key(partition, id), item: row(partition, id, "vector", value)))
        }
        return hints
    }

    // MARK: Centroids

    /// So much of them is in one row.
    private static let partBytes = 200_000

    func centroids(
        of generation: IndexState.Generation
    ) async throws(VectorStoreError) -> Centroids {
        if let known = centroids.withLock({ $0[generation.number] }) { return known }
        let bytes = generation.lists * generation.dimensions * 4
        let parts = (bytes + Self.partBytes - 1) / Self.partBytes
        var elements: [Float] = []
        for part in 0..<parts {
            let item = try await calling { () async throws(ClientError) in
                try await client.getItem(
                    GetItemRequest(
                        table: table, key: key(indexRows, "\(generation.number)/\(part)"),
                        isConsistent: true))
            }
            elements += try Self.unpacked(item?["vectors"])
        }
        guard elements.count * 4 == bytes else { throw .malformedRow }
        let read = Centroids(dimensions: generation.dimensions, elements: elements)
        centroids.withLock { known in
            // Two are in use at a time, and the one before.
            if known.count > 3 { known.removeAll() }
            known[generation.number] = read
        }
        return read
    }

    func write(
        _ lists: Centroids, of generation: IndexState.Generation
    ) async throws(VectorStoreError) {
        let perPart = Self.partBytes / 4
        var writes: [BatchWrite] = []
        for (part, start) in stride(from: 0, to: lists.elements.count, by: perPart).enumerated() {
            let elements = Array(lists.elements[start..<min(start + perPart, lists.elements.count)])
            writes.append(
                .put(
                    row(
                        indexRows, "\(generation.number)/\(part)", "vectors",
                        Self.packed(elements))))
        }
        try await write(writes)
    }
}
