import MartletTestBasics
import Testing

@testable import MartletVectors

/// Vectors that codes of four bits cannot tell apart, and some that they can.
@Suite struct CodeCheckTests {
    enum Shape: CaseIterable {
        /// Every dimension tells the same.
        case even
        /// The first dimension is a hundred times as wide as each of the others.
        case oneWide
        /// Forty clusters, far from one another, each narrower than a step of any code.
        case clusters

        func vectors(_ count: Int, _ random: inout SeededRandom) -> [[Float]] {
            let centres = (0..<40).map { _ in Self.vector(24, scale: 100, &random) }
            return (0..<count).map { number in
                var vector = Self.vector(24, scale: 1, &random)
                switch self {
                case .even: break
                case .oneWide: vector[0] *= 100
                case .clusters:
                    let centre = centres[number % centres.count]
                    for i in vector.indices { vector[i] += centre[i] }
                }
                return vector
            }
        }

        /// Numbers of about a bell curve.
        private static func vector(
            _ dimensions: Int, scale: Float, _ random: inout SeededRandom
        ) -> [Float] {
            (0..<dimensions).map { _ in
                (0..<4).reduce(0) { sum, _ in sum + Float(random.below(2001)) / 1000 - 1 } * scale
            }
        }
    }

    @Test(
        "there are codes where they tell vectors apart; the nearest are found in any case",
        arguments: Shape.allCases)
    func shapes(shape: Shape) throws {
        var random = SeededRandom(seed: testSetting("MARTLET_TEST_SEED") ?? 0xC0DE)
        let vectors = shape.vectors(6000, &random)
        let index = try HNSWIndex.small(
            VectorParameters(dimensions: 24, metric: .euclidean, codes: .int4))
        _ = try index.insertAll(vectors)
        #expect((index.statistics.codes.inMemory > 0) == (shape == .even), "\(random)")
        let model = Dictionary(uniqueKeysWithValues: vectors.enumerated().map { (UInt64($0), $1) })
        let queries = (0..<60).map { _ in random.pick(vectors) }
        let recall = try index.recall(queries, model, SearchOptions(k: 10))
        #expect(recall >= 0.95, "\(random)")
    }

    @Test("codes are given up when vectors come that they cannot tell apart")
    func later() throws {
        var random = SeededRandom(seed: testSetting("MARTLET_TEST_SEED") ?? 0xC0DF)
        let index = try HNSWIndex.small(
            VectorParameters(dimensions: 24, metric: .euclidean, codes: .int4))
        let first = Shape.even.vectors(2000, &random)
        _ = try index.insertAll(first)
        #expect(index.statistics.codes.inMemory > 0)
        let more = Shape.oneWide.vectors(8000, &random)
        for (label, vector) in more.enumerated() {
            _ = try vector.withUnsafeBufferPointer {
                try index.insert($0, label: UInt64(first.count + label))
            }
        }
        #expect(index.statistics.codes.inMemory == 0, "\(random)")
        let model = Dictionary(
            uniqueKeysWithValues: (first + more).enumerated().map { (UInt64($0), $1) })
        let queries = (0..<60).map { _ in random.pick(more) }
        let recall = try index.recall(queries, model, SearchOptions(k: 10))
        #expect(recall >= 0.95, "\(random)")
    }
}
