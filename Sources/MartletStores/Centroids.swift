// Points that divide the directions among lists: a vector is in the list of the centroid that it has
// the smallest angle to. Found by k-means on the sphere.
//
// The same vectors and seed give the same centroids.

struct Centroids: Sendable, Equatable {
    let dimensions: Int
    /// Row-major, shape `[count, dimensions]`, each of length 1 or zero.
    let elements: [Float]

    var count: Int { elements.count / dimensions }

    init(dimensions: Int, elements: [Float]) {
        self.dimensions = dimensions
        self.elements = elements
    }

    /// - Parameters:
    ///   - sample: unit vectors, at least one, all of the same dimensions.
    ///   - count: of lists; no more than vectors come to be.
    init(of sample: [[Float]], count: Int, rounds: Int, seed: UInt64) {
        let dimensions = sample[0].count
        let count = min(max(count, 1), sample.count)
        var generator = Mixer(state: seed)
        var places = Array(sample.indices)
        places.shuffle(using: &generator)
        var current = Centroids(
            dimensions: dimensions, elements: places.prefix(count).flatMap { sample[$0] })
        for _ in 0..<rounds {
            var sums = [Float](repeating: 0, count: count * dimensions)
            var sizes = [Int](repeating: 0, count: count)
            for vector in sample {
                let list = current.list(of: vector)
                sizes[list] += 1
                for place in 0..<dimensions { sums[list * dimensions + place] += vector[place] }
            }
            var elements: [Float] = []
            elements.reserveCapacity(sums.count)
            for list in 0..<count {
                let row = Array(sums[list * dimensions..<(list + 1) * dimensions])
                // One that nobody is near begins anew somewhere.
                let isEmpty = sizes[list] == 0
                let next = isEmpty ? sample.randomElement(using: &generator)! : row
                elements += Direction(next)?.unit ?? next
            }
            current = Centroids(dimensions: dimensions, elements: elements)
        }
        self = current
    }

    /// The list of a vector.
    func list(of vector: [Float]) -> Int {
        var best = 0
        var highest = -Float.infinity
        forEachProduct(with: vector) { list, product in
            if product > highest { (best, highest) = (list, product) }
        }
        return best
    }

    /// All lists, that of the vector first.
    func ranked(for vector: [Float]) -> [Int] {
        var products: [(list: Int, product: Float)] = []
        forEachProduct(with: vector) { products.append(($0, $1)) }
        products.sort { $0.product == $1.product ? $0.list < $1.list : $0.product > $1.product }
        return products.map(\.list)
    }

    private func forEachProduct(with vector: [Float], _ body: (Int, Float) -> Void) {
        precondition(vector.count == dimensions)
        elements.withUnsafeBufferPointer { elements in
            vector.withUnsafeBufferPointer { vector in
                for list in 0..<count {
                    let row = elements.baseAddress! + list * dimensions
                    body(list, dot(row, vector.baseAddress, dimensions))
                }
            }
        }
    }
}

/// SplitMix64.
struct Mixer: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
