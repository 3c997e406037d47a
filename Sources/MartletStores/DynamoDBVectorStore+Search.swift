// A search by hints: candidates, then their truth.

internal import MartletClient
internal import MartletModel

extension DynamoDBVectorStore {
    /// The name of the endpoint's index, on tables that have one.
    static var searchIndex: String { "martlet-vectors" }
    /// SearchVectors answers with no more.
    private static let searchLimit = 100
    /// Candidates beyond those that are asked for, in case some are gone.
    private static let spare = 4

    func search(
        _ query: Direction, _ count: Int, in index: IndexState.Generation
    ) async throws(VectorStoreError) -> [VectorStoreMatch] {
        guard query.vector.count == index.dimensions else { throw .unusableVector(id: nil) }
        guard index.lists > 0 else { return try await searchService(query, count) }
        let ranked = try await centroids(of: index).ranked(for: query.vector)
        var candidates: [VectorStoreMatch] = []
        var probed = 0
        var step = index.probes
        // More lists are read only while those that were have too few.
        while probed < ranked.count, candidates.count < count {
            let next = ranked[probed..<min(probed + step, ranked.count)]
            candidates += try await read(Array(next), of: index, query)
            probed += step
            step *= 2
        }
        candidates.sort {
            $0.similarity == $1.similarity ? $0.id < $1.id : $0.similarity > $1.similarity
        }
        var ids: [String] = []
        var seen: Set<String> = []
        for each in candidates where seen.insert(each.id).inserted { ids.append(each.id) }
        return try await firstThere(query, count, of: ids)
    }

    private func searchService(
        _ query: Direction, _ count: Int
    ) async throws(VectorStoreError) -> [VectorStoreMatch] {
        guard count <= Self.searchLimit else {
            return try await self.query(query.vector, count: count, isExact: true)
        }
        let request = SearchVectorsRequest(
            table: table, index: Self.searchIndex, vector: query.vector,
            count: min(count + Self.spare, Self.searchLimit), condition: "#h = :h",
            projection: "#r", names: ["#h": hashName.string, "#r": rangeName.string],
            values: [":h": .string(Text(searchRows))])
        let found = try await calling { () async throws(ClientError) in
            try await client.searchVectors(request)
        }
        let ids = found.compactMap { match -> String? in
            if case .string(let id)? = match.item[rangeName] { id.string } else { nil }
        }
        return try await firstThere(query, count, of: ids)
    }

    /// The best of candidates that are there, of which the first are taken to be the best.
    private func firstThere(
        _ query: Direction, _ count: Int, of ids: [String]
    ) async throws(VectorStoreError) -> [VectorStoreMatch] {
        var matches: [VectorStoreMatch] = []
        var rest = ids[...]
        while matches.count < count, !rest.isEmpty {
            let next = Array(rest.prefix(count - matches.count + Self.spare))
            rest = rest.dropFirst(next.count)
            matches += try await nearest(query, 0, of: next)
        }
        var best = Best(count)
        for match in matches { best.add(match.id, match.similarity) }
        return best.matches
    }

    /// All that some lists hold, with their similarities; the lists are read at the same time.
    private func read(
        _ lists: [Int], of index: IndexState.Generation, _ query: Direction
    ) async throws(VectorStoreError) -> [VectorStoreMatch] {
        let results = await withTaskGroup(
            of: Result<[VectorStoreMatch], VectorStoreError>.self
        ) { group in
            for list in lists {
                group.addTask {
                    do throws(VectorStoreError) {
                        return .success(try await self.read(list, of: index, query))
                    } catch {
                        return .failure(error)
                    }
                }
            }
            var results: [Result<[VectorStoreMatch], VectorStoreError>] = []
            for await result in group { results.append(result) }
            return results
        }
        var matches: [VectorStoreMatch] = []
        for result in results { matches += try result.get() }
        return matches
    }

    private func read(
        _ list: Int, of index: IndexState.Generation, _ query: Direction
    ) async throws(VectorStoreError) -> [VectorStoreMatch] {
        var matches: [VectorStoreMatch] = []
        try await eachRow(of: listRows(index.number, list)) { row throws(VectorStoreError) in
            guard let id = row.id else { return }
            let vector = try Self.unpacked(row.item["vector"])
            matches.append(
                VectorStoreMatch(id: id, similarity: try query.similarity(to: vector, of: id)))
        }
        return matches
    }
}
