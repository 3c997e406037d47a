internal import CVectorKernels

/// The kernels of this processor for one metric and one form of rows, chosen once.
///
/// Distances are MartletVectors' own: smaller is closer; cosine is 1 - the product, so vectors and
/// queries must have unit length, or the caller scales the products itself; euclidean is squared.
/// Rows lie at `slot * stride` bytes. Nothing is allocated.
struct DistanceKernels: Sendable {
    /// What the kernels compute; `distance` turns it into a distance.
    enum Measure: Sendable {
        case product
        case squaredDifference
    }

    let measure: Measure
    let isHalf: Bool
    let dimensions: Int
    private let one: martlet_float_kernel
    private let many: martlet_float_gather
    /// distance = base + sign * score
    private let base: Float
    private let sign: Float

    init(_ metric: Metric, rowsAreHalf isHalf: Bool, dimensions: Int) {
        self.isHalf = isHalf
        self.dimensions = dimensions
        let kernels = VectorKernels.best.pointee
        switch metric {
        case .euclidean:
            measure = .squaredDifference
            one = isHalf ? kernels.l2_f16 : kernels.l2_f32
            many = isHalf ? kernels.l2_f16_gather : kernels.l2_f32_gather
            (base, sign) = (0, 1)
        case .cosine, .dotProduct:
            measure = .product
            one = isHalf ? kernels.dot_f16 : kernels.dot_f32
            many = isHalf ? kernels.dot_f16_gather : kernels.dot_f32_gather
            (base, sign) = (metric == .cosine ? 1 : 0, -1)
        }
    }

    /// The product or the squared difference.
    @inline(__always)
    func score(_ query: UnsafePointer<Float>, _ row: UnsafeRawPointer) -> Float {
        one(query, row, dimensions)
    }

    @inline(__always)
    func distance(_ query: UnsafePointer<Float>, _ row: UnsafeRawPointer) -> Float {
        base + sign * one(query, row, dimensions)
    }

    /// Products or squared differences of `count` rows, in the order of `slots`.
    @inline(__always)
    func scores(
        _ query: UnsafePointer<Float>, rows: UnsafeRawPointer, stride: Int,
        slots: UnsafePointer<UInt32>, count: Int, into scores: UnsafeMutablePointer<Float>
    ) {
        many(query, rows, stride, dimensions, slots, count, scores)
    }

    @inline(__always)
    func distances(
        _ query: UnsafePointer<Float>, rows: UnsafeRawPointer, stride: Int,
        slots: UnsafePointer<UInt32>, count: Int, into distances: UnsafeMutablePointer<Float>
    ) {
        many(query, rows, stride, dimensions, slots, count, distances)
        guard sign < 0 else { return }
        for i in 0..<count { distances[i] = base - distances[i] }
    }
}

/// The tables of kernels; they are never changed.
enum VectorKernels {
    /// The fastest that this processor runs.
    nonisolated(unsafe) static let best = martlet_vector_kernels_best()

    static var name: String { String(cString: best.pointee.name) }
}
