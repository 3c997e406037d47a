import CVectorKernels
import MartletTestBasics
import Testing

@testable import MartletVectors

@Suite struct ScalarQuantizerTests {
    static let kinds: [CodeKind] = [.int4, .int8]

    @Test(
        "inside the ranges a number is off by little more than half a step",
        arguments: kinds, [1, 7, 16, 31, 100, 128, 129, 384])
    func errorBound(kind: CodeKind, dimensions: Int) {
        var random = SeededRandom(seed: testSetting("MARTLET_TEST_SEED") ?? 0xE44)
        let data = TestVectors(count: 300, dimensions: dimensions, using: &random)
        for table in VectorKernelsTests.tables {
            let quantizer = data.quantizer(kind, .dotProduct, kernels: table)
            var row = [UInt8](repeating: 0, count: quantizer.layout.stride)
            for vector in data.vectors {
                quantizer.encode(vector, into: &row)
                let decoded = quantizer.decode(row)
                for (dimension, number) in vector.enumerated() {
                    let step = quantizer.step(dimension)
                    let reach = step * Float(quantizer.layout.mostOfCode) / 2
                    let inside = min(
                        max(number, quantizer.centre(dimension) - reach),
                        quantizer.centre(dimension) + reach)
                    // Stretching moves a number by at most a quarter of itself.
                    #expect(
                        abs(decoded[dimension] - inside) <= step * 0.501 + abs(number) * 0.25,
                        "dimension \(dimension) of \(dimensions), \(random)")
                }
            }
        }
    }

    @Test("a code's product with its vector is the vector's with itself, nearly", arguments: kinds)
    func stretched(kind: CodeKind) {
        var random = SeededRandom(seed: testSetting("MARTLET_TEST_SEED") ?? 0x57E)
        let data = TestVectors(count: 400, dimensions: 384, using: &random)
        let quantizer = data.quantizer(kind, .cosine)
        var row = [UInt8](repeating: 0, count: quantizer.layout.stride)
        for vector in data.vectors {
            quantizer.encode(vector, into: &row)
            let own = ScalarDistance.product(vector, vector, count: 384)
            let coded = ScalarDistance.product(vector, quantizer.decode(row), count: 384)
            #expect(abs(coded - own) < 0.004 * own, "\(random)")
        }
    }

    @Test(
        "estimates come close to distances, and closer with more bits", arguments: Metric.allCases)
    func estimates(metric: Metric) {
        var random = SeededRandom(seed: testSetting("MARTLET_TEST_SEED") ?? 0xE57)
        let data = TestVectors(count: 500, dimensions: 100, using: &random)
        for table in VectorKernelsTests.tables {
            var errors: [Double] = []
            for kind in Self.kinds {
                let quantizer = data.quantizer(kind, metric, kernels: table)
                let codes = data.codes(of: quantizer)
                var sum = 0.0
                for query in data.vectors.prefix(20) {
                    for (estimate, vector) in zip(codes.distances(to: query), data.vectors) {
                        let error = Double(estimate) - data.distance(metric, query, vector)
                        sum += error * error
                    }
                }
                errors.append((sum / Double(20 * data.vectors.count)).squareRoot())
            }
            // Of unit vectors with four bits: a step is about 0.03, its error 0.03 / sqrt(12); the
            // squared difference has it twice.
            let bound = metric == .euclidean ? 0.03 : 0.015
            #expect(errors[0] < bound, "\(metric), \(random)")
            #expect(errors[1] < errors[0] / 4, "\(metric), \(random)")
        }
    }

    @Test(
        "vectors of well separated groups are nearer than those of other groups",
        arguments: kinds, Metric.allCases)
    func order(kind: CodeKind, metric: Metric) {
        var random = SeededRandom(seed: testSetting("MARTLET_TEST_SEED") ?? 0x08D)
        let groups = 6
        let data = TestVectors(count: 300, dimensions: 48, groups: groups, using: &random)
        let codes = data.codes(of: data.quantizer(kind, metric))
        for (place, query) in data.vectors.enumerated().prefix(60) {
            let distances = codes.distances(to: query)
            let ordered = distances.indices.sorted { distances[$0] < distances[$1] }
            let nearest = ordered.prefix(data.vectors.count / groups)
            #expect(
                nearest.allSatisfy { $0 % groups == place % groups }, "\(metric), \(random)")
        }
    }

    @Test("the same vectors and the same sample make the same codes", arguments: kinds)
    func deterministic(kind: CodeKind) {
        var random = SeededRandom(seed: testSetting("MARTLET_TEST_SEED") ?? 0xDE7)
        let data = TestVectors(count: 50, dimensions: 33, using: &random)
        let first = data.quantizer(kind, .euclidean)
        let second = data.quantizer(kind, .euclidean)
        #expect(first.serialized() == second.serialized())
        #expect(data.codes(of: first).bytes == data.codes(of: second).bytes)
    }

    @Test("numbers outside the ranges become the outermost codes and are counted", arguments: kinds)
    func clipped(kind: CodeKind) {
        let sample: [Float] = [-1, -1, 1, 1]
        let quantizer = sample.withUnsafeBufferPointer {
            ScalarQuantizer(training: $0, dimensions: 2, kind: kind, metric: .dotProduct)
        }
        var row = [UInt8](repeating: 0, count: quantizer.layout.stride)
        for (vector, clipped, meant) in [
            ([-1, 1], 0, [-1, 1]), ([-9, 9], 2, [-1, 1]), ([1, 1e30], 1, [1, 1]),
        ] as [([Float], Int, [Float])] {
            #expect(quantizer.encode(vector, into: &row) == clipped)
            for (decoded, expected) in zip(quantizer.decode(row), meant) {
                #expect(abs(decoded - expected) < 1e-5)
            }
        }
    }

    @Test("constant dimensions are kept as they are, and differences that come later are seen")
    func constantDimensions() {
        let sample: [Float] = [0, 5, -1, 0, 5, 1, 0, 5, 0]
        for kind in Self.kinds {
            let quantizer = sample.withUnsafeBufferPointer {
                ScalarQuantizer(training: $0, dimensions: 3, kind: kind, metric: .euclidean)
            }
            var row = [UInt8](repeating: 0, count: quantizer.layout.stride)
            quantizer.encode([0, 5, 0], into: &row)
            let decoded = quantizer.decode(row)
            #expect(abs(decoded[0]) < 0.02 && abs(decoded[1] - 5) < 0.02)
            quantizer.encode([0.1, 5, 0], into: &row)
            #expect(quantizer.decode(row)[0] > 0.05)
        }
        // All constant: one code, no division by zero.
        let alike: [Float] = [3, 4, 3, 4]
        let quantizer = alike.withUnsafeBufferPointer {
            ScalarQuantizer(training: $0, dimensions: 2, kind: .int4, metric: .euclidean)
        }
        var row = [UInt8](repeating: 0, count: quantizer.layout.stride)
        quantizer.encode([3, 4], into: &row)
        #expect(quantizer.decode(row) == [3, 4])
    }

    @Test(
        "a zero query is at 1 from every code by cosine; a zero vector at about 1", arguments: kinds
    )
    func zeroVectors(kind: CodeKind) {
        var random = SeededRandom(seed: testSetting("MARTLET_TEST_SEED") ?? 0x000)
        var data = TestVectors(count: 60, dimensions: 20, using: &random)
        data.vectors[0] = [Float](repeating: 0, count: 20)
        let codes = data.codes(of: data.quantizer(kind, .cosine))
        #expect(codes.distances(to: data.vectors[0]).allSatisfy { $0 == 1 })
        #expect(data.vectors.dropFirst().allSatisfy { abs(codes.distances(to: $0)[0] - 1) < 0.15 })
    }

    @Test("numbers at the ends of float32 trap nowhere", arguments: kinds, Metric.allCases)
    func extremes(kind: CodeKind, metric: Metric) {
        let greatest = Float.greatestFiniteMagnitude
        let least = Float.leastNonzeroMagnitude
        let samples: [[Float]] = [
            [greatest, -greatest, -greatest, greatest], [least, 0, 0, least], [0, 0, 0, 0],
            [1e30, 1e-30, -1e30, 1e-38],
        ]
        for sample in samples {
            let quantizer = sample.withUnsafeBufferPointer {
                ScalarQuantizer(training: $0, dimensions: 2, kind: kind, metric: metric)
            }
            #expect((0..<2).allSatisfy { quantizer.centre($0).isFinite })
            #expect((0..<2).allSatisfy { quantizer.step($0).isFinite && quantizer.step($0) >= 0 })
            var row = [UInt8](repeating: 0, count: quantizer.layout.stride)
            for vector in samples {
                quantizer.encode(vector, into: &row)
                #expect(
                    TestCodes(quantizer: quantizer, bytes: row).distances(to: vector).count == 1)
            }
        }
    }
}
