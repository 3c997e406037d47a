/// Which numbers each dimension's codes stand for, found in a sample.
///
/// Each dimension's range leaves out a few of the sample's outermost numbers on either side: as many
/// as make the mean squared error of its codes least, clipped numbers included. Dimensions that
/// hardly vary in the sample get a quarter of the usual range about their numbers, in whole steps:
/// codes of them are cheap to spare, and vectors that come later may vary more.
struct CodeRanges {
    /// Parts of the sample's numbers that may be left out on either side.
    private static let clippedParts = [0, 0.0005, 0.0015, 0.004, 0.01]

    /// The least range of a dimension, as a part of all ranges' root mean square.
    private static let leastRange: Float = 0.25

    private(set) var centres: [Float]
    private(set) var steps: [Float]

    /// - Parameter sample: shape `[count, dimensions]`, not empty.
    init(sample: UnsafeBufferPointer<Float>, dimensions: Int, bits: Int) {
        let count = sample.count / dimensions
        precondition(count > 0 && sample.count == count * dimensions)
        let last = Float((1 << bits) - 1)
        let depths = Self.clippedParts.map { Int(Double(count) * $0) }
        var ranges: [ClosedRange<Float>] = []
        ranges.reserveCapacity(dimensions)
        var outermost = Outermost(depth: depths[depths.count - 1] + 1)
        var column = [Float](repeating: 0, count: count)
        for dimension in 0..<dimensions {
            outermost.removeAll()
            for row in 0..<count {
                column[row] = sample[row * dimensions + dimension]
                outermost.insert(column[row])
            }
            ranges.append(Self.best(of: outermost, depths: depths, for: column, last: last))
        }

        let squares = ranges.reduce(0.0) { sum, range in
            let width = Double(range.upperBound) - Double(range.lowerBound)
            return sum + width * width
        }
        let floor = Self.leastRange * Float((squares / Double(dimensions)).squareRoot())
        centres = ranges.map(\.lowerBound)
        steps = [Float](repeating: 0, count: dimensions)
        for (dimension, range) in ranges.enumerated() {
            let width = range.upperBound - range.lowerBound
            let step = max(width, floor) / last
            // Ranges beyond float32 cannot be divided: one code stands for all.
            guard step > 0, step.isFinite else { continue }
            // Codes of a narrow dimension: as many below its numbers as above.
            let spare = ((last - width / step) / 2 + 0.001).rounded(.down)
            steps[dimension] = step
            centres[dimension] = range.lowerBound + step * (last / 2 - spare)
        }
    }

    private static func best(
        of outermost: borrowing Outermost, depths: [Int], for column: [Float], last: Float
    ) -> ClosedRange<Float> {
        var best = outermost.range(without: 0)
        var least = error(of: best, for: column, last: last)
        var tried = 0
        for depth in depths where depth > tried {
            tried = depth
            let range = outermost.range(without: depth)
            let error = error(of: range, for: column, last: last)
            if error < least { (best, least) = (range, error) }
        }
        return best
    }

    /// The sum of squared errors when a range's numbers are rounded to its steps.
    private static func error(
        of range: ClosedRange<Float>, for column: [Float], last: Float
    ) -> Float {
        let lower = range.lowerBound
        let step = (range.upperBound - lower) / last
        let inverse = step > 0 ? 1 / step : 0
        // Added and taken away again, this leaves the nearest whole number.
        let rounding: Float = 12_582_912
        var sum: Float = 0
        for number in column {
            let place = min(max((number - lower) * inverse, 0), last)
            let difference = number - lower - step * ((place + rounding) - rounding)
            sum += difference * difference
        }
        return sum
    }
}

/// The outermost numbers on either side of those that were inserted, `depth` of them.
private struct Outermost: ~Copyable {
    private let depth: Int
    /// Ascending.
    private var lowest: [Float] = []
    /// Descending.
    private var highest: [Float] = []

    init(depth: Int) {
        self.depth = depth
        lowest.reserveCapacity(depth + 1)
        highest.reserveCapacity(depth + 1)
    }

    /// The range of all numbers but so many on either side.
    func range(without clipped: Int) -> ClosedRange<Float> {
        let place = min(clipped, lowest.count - 1)
        return lowest[place] < highest[place]
            ? lowest[place]...highest[place] : highest[place]...lowest[place]
    }

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
