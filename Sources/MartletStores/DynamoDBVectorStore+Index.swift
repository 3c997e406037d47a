// Making an index, making it anew, and repairing it, while others add and delete.

internal import MartletClient
internal import MartletModel

/// What searches instead of reading every vector.
public enum VectorIndexKind: Sendable {
    /// The endpoint's vector index, where it takes one; else lists.
    case automatic
    /// SearchVectors.
    case service
    /// Lists of vectors that are near each other, in the table itself.
    case lists
}

/// What a repair found.
public struct VectorIndexRepair: Sendable, Equatable {
    /// Vectors that no search could find.
    public var missing = 0
    /// Hints that led to nothing, or from the wrong list.
    public var stale = 0
}

extension DynamoDBVectorStore {
    /// Makes an index of what is there, and uses it from then on. One that is there is replaced, which
    /// makes sense when the namespace has grown several times. Reads all vectors twice and writes each
    /// once more; adding and deleting may go on meanwhile. A build that failed is begun anew.
    ///
    /// - Parameters:
    ///   - lists: how many; nil: twice the square root of the vectors' number.
    ///   - recall: what share of the ten nearest a search is to find: how many lists it reads is
    ///     measured on some of the vectors.
    ///   - seed: the same vectors and seed give the same lists.
    public func buildIndex(
        _ kind: VectorIndexKind = .automatic, lists: Int? = nil, recall: Double = 0.97,
        seed: UInt64 = 1
    ) async throws(VectorStoreError) {
        // Whoever else is making an index cannot finish from here on, so that its rows may go.
        var state = try await replace(try await state() ?? IndexState()) { _ in }
        // Nobody searches in these any more.
        for leftover in [state.previous, state.building].compactMap(\.self)
        where leftover.lists > 0 || state.current?.lists != 0 {
            try await deleteRows(of: leftover)
        }
        let sample = try await sample(lists: lists, seed: seed)
        var generation = IndexState.Generation(
            number: state.version + 1, dimensions: sample.dimensions, lists: 0, probes: 0)
        var usesService = false
        if kind != .lists {
            usesService = try await hasServiceIndex(dimensions: sample.dimensions)
        }
        if kind == .service, !usesService { throw .noServiceIndex }
        if !usesService {
            let centroids = Centroids(
                of: sample.vectors, count: sample.lists, rounds: Self.rounds, seed: seed)
            generation.lists = centroids.count
            generation.probes = centroids.count
            try await write(centroids, of: generation)
        }
        state = try await replace(state) { state in
            state.building = generation
            state.previous = nil
        }

        var calibration = Calibration(of: Array(sample.vectors.prefix(Self.calibrated)))
        let centroids = usesService ? nil : try await self.centroids(of: generation)
        try await eachPiece { vectors throws(VectorStoreError) in
            try await self.write(
                try await self.hints(of: vectors, in: generation).map { .put($0.item) })
            guard let centroids else { return }
            for (_, vector) in vectors {
                calibration.add(vector, list: centroids.list(of: vector))
            }
        }
        if let centroids { generation.probes = calibration.probes(in: centroids, recall: recall) }
        _ = try await replace(state) { state in
            state.previous = state.current
            state.current = generation
            state.building = nil
        }
    }

    /// Puts what hints are missing, such as those of what LlamaIndex wrote since the index was made,
    /// and deletes those that lead nowhere. Reads all vectors and all hints.
    @discardableResult
    public func repairIndex() async throws(VectorStoreError) -> VectorIndexRepair {
        var repair = VectorIndexRepair()
        guard let index = try await state()?.current else { return repair }
        var due: [String: AttributeMap] = [:]
        try await eachPiece { vectors throws(VectorStoreError) in
            for hint in try await self.hints(of: vectors, in: index) { due[hint.id] = hint.key }
        }
        var present: Set<String> = []
        var stale: [(id: String, key: AttributeMap)] = []
        let partitions =
            index.lists > 0
            ? (0..<index.lists).map { listRows(index.number, $0) } : [searchRows]
        for partition in partitions {
            try await eachRow(of: partition, isConsistent: true) { row in
                guard let id = row.id else { return }
                let place = key(partition, id)
                if due[id] == place { present.insert(id) } else { stale.append((id, place)) }
            }
        }
        repair.stale = stale.count
        try await write(stale.map { .delete($0.key) })
        let missing = due.keys.filter { !present.contains($0) }.sorted()
        repair.missing = missing.count
        // A hint may have been deleted just before its truth came: those are looked at again, too.
        var rest = Array(Set(missing + stale.map(\.id))).sorted()[...]
        while !rest.isEmpty {
            try await settle(Array(rest.prefix(100)))
            rest = rest.dropFirst(100)
        }
        return repair
    }

    // MARK: Parts

    private static let rounds = 8
    private static let perList = 24
    private static let calibrated = 64

    private struct Sample {
        /// Unit vectors, in no order.
        var vectors: [[Float]]
        var dimensions: Int
        var lists: Int
    }

    /// Some of the vectors, each as likely as any other.
    private func sample(lists: Int?, seed: UInt64) async throws(VectorStoreError) -> Sample {
        var generator = Mixer(state: seed)
        var kept: [[Float]] = []
        var count = 0
        var dimensions: Int?
        // What is kept has to do for the lists that there will be; how many is not known before.
        let room = 1 << 15
        try await eachRow(of: embeddings) { row throws(VectorStoreError) in
            let vector = try self.vector(of: row.item)
            guard let direction = Direction(vector), vector.count == dimensions ?? vector.count
            else { throw .unusableVector(id: row.id) }
            dimensions = vector.count
            count += 1
            if kept.count < room {
                kept.append(direction.unit)
            } else {
                let place = Int.random(in: 0..<count, using: &generator)
                if place < room { kept[place] = direction.unit }
            }
        }
        guard let dimensions else { throw .nothingToIndex }
        let wanted = lists ?? Int(2 * Double(count).squareRoot())
        kept.shuffle(using: &generator)
        return Sample(
            vectors: Array(kept.prefix(max(wanted * Self.perList, Self.calibrated))),
            dimensions: dimensions, lists: wanted)
    }

    /// Whether the endpoint has, or has now made, its own index for the hints.
    private func hasServiceIndex(dimensions: Int) async throws(VectorStoreError) -> Bool {
        let description = try await calling { () async throws(ClientError) in
            try await client.describeTable(table)
        }
        if description.vectorIndexes.contains(Self.searchIndex) { return true }
        // All definitions: moto takes them for the table's, and nothing else of this.
        let definitions = [hashName, rangeName].map { name in
            #"{"AttributeName":\#(quoted(name)),"AttributeType":"S"}"#
        }
        let request =
            #"{"TableName":"\#(table)","AttributeDefinitions":["#
            + definitions.joined(separator: ",") + #"],"VectorIndexUpdates":[{"Create":{"#
            + #""IndexName":"\#(Self.searchIndex)","VectorAttribute":{"AttributeName":"vector"},"#
            + #""Dimensions":\#(dimensions),"DistanceFunction":"COSINE","SearchSchema":["#
            + #"{"AttributeName":\#(quoted(hashName)),"SearchSchemaElementType":"HASH"}],"#
            + #""Projection":{"ProjectionType":"KEYS_ONLY"}}}]}"#
        do throws(ClientError) {
            _ = try await client.call("UpdateTable", request)
        } catch {
            // Endpoints that do not know of vector indexes refuse a change without one they know.
            if error.code == "ValidationException" || error.code == "SerializationException" {
                return false
            }
            throw .client(error)
        }
        for _ in 0..<600 {
            let now = try await calling { () async throws(ClientError) in
                try await client.describeTable(table)
            }
            guard now.vectorIndexes.contains(Self.searchIndex) else { return false }
            if now.status == "ACTIVE" { return true }
            try? await Task.sleep(for: .milliseconds(200))
        }
        return false
    }

    private func quoted(_ name: Text) -> String {
        var text = "\""
        for scalar in name.string.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { text += "\\" }
            text.unicodeScalars.append(scalar)
        }
        return text + "\""
    }

    /// Calls `body` with all vectors, some at a time, as last answered.
    private func eachPiece(
        _ body: ([String: [Float]]) async throws(VectorStoreError) -> Void
    ) async throws(VectorStoreError) {
        var request = QueryRequest(
            table: table, keyCondition: "#h = :h", names: ["#h": hashName.string],
            values: [":h": .string(Text(embeddings))])
        request.isConsistent = true
        while true {
            let page = try await calling { () async throws(ClientError) in
                try await client.query(request)
            }
            var vectors: [String: [Float]] = [:]
            for item in page.items {
                guard case .string(let id)? = item[rangeName] else { throw .malformedRow }
                vectors[id.string] = try vector(of: item)
            }
            try await body(vectors)
            guard let next = page.nextKey else { return }
            request.startKey = next
        }
    }

    private func deleteRows(
        of generation: IndexState.Generation
    ) async throws(VectorStoreError) {
        let partitions =
            generation.lists > 0
            ? (0..<generation.lists).map { listRows(generation.number, $0) } : [searchRows]
        for partition in partitions {
            var keys: [AttributeMap] = []
            try await eachRow(of: partition) { row in
                if let id = row.id { keys.append(key(partition, id)) }
            }
            try await write(keys.map { .delete($0) })
        }
    }
}

/// Which lists the ten nearest of some vectors are in.
struct Calibration {
    private static let nearest = 10
    private var queries: [[Float]]
    private var found: [[(similarity: Float, list: Int)]]

    /// - Parameter queries: unit vectors.
    init(of queries: [[Float]]) {
        self.queries = queries
        found = Array(repeating: [], count: queries.count)
    }

    mutating func add(_ vector: [Float], list: Int) {
        guard let unit = Direction(vector)?.unit else { return }
        for place in queries.indices {
            let similarity = dot(queries[place], unit)
            let isFull = found[place].count == Self.nearest
            if isFull, similarity <= found[place][Self.nearest - 1].similarity { continue }
            if isFull { found[place].removeLast() }
            let position =
                found[place].firstIndex { $0.similarity < similarity } ?? found[place].count
            found[place].insert((similarity, list), at: position)
        }
    }

    /// The fewest lists to read for a recall.
    func probes(in centroids: Centroids, recall: Double) -> Int {
        // How many of the nearest have their list at each rank.
        var counts = [Int](repeating: 0, count: centroids.count)
        for (query, nearest) in zip(queries, found) {
            var ranks = [Int](repeating: 0, count: centroids.count)
            for (rank, list) in centroids.ranked(for: query).enumerated() { ranks[list] = rank }
            for each in nearest { counts[ranks[each.list]] += 1 }
        }
        let total = counts.reduce(0, +)
        var covered = 0
        for (rank, count) in counts.enumerated() {
            covered += count
            if Double(covered) >= recall * Double(total) { return rank + 1 }
        }
        return centroids.count
    }
}
