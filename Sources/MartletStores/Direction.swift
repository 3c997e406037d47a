// Cosine similarity, and the best of many.

/// A vector to compare others with.
struct Direction: Sendable {
    let vector: [Float]
    private let length: Float

    /// nil for a vector without dimensions, or with a number that is not finite.
    init?(_ vector: [Float]) {
        guard !vector.isEmpty, vector.allSatisfy(\.isFinite) else { return nil }
        self.vector = vector
        length = dot(vector, vector).squareRoot()
    }

    /// The cosine of the angle between the two; 0 when one of them has no direction.
    func similarity(to other: [Float], of id: String?) throws(VectorStoreError) -> Float {
        guard other.count == vector.count else { throw .unusableVector(id: id) }
        let lengths = length * dot(other, other).squareRoot()
        guard lengths > 0 else { return 0 }
        return min(max(dot(vector, other) / lengths, -1), 1)
    }

    /// Of length 1, or all zeros.
    var unit: [Float] { length > 0 ? vector.map { $0 / length } : vector }
}

/// - Precondition: as many elements in both.
func dot(_ left: [Float], _ right: [Float]) -> Float {
    precondition(left.count == right.count)
    return left.withUnsafeBufferPointer { left in
        right.withUnsafeBufferPointer { right in
            dot(left.baseAddress, right.baseAddress, left.count)
        }
    }
}

/// Sixteen sums side by side, so that the compiler may use wide registers.
@inline(__always)
func dot(_ left: UnsafePointer<Float>?, _ right: UnsafePointer<Float>?, _ count: Int) -> Float {
    guard let left, let right else { return 0 }
    var sums = SIMD16<Float>.zero
    var place = 0
    while count - place >= 16 {
        let first = UnsafeRawPointer(left + place).loadUnaligned(as: SIMD16<Float>.self)
        let second = UnsafeRawPointer(right + place).loadUnaligned(as: SIMD16<Float>.self)
        sums.addProduct(first, second)
        place += 16
    }
    var sum = sums.sum()
    while place < count {
        sum += left[place] * right[place]
        place += 1
    }
    return sum
}

/// The best matches seen so far: more similar first, of equals the smaller id.
struct Best {
    private let limit: Int
    private var kept: [VectorStoreMatch] = []

    init(_ limit: Int) { self.limit = limit }

    /// The best first.
    var matches: [VectorStoreMatch] {
        Array(kept.sorted(by: Self.precedes).prefix(limit))
    }

    mutating func add(_ id: String, _ similarity: Float) {
        kept.append(VectorStoreMatch(id: id, similarity: similarity))
        // Cut now and then, so that each is sorted a few times at most.
        guard limit < 1 << 30, kept.count >= 2 * limit + 64 else { return }
        kept.sort(by: Self.precedes)
        kept.removeLast(kept.count - limit)
    }

    private static func precedes(_ left: VectorStoreMatch, _ right: VectorStoreMatch) -> Bool {
        left.similarity == right.similarity
            ? left.id < right.id : left.similarity > right.similarity
    }
}
