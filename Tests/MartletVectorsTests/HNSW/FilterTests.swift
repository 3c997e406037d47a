import MartletTestBasics
import Testing

@testable import MartletVectors

@Suite struct FilterTests {
    /// Shares of the vectors that match.
    static let shares = [1.0, 0.7, 0.3, 0.09, 0.01, 0.001]

    @Test(
        "a filtered search finds the nearest of what matches, and nothing else, however much matches",
        arguments: shares, [CodeKind.int4, .none])
    func everyShare(share: Double, codes: CodeKind) throws {
        var random = SeededRandom(seed: 21)
        let data = VectorData(dimensions: 16, &random)
        let vectors = data.vectors(4000, &random)
        let index = try HNSWIndex.small(
            VectorParameters(dimensions: 16, metric: .euclidean, codes: codes))
        let slots = try index.insertAll(vectors, threads: 2)
        let filter = SlotBitmap()
        var model: [UInt64: [Float]] = [:]
        for (i, slot) in slots.enumerated()
        where Double(random.below(1_000_000)) < share * 1_000_000 {
            filter.insert(slot)
            model[UInt64(i)] = vectors[i]
        }
        let queries = data.vectors(40, &random)
        for query in queries {
            let found = try index.search(query, SearchOptions(k: 10, filter: filter))
            #expect(found.count == min(10, model.count), "\(random)")
            #expect(found.allSatisfy { model[$0.label] != nil }, "\(random)")
            #expect(Set(found.map(\.slot)).count == found.count)
        }
        let recall = try index.recall(queries, model, SearchOptions(k: 10, filter: filter))
        #expect(recall >= 0.95, "\(random)")
    }

    @Test("what matches may be far from the query")
    func farAway() throws {
        var random = SeededRandom(seed: 22)
        let (near, far) = (
            VectorData(dimensions: 12, clusters: 20, &random),
            VectorData(dimensions: 12, clusters: 20, &random)
        )
        let index = try HNSWIndex.small(VectorParameters(dimensions: 12, metric: .euclidean))
        let distant = far.vectors(1600, &random).map { $0.map { $0 + 8 } }
        var all = near.vectors(3000, &random) + distant
        let slots = try index.insertAll(all)
        let filter = SlotBitmap(slots[3000...])
        all.removeFirst(3000)
        let model = Dictionary(
            uniqueKeysWithValues: all.enumerated().map { (UInt64(3000 + $0), $1) })
        let recall = try index.recall(
            near.vectors(40, &random), model, SearchOptions(k: 10, filter: filter))
        #expect(recall >= 0.95, "\(random)")
    }

    @Test("the plan follows what is cheaper: a scan of few, a walk through most")
    func plans() throws {
        let index = try HNSWIndex.small(VectorParameters(dimensions: 4, metric: .euclidean))
        var random = SeededRandom(seed: 23)
        let data = VectorData(dimensions: 4, &random)
        let slots = try index.insertAll(data.vectors(40_000, &random), threads: 2)
        func plan(_ count: Int) -> Plan {
            let graph = index.graph!
            let context = graph.readers.enter()
            defer { graph.readers.leave(context) }
            let query = context.query.room(4)
            query.update(repeating: 0, count: 4)
            let exact = RowScorer(query, in: graph.storage)
            return graph.plan(
                Search(
                    k: 10, ef: 20,
                    admission: Admission(graph, SlotBitmap(slots.prefix(count))), exact: exact,
                    storage: graph.storage, context: context))
        }
        #expect(plan(10) == .exactRows)
        #expect(plan(1000) == .scan)
        guard case .walkAdmitted = plan(8_000) else {
            Issue.record("\(plan(8_000))")
            return
        }
        guard case .walk = plan(36_000) else {
            Issue.record("\(plan(36_000))")
            return
        }
    }
}
