internal import MartletVectors

/// Distances between a query and one vector after another, as the metric says. For vectors that are
/// in no graph, in float32, in the order of their elements modulo 16.
struct ExactScorer {
    private typealias Lanes = SIMD16<Float>

    private let query: [Float]
    private let metric: Metric
    private let queryNorm: Float

    init(_ query: [Float], _ metric: Metric) {
        self.query = query
        self.metric = metric
        queryNorm = Self.products(query, query).squareRoot()
    }

    func distance(to vector: [Float]) -> Float {
        switch metric {
        case .cosine:
            let norm = Self.products(vector, vector).squareRoot()
            if queryNorm == 0 || norm == 0 { return 1 }
            return 1 - Self.products(query, vector) / (queryNorm * norm)
        case .euclidean: return Self.squaredDifferences(query, vector).squareRoot()
        case .dotProduct: return -Self.products(query, vector)
        }
    }

    private static func products(_ a: [Float], _ b: [Float]) -> Float {
        sum(a, b, { $0 * $1 }, { $0 * $1 })
    }

    private static func squaredDifferences(_ a: [Float], _ b: [Float]) -> Float {
        sum(a, b, { ($0 - $1) * ($0 - $1) }, { ($0 - $1) * ($0 - $1) })
    }

    @inline(__always)
    private static func sum(
        _ a: [Float], _ b: [Float], _ lanes: (Lanes, Lanes) -> Lanes,
        _ single: (Float, Float) -> Float
    ) -> Float {
        precondition(a.count == b.count)
        return a.withUnsafeBytes { a in
            b.withUnsafeBytes { b in
                var sums = Lanes.zero
                var offset = 0
                while offset + MemoryLayout<Lanes>.size <= a.count {
                    sums += lanes(
                        a.loadUnaligned(fromByteOffset: offset, as: Lanes.self),
                        b.loadUnaligned(fromByteOffset: offset, as: Lanes.self))
                    offset += MemoryLayout<Lanes>.size
                }
                var total = sums.sum()
                while offset < a.count {
                    total += single(
                        a.loadUnaligned(fromByteOffset: offset, as: Float.self),
                        b.loadUnaligned(fromByteOffset: offset, as: Float.self))
                    offset += MemoryLayout<Float>.size
                }
                return total
            }
        }
    }
}
