import CVectorKernels
import MartletTestBasics
import Testing

@testable import MartletVectors

/// Every table of kernels that this processor runs, against the slow exact versions.
@Suite struct VectorKernelsTests {
    /// Lengths around the edges of registers of 4, 8, 16 and 32 numbers, and those of real models.
    static let lengths =
        [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 47, 48, 49, 63, 64, 65, 79, 80, 81]
        + [95, 96, 97, 111, 112, 113, 127, 128, 129, 383, 384, 385, 768, 784, 1536]

    static var tables: [UnsafePointer<martlet_vector_kernels>] {
        var tables = [UnsafePointer<martlet_vector_kernels>](
            repeating: martlet_vector_kernels_best(), count: 8)
        let count = tables.withUnsafeMutableBufferPointer {
            martlet_vector_kernels_all($0.baseAddress!, $0.count)
        }
        return Array(tables.prefix(count))
    }

    @Test("the best kernels are the first of all, and the portable ones are among them")
    func tables() {
        let tables = Self.tables
        #expect(tables.first == martlet_vector_kernels_best())
        #expect(tables.last.map { String(cString: $0.pointee.name) } == "portable")
    }

    @Test("floats and half floats are scored as in double precision, wherever rows begin")
    func floats() {
        var random = SeededRandom(seed: testSetting("MARTLET_TEST_SEED") ?? 0xF10A)
        for table in Self.tables {
            let kernels = table.pointee
            for length in Self.lengths {
                for offset in [0, 2, 6] {
                    let query = (0..<length).map { _ in Float.random(in: -2...2, using: &random) }
                    let rows = FloatRows(
                        count: 11, length: length, offset: offset, using: &random)
                    let name = "\(String(cString: kernels.name)), \(length) numbers, \(random)"
                    rows.check(kernels.dot_f32, kernels.dot_f32_gather, query, .product, name)
                    rows.check(
                        kernels.l2_f32, kernels.l2_f32_gather, query, .squaredDifference, name)
                    let halves = rows.narrowed()
                    halves.check(kernels.dot_f16, kernels.dot_f16_gather, query, .product, name)
                    halves.check(
                        kernels.l2_f16, kernels.l2_f16_gather, query, .squaredDifference, name)
                }
            }
        }
    }

    @Test("all half floats that are numbers are widened exactly")
    func everyHalf() {
        for table in Self.tables {
            for bits in UInt16.min...UInt16.max {
                var half = bits
                let expected = Float(Float16(bitPattern: bits))
                guard expected.isFinite else { continue }
                #expect(
                    table.pointee.dot_f16([1], &half, 1) == expected,
                    "\(String(cString: table.pointee.name)), bits \(bits)")
            }
        }
    }

    @Test("links are filtered by their bits, in their order; those without a bit are left out")
    func matchingLinks() {
        var random = SeededRandom(seed: testSetting("MARTLET_TEST_SEED") ?? 0x117C)
        for width in [4, 6, 8, 10, 16, 18, 32, 34, 64, 96] {
            for share in [0.0, 0.1, 0.5, 1.0] {
                let words = (0..<9).map { index in
                    (0..<32).reduce(UInt32(0)) { word, bit in
                        let isSet = index < 8 && Double.random(in: 0..<1, using: &random) < share
                        return isSet ? word | 1 << UInt32(bit) : word
                    }
                }
                // Of 256 numbers with a bit, the last of a list that is not full, and beyond.
                let links = (0..<width).map { _ -> UInt32 in
                    switch Int.random(in: 0..<8, using: &random) {
                    case 0: .max
                    case 1: UInt32.random(in: 256 ..< .max, using: &random)
                    default: UInt32.random(in: 0..<256, using: &random)
                    }
                }
                let expected = links.filter {
                    $0 < 256 && words[Int($0 / 32)] >> ($0 % 32) & 1 != 0
                }
                for table in Self.tables {
                    var matching = [UInt32](repeating: 0, count: width + 15)
                    let count = table.pointee.matching_links(links, width, words, 8, &matching)
                    #expect(
                        Array(matching.prefix(count)) == expected,
                        "\(String(cString: table.pointee.name)), \(width) links, \(random)")
                }
            }
        }
    }

    @Test(
        "scores of codes are exact for random bytes and for the greatest, whatever the code's length",
        arguments: [4, 8])
    func codes(bits: Int) {
        var random = SeededRandom(seed: testSetting("MARTLET_TEST_SEED") ?? 0xC0DE)
        for codeBytes in [16, 32, 48, 64, 80, 96, 112, 128, 144, 192, 208, 384, 400, 784, 1536] {
            let dimensions = codeBytes * 8 / bits
            for (code, weight) in [(nil, nil), (UInt8.max, Int8.min), (.max, .max), (0, .min)] {
                let weights = (0..<dimensions).map { _ in
                    weight ?? Int8.random(in: .min ... .max, using: &random)
                }
                let stride = codeBytes + 5
                let rows = (0..<7 * stride).map { _ in
                    code ?? UInt8.random(in: .min ... .max, using: &random)
                }
                for count in [0, 1, 2, 3, 4, 5, 8, 29] {
                    let slots = (0..<count).map { _ in UInt32(random.below(7)) }
                    let expected = slots.map { slot in
                        rows.withUnsafeBufferPointer {
                            Int32(
                                ScalarDistance.score(
                                    weights: weights, code: $0.baseAddress! + Int(slot) * stride,
                                    codeBytes: codeBytes, bits: bits))
                        }
                    }
                    for table in Self.tables {
                        let kernel =
                            bits == 4 ? table.pointee.dot_u4_gather : table.pointee.dot_u8_gather
                        // One more, which must stay as it is.
                        var scores = [Int32](repeating: -77, count: count + 1)
                        kernel(weights, rows, stride, codeBytes, slots, count, &scores)
                        #expect(
                            scores == expected + [-77],
                            "\(String(cString: table.pointee.name)), \(codeBytes) bytes, \(random)")
                    }
                }
            }
        }
    }

    @Test(
        "distances of codes are the base, the score by its unit, and the row's term",
        arguments: [4, 8])
    func distances(bits: Int) {
        var random = SeededRandom(seed: testSetting("MARTLET_TEST_SEED") ?? 0xD157)
        for codeBytes in [16, 64, 208] {
            for hasTerms in [false, true] {
                let dimensions = codeBytes * 8 / bits
                let weights = (0..<dimensions).map { _ in
                    Int8.random(in: -127...127, using: &random)
                }
                let stride = codeBytes + (hasTerms ? 4 : 0)
                var rows = (0..<9 * stride).map { _ in UInt8(random.below(256)) }
                let terms = (0..<9).map { _ in Float.random(in: 0...9, using: &random) }
                if hasTerms {
                    rows.withUnsafeMutableBytes { bytes in
                        for row in 0..<9 {
                            bytes.storeBytes(
                                of: terms[row], toByteOffset: row * stride + codeBytes,
                                as: Float.self)
                        }
                    }
                }
                let slots: [UInt32] = [8, 0, 3, 3, 7, 1, 2]
                for table in Self.tables {
                    weights.withUnsafeBufferPointer { weights in
                        var query = martlet_code_query(
                            weights: weights.baseAddress!, code_bytes: codeBytes, base: 3,
                            unit: -0.001, has_terms: hasTerms ? 1 : 0)
                        let kernel =
                            bits == 4
                            ? table.pointee.distances_u4_gather : table.pointee.distances_u8_gather
                        var distances = [Float](repeating: 0, count: slots.count)
                        kernel(&query, rows, stride, slots, slots.count, &distances)
                        for (slot, distance) in zip(slots, distances) {
                            let score = rows.withUnsafeBufferPointer {
                                ScalarDistance.score(
                                    weights: weights.baseAddress!,
                                    code: $0.baseAddress! + Int(slot) * stride,
                                    codeBytes: codeBytes, bits: bits)
                            }
                            let term = hasTerms ? Double(terms[Int(slot)]) : 0
                            let expected = 3 - 0.001 * Double(score) + term
                            #expect(
                                abs(Double(distance) - expected) < 1e-4,
                                "\(String(cString: table.pointee.name)), \(random)")
                        }
                    }
                }
            }
        }
    }
}

/// Rows of floats or half floats that begin some bytes off an aligned address.
private struct FloatRows {
    let values: [[Float]]
    let isHalf: Bool
    private let bytes: [UInt8]
    private let offset: Int
    private let stride: Int

    init(count: Int, length: Int, offset: Int, using random: inout SeededRandom) {
        // Numbers of three digits: they survive half precision.
        let values = (0..<count).map { _ in
            (0..<length).map { _ in Float(random.number(-1000...1000)) / 256 }
        }
        self.init(values: values, isHalf: false, offset: offset)
    }

    private init(values: [[Float]], isHalf: Bool, offset: Int) {
        self.values = values
        self.isHalf = isHalf
        self.offset = offset
        stride = values[0].count * (isHalf ? 2 : 4) + 2
        var bytes = [UInt8](repeating: 0xFF, count: offset)
        for row in values {
            for value in row {
                if isHalf {
                    withUnsafeBytes(of: Float16(value).bitPattern) { bytes += $0 }
                } else {
                    withUnsafeBytes(of: value) { bytes += $0 }
                }
            }
            // What lies between rows is no number.
            bytes += [0xFF, 0xFF]
        }
        self.bytes = bytes
    }

    func narrowed() -> FloatRows { FloatRows(values: values, isHalf: true, offset: offset) }

    func check(
        _ one: martlet_float_kernel, _ many: martlet_float_gather, _ query: [Float],
        _ measure: DistanceKernels.Measure, _ name: String
    ) {
        let length = query.count
        let expected = values.map { row in
            measure == .product
                ? ScalarDistance.product(query, row, count: length)
                : ScalarDistance.squaredDifference(query, row, count: length)
        }
        // Errors of float32 sums grow with the sum of absolute terms, at most 36 each.
        let tolerance = 1e-6 * Double(length) * 36
        bytes.withUnsafeBytes { bytes in
            let base = bytes.baseAddress! + offset
            for row in values.indices {
                let score = Double(one(query, base + row * stride, length))
                #expect(abs(score - expected[row]) <= tolerance, "one row, \(name)")
            }
            for count in 0...values.count {
                let slots = (0..<count).map { UInt32(($0 * 7) % values.count) }
                var scores = [Float](repeating: -77, count: count + 1)
                many(query, base, stride, length, slots, count, &scores)
                #expect(scores[count] == -77, "nothing after the last score, \(name)")
                for (slot, score) in zip(slots, scores) {
                    #expect(
                        abs(Double(score) - expected[Int(slot)]) <= tolerance,
                        "\(count) rows, \(name)")
                }
            }
        }
    }
}
