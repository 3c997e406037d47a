/// Which numbers each dimension's codes stand for, found in a sample.
///
/// The least and the most of a dimension are the sample's, without the few outermost numbers: their
/// clipping costs less than wider steps for all others. Dimensions that hardly vary in the sample
/// get a quarter of the usual range about their numbers, in whole steps: codes of them are cheap to
/// spare, and vectors that come later may vary more.
struct CodeRanges {
    /// The part of the sample's numbers that is clipped on either side.
    static func clippedPart(bits: Int) -> Double { bits == 4 ? 0.004 : 0.000_5 }

    /// The least range of a dimension, as a part of all ranges' root mean square.
    static let leastRange: Float = 0.25

    private(set) var centres: [Float]
    private(set) var steps: [Float]

    /// - Parameter sample: shape `[count, dimensions]`, not empty.
    init(sample: UnsafeBufferPointer<Float>, dimensions: Int, bits: Int) {
        let count = sample.count / dimensions
        precondition(count > 0 && sample.count == count * dimensions)
        let clipped = Int(Double(count) * Self.clippedPart(bits: bits))
        var least = [Float](repeating: 0, count: dimensions)
        var most = least
        var outermost = Outermost(depth: clipped + 1)
        for dimension in 0..<dimensions {
            outermost.removeAll()
            for row in 0..<count { outermost.insert(sample[row * dimensions + dimension]) }
            (least[dimension], most[dimension]) = outermost.ends
        }

        let last = Float((1 << bits) - 1)
        let squares = zip(least, most).reduce(0.0) { sum, ends in
            let range = Double(ends.1) - Double(ends.0)
            return sum + range * range
        }
        let floor = Self.leastRange * Float((squares / Double(dimensions)).squareRoot())
        centres = least
        steps = most
        for dimension in 0..<dimensions {
            let range = most[dimension] - least[dimension]
            let step = max(range, floor) / last
            // Ranges beyond float32 cannot be divided: one code stands for all.
            guard step.isFinite else {
                (steps[dimension], centres[dimension]) = (0, least[dimension])
                continue
            }
            // Codes of a narrow dimension: as many below its numbers as above.
            let spare = step > 0 ? ((last - range / step) / 2 + 0.001).rounded(.down) : 0
            steps[dimension] = step
            centres[dimension] = least[dimension] + step * (last / 2 - spare)
        }
    }
}

/// The outermost numbers on either side of those that were inserted, `depth` of them.
private struct Outermost {
    private let depth: Int
    /// Ascending; the last one is the end.
    private var lowest: [Float] = []
    /// Descending.
    private var highest: [Float] = []

    init(depth: Int) {
        self.depth = depth
        lowest.reserveCapacity(depth + 1)
        highest.reserveCapacity(depth + 1)
    }

    /// The least and the most when those further out are clipped.
    var ends: (Float, Float) { (lowest[lowest.count - 1], highest[highest.count - 1]) }

    mutating func removeAll() {
        lowest.removeAll(keepingCapacity: true)
        highest.removeAll(keepingCapacity: true)
    }

    mutating func insert(_ number: Float) {
        if lowest.count < depth || number < lowest[lowest.count - 1] {
            var place = lowest.count
            while place > 0, number < lowest[place - 1] { place -= 1 }
            lowest.insert(number, at: place)
            if lowest.count > depth { lowest.removeLast() }
        }
        if highest.count < depth || number > highest[highest.count - 1] {
            var place = highest.count
            while place > 0, number > highest[place - 1] { place -= 1 }
            highest.insert(number, at: place)
            if highest.count > depth { highest.removeLast() }
        }
    }
}
