import MartletTestBasics
import Testing

@testable import MartletVectors

/// Texts that occur many times have equal vectors; so have rows that were copied.
@Suite struct DuplicatesTests {
    @Test(
        "where half of the rows were replaced by copies of others, the nearest are still found",
        arguments: [2, 11, 200], Metric.allCases)
    func copies(size: Int, metric: Metric) throws {
        var random = SeededRandom(seed: testSetting("MARTLET_TEST_SEED") ?? 0xD0B1)
        let data = VectorData(dimensions: 24, &random)
        let vectors = data.vectors(3000, &random)
        let index = try HNSWIndex.small(VectorParameters(dimensions: 24, metric: metric))
        var slots = try index.insertAll(vectors)
        var model = Dictionary(uniqueKeysWithValues: vectors.enumerated().map { (UInt64($0), $1) })
        for row in stride(from: 0, to: vectors.count, by: 2) {
            // Of each `size` neighbouring rows, every second one becomes like the second.
            let source = vectors[size == 2 ? row + 1 : row / size * size + 1]
            index.remove(slots[row])
            slots[row] = try source.withUnsafeBufferPointer {
                try index.insert($0, label: UInt64(row))
            }
            model[UInt64(row)] = source
            if index.needsRepair { _ = index.repair() }
        }
        #expect(index.checkInvariants() == [])
        // Every second query is one of the vectors that there are copies of.
        let queries = (0..<60).map { number in
            number % 2 == 0 ? data.vector(&random) : random.pick(Array(model.values))
        }
        let recall = try index.recall(queries, model, SearchOptions(k: 10))
        #expect(recall >= 0.95, "\(random)")
    }

    @Test("equal vectors alone are found, as many as are asked for, and again after a repair")
    func nothingElse() throws {
        let index = try HNSWIndex.small(VectorParameters(dimensions: 8, metric: .euclidean))
        let vectors = [[Float]](repeating: [Float](repeating: 0.5, count: 8), count: 600)
        let slots = try index.insertAll(vectors)
        for k in [1, 10, 100] {
            #expect(try index.search(vectors[0], SearchOptions(k: k)).count == k)
        }
        for slot in slots.prefix(300) { index.remove(slot) }
        _ = index.repair()
        #expect(index.checkInvariants() == [])
        let found = try index.search(vectors[0], SearchOptions(k: 100)).map(\.label)
        #expect(Set(found).count == 100)
        #expect(found.allSatisfy { $0 >= 300 })
    }
}
