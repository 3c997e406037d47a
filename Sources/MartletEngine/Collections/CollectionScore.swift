// Distances as collections answer them, smaller for closer vectors, from the vectors themselves in
// double precision:
//
//   cosine       1 - cos, 0 to 2; 1 when either vector is zero
//   euclidean    the length of the difference, squared
//   dot product  the sum of products, negated
//
// Differences are squared as differences, so that small ones between large vectors are kept.

package import MartletVectors

package struct CollectionScore {
    private let query: [Float]
    private let metric: Metric
    private let squaredLength: Double

    package init(_ query: [Float], _ metric: Metric) {
        self.query = query
        self.metric = metric
        squaredLength = metric == .cosine ? Self.dot(query, query) : 0
    }

    package func distance(to vector: [Float]) -> Double {
        switch metric {
        case .euclidean: Self.sum(query, vector) { a, b in (a - b) * (a - b) }
        // Zero has no sign.
        case .dotProduct: 0 - Self.dot(query, vector)
        case .cosine: cosineDistance(to: vector)
        }
    }

    private func cosineDistance(to vector: [Float]) -> Double {
        let squared = Self.dot(vector, vector)
        guard squared > 0, squaredLength > 0 else { return 1 }
        let distance =
            1 - Self.dot(query, vector) / (squared.squareRoot() * squaredLength.squareRoot())
        // What is below the last places of doubles is their rounding.
        return distance < 1e-14 ? 0 : min(distance, 2)
    }

    private static func dot(_ a: [Float], _ b: [Float]) -> Double { sum(a, b) { $0 * $1 } }

    /// Eight sums at a time, so that one addition need not wait for the one before.
    @inline(__always)
    private static func sum(
        _ a: [Float], _ b: [Float], _ term: (SIMD8<Double>, SIMD8<Double>) -> SIMD8<Double>
    ) -> Double {
        precondition(a.count == b.count)
        return a.withUnsafeBytes { a in
            b.withUnsafeBytes { b in
                let width = MemoryLayout<SIMD8<Float>>.size
                var sums = SIMD8<Double>.zero
                var offset = 0
                while offset + width <= a.count {
                    sums += term(
                        SIMD8(a.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self)),
                        SIMD8(b.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self)))
                    offset += width
                }
                var rest = (SIMD8<Double>.zero, SIMD8<Double>.zero)
                var lane = 0
                while offset < a.count {
                    rest.0[lane] = Double(
                        a.loadUnaligned(fromByteOffset: offset, as: Float.self))
                    rest.1[lane] = Double(
                        b.loadUnaligned(fromByteOffset: offset, as: Float.self))
                    offset += MemoryLayout<Float>.size
                    lane += 1
                }
                return (sums + term(rest.0, rest.1)).sum()
            }
        }
    }
}
