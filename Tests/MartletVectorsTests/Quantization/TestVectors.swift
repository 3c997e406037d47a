import CVectorKernels
import MartletTestBasics

@testable import MartletVectors

/// Unit vectors of bell-shaped numbers, in groups about random centres if there are any.
struct TestVectors {
    var vectors: [[Float]]
    let dimensions: Int

    init(count: Int, dimensions: Int, groups: Int = 0, using random: inout SeededRandom) {
        self.dimensions = dimensions
        func bell(_ random: inout SeededRandom) -> Float {
            (0..<6).reduce(0) { sum, _ in sum + Float.random(in: -1...1, using: &random) }
        }
        let centres = (0..<max(groups, 1)).map { _ in
            (0..<dimensions).map { _ in groups > 0 ? 8 * bell(&random) : 0 }
        }
        vectors = (0..<count).map { place in
            let numbers = centres[place % centres.count].map { $0 + bell(&random) }
            let length = Float(
                ScalarDistance.product(numbers, numbers, count: dimensions).squareRoot())
            return numbers.map { $0 / length }
        }
    }

    func quantizer(
        _ kind: CodeKind, _ metric: Metric,
        kernels: UnsafePointer<martlet_vector_kernels> = VectorKernels.best
    ) -> ScalarQuantizer {
        let layout = CodeLayout(dimensions: dimensions, kind: kind, metric: metric)
        let ranges = Array(vectors.joined()).withUnsafeBufferPointer {
            CodeRanges(sample: $0, dimensions: dimensions, bits: layout.bits)
        }
        return ScalarQuantizer(
            layout: layout, metric: metric, centres: ranges.centres, steps: ranges.steps,
            kernels: kernels)
    }

    func codes(of quantizer: ScalarQuantizer) -> TestCodes {
        let stride = quantizer.layout.stride
        var bytes = [UInt8](repeating: 0, count: stride * vectors.count)
        bytes.withUnsafeMutableBufferPointer {
            for (slot, vector) in vectors.enumerated() {
                quantizer.encode(vector, into: $0.baseAddress! + slot * stride)
            }
        }
        return TestCodes(quantizer: quantizer, bytes: bytes)
    }

    /// MartletVectors' own distance: the square for euclidean.
    func distance(_ metric: Metric, _ a: [Float], _ b: [Float]) -> Double {
        let distance = ScalarDistance.distance(metric, a, b, count: dimensions)
        return metric == .euclidean ? distance * distance : distance
    }
}

struct TestCodes {
    let quantizer: ScalarQuantizer
    let bytes: [UInt8]

    /// Estimated distances of all codes, in order.
    func distances(to query: [Float]) -> [Float] {
        let layout = quantizer.layout
        let slots = Array(0..<UInt32(bytes.count / layout.stride))
        var distances = [Float](repeating: 0, count: slots.count)
        withUnsafeTemporaryAllocation(of: Int8.self, capacity: layout.paddedDimensions) { weights in
            var prepared = quantizer.prepare(query, into: weights.baseAddress!)
            quantizer.distances(&prepared, bytes, layout.stride, slots, slots.count, &distances)
        }
        return distances
    }
}
