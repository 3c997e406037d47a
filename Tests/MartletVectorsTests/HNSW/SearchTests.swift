import MartletTestBasics
import Testing

@testable import MartletVectors

@Suite struct SearchTests {
    @Test(
        "exact results are those of one comparison after the other, distances included",
        arguments: Metric.allCases, CodeKind.allCases)
    func exact(metric: Metric, codes: CodeKind) throws {
        var random = SeededRandom(seed: 11)
        for dimensions in [1, 3, 16, 33, 100] {
            let data = VectorData(dimensions: dimensions, isHalf: dimensions % 2 == 1, &random)
            let vectors = data.vectors(300, &random)
            let index = try HNSWIndex.small(
                VectorParameters(dimensions: dimensions, metric: metric, codes: codes))
            _ = try index.insertAll(vectors)
            let model = Dictionary(
                uniqueKeysWithValues: vectors.enumerated().map { (UInt64($0), $1) })
            for _ in 0..<10 {
                let query = data.vector(&random)
                let truth = nearest(10, to: query, in: model, metric)
                let found = try index.search(query, SearchOptions(k: 10, isExact: true))
                #expect(recall(found, of: truth) == 1, "\(random)")
                for (neighbor, expected) in zip(found, truth) {
                    let error = abs(Double(neighbor.distance) - expected.distance)
                    // The root of a small difference of squares is the worst of it.
                    #expect(error < 2e-4 * max(1, abs(expected.distance)), "\(random)")
                    #expect(index.label(at: neighbor.slot) == neighbor.label)
                }
            }
        }
    }

    @Test(
        "walks find nearly all of the true nearest with default settings, with every kind of codes",
        arguments: Metric.allCases, CodeKind.allCases)
    func recallByDefault(metric: Metric, codes: CodeKind) throws {
        var random = SeededRandom(seed: 12)
        let data = VectorData(dimensions: 24, &random)
        let vectors = data.vectors(2500, &random)
        let index = try HNSWIndex.small(
            VectorParameters(dimensions: 24, metric: metric, codes: codes))
        _ = try index.insertAll(vectors, threads: 2)
        let model = Dictionary(
            uniqueKeysWithValues: vectors.enumerated().map { (UInt64($0), $1) })
        let recall = try index.recall(data.vectors(60, &random), model, SearchOptions(k: 10))
        #expect(recall >= 0.95, "\(random)")
        #expect(index.checkInvariants() == [])
    }

    @Test("results come nearest first, with distances of their own vectors")
    func order() throws {
        var random = SeededRandom(seed: 13)
        let data = VectorData(dimensions: 20, &random)
        let vectors = data.vectors(2000, &random)
        let index = try HNSWIndex.small(VectorParameters(dimensions: 20, metric: .euclidean))
        _ = try index.insertAll(vectors)
        for _ in 0..<20 {
            let query = data.vector(&random)
            let found = try index.search(query, SearchOptions(k: 30))
            #expect(found.count == 30)
            #expect(zip(found, found.dropFirst()).allSatisfy { $0.distance <= $1.distance })
            for neighbor in found {
                let expected = ScalarDistance.distance(
                    .euclidean, query, vectors[Int(neighbor.label)], count: 20)
                #expect(abs(Double(neighbor.distance) - expected) < 1e-3)
            }
        }
    }

    @Test("k beyond what there is returns all of it, an empty index nothing")
    func smallIndexes() throws {
        let index = try HNSWIndex.small(VectorParameters(dimensions: 2, metric: .euclidean))
        #expect(try index.search([0, 0], SearchOptions(k: 5)) == [])
        #expect(index.count == 0 && index.slotCount == 0 && index.checkInvariants() == [])
        try index.insert([3, 4], label: 7)
        try index.insert([0, 1], label: 8)
        let found = try index.search([0, 0], SearchOptions(k: 100_000))
        #expect(found.map(\.label) == [8, 7])
        #expect(found.map(\.distance) == [1, 5])
        #expect(try index.search([0, 0], SearchOptions(k: 1, filter: SlotBitmap())) == [])
        #expect(
            try index.search(
                [0, 0], SearchOptions(k: 9, filter: SlotBitmap([found[1].slot, 999]))
            )
            .map(\.label) == [7])
    }

    @Test("what is wrong with a request is refused by name")
    func refusals() throws {
        let index = try HNSWIndex.small(VectorParameters(dimensions: 3, metric: .cosine))
        #expect(throws: VectorError.dimensionMismatch(expected: 3, actual: 2)) {
            try index.insert([1, 2], label: 0)
        }
        #expect(throws: VectorError.notFinite(position: 1)) {
            try index.insert([1, .nan, .infinity], label: 0)
        }
        try index.insert([1, 2, 3], label: 0)
        #expect(throws: VectorError.dimensionMismatch(expected: 3, actual: 4)) {
            try index.search([1, 2, 3, 4], SearchOptions(k: 1))
        }
        #expect(throws: VectorError.notFinite(position: 2)) {
            try index.search([1, 2, -.infinity], SearchOptions(k: 1))
        }
        let refused: [(SearchOptions, String)] = [
            (SearchOptions(k: 0), "k"), (SearchOptions(k: 100_001), "k"),
            (SearchOptions(k: 1, ef: 0), "ef"), (SearchOptions(k: 1, ef: 100_001), "ef"),
            (SearchOptions(k: 10, ef: 9), "ef"),
        ]
        for (options, name) in refused {
            do throws(VectorError) {
                _ = try index.search([1, 2, 3], options)
                Issue.record("accepted \(name)")
            } catch {
                guard case .invalidParameter(name, _) = error else {
                    Issue.record("\(error)")
                    continue
                }
            }
        }
        #expect(index.count == 1)
    }

    @Test(
        "a zero vector is at distance 1 from everything under cosine", arguments: CodeKind.allCases)
    func zeroVector(codes: CodeKind) throws {
        let index = try HNSWIndex.small(
            VectorParameters(dimensions: 4, metric: .cosine, codes: codes))
        try index.insert([0, 0, 0, 0], label: 0)
        try index.insert([1, 0, 0, 0], label: 1)
        try index.insert([-2, 0, 0, 0], label: 2)
        let found = try index.search([5, 0, 0, 0], SearchOptions(k: 3))
        #expect(found.map(\.label) == [1, 0, 2])
        #expect(found.map(\.distance) == [0, 1, 2])
        let none = try index.search([0, 0, 0, 0], SearchOptions(k: 3))
        #expect(none.map(\.distance) == [1, 1, 1])
    }

    @Test("vectors of any length are compared by their direction under cosine")
    func lengths() throws {
        for codes in CodeKind.allCases {
            let index = try HNSWIndex.small(
                VectorParameters(dimensions: 2, metric: .cosine, codes: codes))
            try index.insert([Float.leastNonzeroMagnitude * 71_362, 0], label: 0)
            try index.insert([3e38, 3e38], label: 1)
            try index.insert([0, 1e-20], label: 2)
            let found = try index.search([2e38, 0], SearchOptions(k: 3))
            #expect(found.map(\.label) == [0, 1, 2])
            for (neighbor, expected) in zip(found, [0, 1 - 0.5.squareRoot(), 1]) {
                #expect(abs(Double(neighbor.distance) - expected) < 1e-6)
            }
        }
    }

    @Test("many equal vectors are found, and what is near them")
    func duplicates() throws {
        var random = SeededRandom(seed: 14)
        let data = VectorData(dimensions: 16, &random)
        let others = data.vectors(1500, &random)
        let index = try HNSWIndex.small(VectorParameters(dimensions: 16, metric: .euclidean))
        let twin = data.vector(&random)
        var vectors = others + Array(repeating: twin, count: 1500)
        vectors.shuffle(using: &random)
        _ = try index.insertAll(vectors)
        let found = try index.search(twin, SearchOptions(k: 50))
        #expect(found.allSatisfy { $0.distance == 0 })
        let model = Dictionary(
            uniqueKeysWithValues: vectors.enumerated().map { (UInt64($0), $1) })
        #expect(try index.recall(Array(others.prefix(60)), model, SearchOptions(k: 10)) >= 0.95)
        #expect(index.checkInvariants() == [])
    }

    @Test(
        "vectors are kept as they came, also when half precision no longer holds them",
        arguments: [CodeKind.int4, .int8])
    func keptAsTheyCame(codes: CodeKind) throws {
        let index = try HNSWIndex.small(
            VectorParameters(dimensions: 3, metric: .cosine, codes: codes))
        let first = try index.insert([0.5, -1, 6.1035156e-05], label: 1)
        #expect(index.statistics.rowsAreHalf)
        let second = try index.insert([0.1, 70_000, -1e-9], label: 2)
        #expect(!index.statistics.rowsAreHalf)
        #expect(try index.vector(at: first) == [0.5, -1, 6.1035156e-05])
        #expect(try index.vector(at: second) == [0.1, 70_000, -1e-9])
    }

    @Test("vectors are lent in the order that is asked for, each as it is returned alone")
    func lentInOrder() throws {
        let index = try HNSWIndex.small(VectorParameters(dimensions: 2, metric: .euclidean))
        let slots = try (0..<5).map {
            try index.insert([Float($0), 0.1 * Float($0)], label: UInt64($0))
        }
        let wanted = [slots[3], slots[0], slots[4], slots[3]]
        var lent: [[Float]] = []
        try index.forEachVector(at: wanted) { lent.append(Array($0)) }
        #expect(try lent == wanted.map { try index.vector(at: $0) })
        #expect(lent.map { $0[0] } == [3, 0, 4, 3])
        try index.forEachVector(at: []) { _ in Issue.record("lent a vector that is not there") }
    }

    @Test("an index without room says so, and serves on")
    func full() throws {
        let index = try HNSWIndex(
            VectorParameters(dimensions: 2, metric: .euclidean), capacity: 100)
        for i in 0..<100 { try index.insert([Float(i), 1], label: UInt64(i)) }
        #expect(throws: VectorError.indexFull) { try index.insert([0, 0], label: 100) }
        #expect(throws: VectorError.indexFull) { try index.insertAll([[1, 2], [3, 4]]) }
        #expect(try index.search([7, 1], SearchOptions(k: 1)).map(\.label) == [7])
        // Room comes back with what is removed.
        for slot in 0..<10 as Range<Slot> { index.remove(slot) }
        #expect(index.repair().count == 10)
        #expect(throws: VectorError.indexFull) {
            try index.insertAll((0..<11).map { [Float($0), 2] })
        }
        #expect(try index.insertAll((0..<10).map { [Float($0), 2] }).count == 10)
        #expect(index.count == 100 && index.checkInvariants() == [])
    }
}
