// Vectors for tests, and the plain model that indexes are compared with.

import MartletTestBasics

@testable import MartletVectors

/// Vectors about a number of centres, like real ones: some are close to many others, some are not.
struct VectorData {
    let dimensions: Int
    private let centres: [[Float]]
    /// Numbers that half precision holds.
    let isHalf: Bool

    init(dimensions: Int, clusters: Int = 40, isHalf: Bool = true, _ random: inout SeededRandom) {
        self.dimensions = dimensions
        self.isHalf = isHalf
        centres = (0..<clusters).map { _ in
            (0..<dimensions).map { _ in Float.random(in: -1...1, using: &random) }
        }
    }

    func vector(_ random: inout SeededRandom) -> [Float] {
        random.pick(centres).map { number in
            let moved =
                number + 0.35
                * (Float.random(in: -1...1, using: &random)
                    + Float.random(in: -1...1, using: &random))
            return isHalf ? (moved * 512).rounded() / 512 : moved
        }
    }

    func vectors(_ count: Int, _ random: inout SeededRandom) -> [[Float]] {
        (0..<count).map { _ in vector(&random) }
    }
}

/// The true nearest labels, by one number after the other in double precision.
func nearest(
    _ k: Int, to query: [Float], in model: [UInt64: [Float]], _ metric: Metric
) -> [(label: UInt64, distance: Double)] {
    let all = model.map { label, vector in
        (
            label: label,
            distance: ScalarDistance.distance(metric, query, vector, count: query.count)
        )
    }
    return Array(all.sorted { ($0.distance, $0.label) < ($1.distance, $1.label) }.prefix(k))
}

/// The part of the true nearest that was found. What is as near as the last of them counts as well.
func recall(
    _ found: [Neighbor], of truth: [(label: UInt64, distance: Double)]
) -> Double {
    guard let last = truth.last else { return 1 }
    let bound = last.distance + 1e-5 * max(1, abs(last.distance))
    return Double(found.prefix(truth.count).count { Double($0.distance) <= bound })
        / Double(truth.count)
}

extension HNSWIndex {
    /// As tests make indexes: with few addresses, so that many can live at once.
    static func small(_ parameters: VectorParameters) throws -> HNSWIndex {
        try HNSWIndex(parameters, capacity: 1 << 17)
    }

    func insertAll(_ vectors: [[Float]], firstLabel: Int = 0, threads: Int = 1) throws -> [Slot] {
        let flat = vectors.flatMap { $0 }
        return try flat.withUnsafeBufferPointer {
            try insert(
                $0, labels: vectors.indices.map { UInt64(firstLabel + $0) }, threads: threads)
        }
    }

    /// The mean recall of searches for these queries.
    func recall(
        _ queries: [[Float]], _ model: [UInt64: [Float]], _ options: SearchOptions
    ) throws -> Double {
        var sum = 0.0
        for query in queries {
            let truth = nearest(options.k, to: query, in: model, parameters.metric)
            sum += MartletVectorsTests.recall(try search(query, options), of: truth)
        }
        return sum / Double(queries.count)
    }
}
