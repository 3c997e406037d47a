// Scores as clients see them. The search has found the items by distances of its own; here a few of
// them are scored once more, from the vectors that are answered for, in arithmetic wide enough that
// neither long sums nor large elements show: double precision, rounded to a float at the end. What
// is beyond the range of floats becomes their largest, never infinite.

internal import MartletVectors

struct SearchScore: Sendable {
    private let query: [Float]
    private let metric: Metric
    /// The query's length squared.
    private let squaredLength: Double

    init(_ query: [Float], _ metric: Metric) {
        self.query = query
        self.metric = metric
        squaredLength =
            metric == .cosine ? query.withUnsafeBufferPointer { Self.dot($0, $0) } : 0
    }

    /// The score of a vector: 1 - cos, the distance, or the product itself.
    func score(of vector: UnsafeBufferPointer<Float>) -> Float {
        query.withUnsafeBufferPointer { query in
            switch metric {
            case .cosine: Self.float(cosineDistance(query, vector))
            case .euclidean: Self.float(Self.squaredDistance(query, vector).squareRoot())
            case .dotProduct: Self.float(Self.dot(query, vector))
            }
        }
    }

    func score(of vector: [Float]) -> Float {
        vector.withUnsafeBufferPointer { score(of: $0) }
    }

    /// Whether a score is of a closer vector than another.
    func isBetter(_ score: Float, than other: Float) -> Bool {
        metric == .dotProduct ? score > other : score < other
    }

    private typealias Numbers = UnsafeBufferPointer<Float>

    private func cosineDistance(_ query: Numbers, _ vector: Numbers) -> Double {
        let squared = Self.dot(vector, vector)
        // A vector without a direction is as far as one at a right angle.
        guard squared > 0, squaredLength > 0 else { return 1 }
        let lengths = squared.squareRoot() * squaredLength.squareRoot()
        let distance = 1 - Self.dot(query, vector) / lengths
        // What is below the last places of doubles is their rounding.
        return distance < 1e-14 ? 0 : min(distance, 2)
    }

    private static func float(_ value: Double) -> Float {
        let limit = Double(Float.greatestFiniteMagnitude)
        return Float(min(max(value, -limit), limit)) + 0  // which takes the sign from a zero
    }

    // MARK: Sums
    //
    // Several at a time, so that one addition need not wait for the one before.

    private static func dot(_ a: Numbers, _ b: Numbers) -> Double {
        sum(a, b) { a, b in a * b }
    }

    private static func squaredDistance(_ a: Numbers, _ b: Numbers) -> Double {
        sum(a, b) { a, b in (a - b) * (a - b) }
    }

    @inline(__always)
    private static func sum(
        _ a: Numbers, _ b: Numbers, _ term: (SIMD8<Double>, SIMD8<Double>) -> SIMD8<Double>
    ) -> Double {
        precondition(a.count == b.count)
        var sums = SIMD8<Double>.zero
        var position = 0
        while position + 8 <= a.count {
            sums += term(widened(a, position), widened(b, position))
            position += 8
        }
        var rest = (SIMD8<Double>.zero, SIMD8<Double>.zero)
        for lane in 0..<(a.count - position) {
            rest.0[lane] = Double(a[position + lane])
            rest.1[lane] = Double(b[position + lane])
        }
        return (sums + term(rest.0, rest.1)).sum()
    }

    @inline(__always)
    private static func widened(_ vector: Numbers, _ position: Int) -> SIMD8<Double> {
        let floats = UnsafeRawPointer(vector.baseAddress! + position).loadUnaligned(
            as: SIMD8<Float>.self)
        return SIMD8<Double>(floats)
    }
}
