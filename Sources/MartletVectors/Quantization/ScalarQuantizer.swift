internal import CVectorKernels

/// Makes codes of vectors: each dimension's number as one of 16 or 256 even steps of its range.
///
/// It never changes after its training, so it may be used by any number of threads. Vectors are as
/// the metric wants them: of unit length for cosine. They must be finite, as must the sample.
final class ScalarQuantizer: Sendable {
    /// Vectors that a training reads at most; more do not make codes better.
    static let sampleLimit = 4096

    let layout: CodeLayout
    let metric: Metric
    /// Centres, steps and inverse steps, each padded; owned.
    private nonisolated(unsafe) let numbers: UnsafeMutablePointer<Float>
    private nonisolated(unsafe) let kernels: UnsafePointer<martlet_vector_kernels>

    /// - Parameter sample: shape `[count, dimensions]`, not empty; best a random choice of all
    ///   vectors, `sampleLimit` of them.
    convenience init(
        training sample: UnsafeBufferPointer<Float>, dimensions: Int, kind: CodeKind, metric: Metric
    ) {
        let layout = CodeLayout(dimensions: dimensions, kind: kind, metric: metric)
        let ranges = CodeRanges(sample: sample, dimensions: dimensions, bits: layout.bits)
        self.init(layout: layout, metric: metric, centres: ranges.centres, steps: ranges.steps)
    }

    init(
        layout: CodeLayout, metric: Metric, centres: [Float], steps: [Float],
        kernels: UnsafePointer<martlet_vector_kernels> = VectorKernels.best
    ) {
        precondition(centres.count == layout.dimensions && steps.count == layout.dimensions)
        self.layout = layout
        self.metric = metric
        self.kernels = kernels
        let padded = layout.paddedDimensions
        numbers = .allocate(capacity: 3 * padded)
        numbers.initialize(repeating: 0, count: 3 * padded)
        for dimension in 0..<layout.dimensions {
            let step = steps[dimension]
            numbers[dimension] = centres[dimension]
            // A step so small that its inverse is infinite says nothing: the centre stands for all.
            let inverse = 1 / step
            guard step > 0, inverse.isFinite else { continue }
            numbers[padded + dimension] = step
            numbers[2 * padded + dimension] = inverse
        }
    }

    deinit { numbers.deallocate() }

    func centre(_ dimension: Int) -> Float { numbers[dimension] }
    func step(_ dimension: Int) -> Float { numbers[layout.paddedDimensions + dimension] }

    private var scale: martlet_code_scale {
        let padded = layout.paddedDimensions
        return martlet_code_scale(
            centres: numbers, steps: numbers + padded, inverse_steps: numbers + 2 * padded,
            dimensions: layout.dimensions, code_bytes: layout.codeBytes, bits: UInt32(layout.bits))
    }

    /// Writes a row: the code and its term; the padding is left as it is.
    ///
    /// - Returns: how many of the vector's numbers are outside the ranges. Many of them, vector
    ///   after vector, mean that the data has changed since the training.
    @discardableResult
    func encode(_ vector: UnsafePointer<Float>, into row: UnsafeMutablePointer<UInt8>) -> Int {
        var scale = scale
        let made = kernels.pointee.encode(&scale, vector, row)
        if layout.hasTerms {
            UnsafeMutableRawPointer(row).storeBytes(
                of: made.norm, toByteOffset: layout.codeBytes, as: Float.self)
        }
        return Int(made.clipped)
    }

    /// The vector that a code stands for.
    func decode(_ row: UnsafePointer<UInt8>) -> [Float] {
        (0..<layout.dimensions).map { dimension in
            let number = ScalarDistance.number(
                at: dimension, of: row, codeBytes: layout.codeBytes, bits: layout.bits)
            return centre(dimension)
                + step(dimension) * (Float(number) - Float(layout.mostOfCode) / 2)
        }
    }

    /// Writes a query's weights, one for each padded dimension, and returns what turns scores into
    /// distances. Same metric, same unit length as the vectors.
    func prepare(
        _ query: UnsafePointer<Float>, into weights: UnsafeMutablePointer<Int8>
    ) -> martlet_code_query {
        var scale = scale
        let made = kernels.pointee.prepare(&scale, query, weights)
        let middle = Float(layout.mostOfCode) / 2
        let product = made.centre_product - made.unit * middle * Float(made.weight_sum)
        let (base, sign): (Float, Float) =
            switch metric {
            case .cosine: (1 - product, -1)
            case .dotProduct: (-product, -1)
            case .euclidean: (made.norm - 2 * product, -2)
            }
        return martlet_code_query(
            weights: weights, code_bytes: layout.codeBytes, base: base, unit: sign * made.unit,
            has_terms: layout.hasTerms ? 1 : 0)
    }

    /// Scores rows of codes: the kernel of this quantizer's layout.
    var distances: martlet_code_distances {
        layout.bits == 4
            ? kernels.pointee.distances_u4_gather : kernels.pointee.distances_u8_gather
    }
}
