import MartletTestBasics
import Testing

@testable import MartletVectors

@Suite struct DistanceKernelsTests {
    @Test(
        "distances are the metric's of unit vectors, the square for euclidean, rows of either width",
        arguments: Metric.allCases, [false, true])
    func distances(metric: Metric, isHalf: Bool) {
        var random = SeededRandom(seed: testSetting("MARTLET_TEST_SEED") ?? 0xD15)
        let dimensions = 16
        // A quarter sixteen times: unit length, exact in half precision.
        func vector() -> [Float] {
            (0..<dimensions).map { _ in random.chance(1, in: 2) ? 0.25 : -0.25 }
        }
        let query = vector()
        let rows = (0..<9).map { _ in vector() }
        var bytes: [UInt8] = []
        for number in rows.joined() {
            if isHalf {
                withUnsafeBytes(of: Float16(number).bitPattern) { bytes += $0 }
            } else {
                withUnsafeBytes(of: number) { bytes += $0 }
            }
        }
        let kernels = DistanceKernels(metric, rowsAreHalf: isHalf, dimensions: dimensions)
        let stride = dimensions * (isHalf ? 2 : 4)
        let slots: [UInt32] = [4, 8, 0, 1, 2, 3, 5, 6, 7]
        var distances = [Float](repeating: 0, count: slots.count)
        bytes.withUnsafeBytes { bytes in
            let base = bytes.baseAddress!
            kernels.distances(
                query, rows: base, stride: stride, slots: slots, count: slots.count,
                into: &distances)
            for (slot, distance) in zip(slots, distances) {
                var expected = ScalarDistance.distance(
                    metric, query, rows[Int(slot)], count: dimensions)
                if metric == .euclidean { expected *= expected }
                #expect(abs(Double(distance) - expected) < 1e-6, "\(random)")
                #expect(distance == kernels.distance(query, base + Int(slot) * stride))
            }
        }
    }

    @Test("a zero vector is at 1 from every vector by cosine")
    func zeroVector() {
        let zero: [Float] = [0, 0, 0]
        let other: [Float] = [1, 2, 3]
        #expect(ScalarDistance.distance(.cosine, zero, other, count: 3) == 1)
        #expect(ScalarDistance.distance(.cosine, zero, zero, count: 3) == 1)
        let kernels = DistanceKernels(.cosine, rowsAreHalf: false, dimensions: 3)
        #expect(kernels.distance(zero, other) == 1)
    }
}
