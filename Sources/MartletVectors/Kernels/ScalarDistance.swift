// The slow exact versions of the kernels: one number after the other, sums in Double. Tests compare
// every kernel with these, and exact searches that must not depend on a processor may use them.

enum ScalarDistance {
    static func product(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int) -> Double
    {
        var sum = 0.0
        for i in 0..<count { sum += Double(a[i]) * Double(b[i]) }
        return sum
    }

    static func squaredDifference(
        _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int
    ) -> Double {
        var sum = 0.0
        for i in 0..<count {
            let difference = Double(a[i]) - Double(b[i])
            sum += difference * difference
        }
        return sum
    }

    /// A distance as `Metric` defines it: the vectors need not have unit length, the euclidean one
    /// has its root.
    static func distance(
        _ metric: Metric, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int
    ) -> Double {
        switch metric {
        case .euclidean: return squaredDifference(a, b, count: count).squareRoot()
        case .dotProduct: return -product(a, b, count: count)
        case .cosine:
            let lengths = product(a, a, count: count) * product(b, b, count: count)
            guard lengths > 0 else { return 1 }
            return 1 - product(a, b, count: count) / lengths.squareRoot()
        }
    }

    /// The sum of products of codes and weights, in the layout that vector_kernels.h describes.
    static func score(
        weights: UnsafePointer<Int8>, code: UnsafePointer<UInt8>, codeBytes: Int, bits: Int
    ) -> Int {
        var sum = 0
        for dimension in 0..<codeBytes * 8 / bits {
            sum +=
                Int(weights[dimension])
                * number(at: dimension, of: code, codeBytes: codeBytes, bits: bits)
        }
        return sum
    }

    /// One dimension's number in a code.
    static func number(
        at dimension: Int, of code: UnsafePointer<UInt8>, codeBytes: Int, bits: Int
    ) -> Int {
        guard bits == 4 else { return Int(code[dimension]) }
        let block = dimension / 128 * 64
        let half = min(64, codeBytes - block)
        let place = dimension - 2 * block
        return place < half
            ? Int(code[block + place] & 0x0F) : Int(code[block + place - half] >> 4)
    }
}
