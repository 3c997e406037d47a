// Whether codes tell vectors apart: measured on the vectors themselves, before searches walk on them.
//
// They do not where one dimension is much wider than the others, which then have no numbers left, or
// where vectors come in clusters that are narrower than a step. Walks on the vectors find those.

internal import CVectorKernels

struct CodeCheck {
    /// Vectors that take the part of queries, spread over all.
    private static let queryCount = 16
    /// Vectors that each is compared with at most, spread over all.
    private static let sampleLimit = 32_768
    /// So many of the nearest must be found...
    private static let wanted = 10
    /// ...among so many that codes say are nearest, as few as a narrow walk keeps.
    private static let kept = 32
    /// ...mostly.
    private static let leastShare = 0.85

    private let storage: VectorStorage
    private let quantizer: ScalarQuantizer
    private let codes: Arena
    private let count: Int

    /// - Parameters:
    ///   - storage: of `count` vectors at least; its own codes are not looked at.
    ///   - codes: of the same vectors.
    init(_ quantizer: ScalarQuantizer, _ codes: Arena, of storage: VectorStorage, count: Int) {
        self.quantizer = quantizer
        self.codes = codes
        self.storage = storage
        self.count = count
    }

    /// - Complexity: O(dimensions): half a million comparisons at most, of each kind.
    var passes: Bool {
        let sampled = min(count, Self.sampleLimit)
        guard sampled > Self.kept else { return true }
        let slots = (0..<sampled).map { Slot($0 * count / sampled) }
        var found = 0
        for query in 0..<Self.queryCount {
            found += foundCount(Slot(query * count / Self.queryCount), among: slots)
        }
        return Double(found) >= Self.leastShare * Double(Self.queryCount * Self.wanted)
    }

    /// How many of those that are nearest to `query` are near by their codes. What is as near as the
    /// last of them counts, too: of equal vectors any will do.
    private func foundCount(_ query: Slot, among slots: [Slot]) -> Int {
        var exact = [Float](repeating: 0, count: slots.count)
        var estimated = exact
        var rowRoom = [Float](repeating: 0, count: storage.dimensions)
        var unit = rowRoom
        var weights = [Int8](repeating: 0, count: quantizer.layout.paddedDimensions)
        storage.readUnit(query, into: &unit)
        rowRoom.withUnsafeMutableBufferPointer { room in
            RowScorer(query, in: storage, room: room.baseAddress!)
                .score(slots, count: slots.count, into: &exact)
        }
        weights.withUnsafeMutableBufferPointer { weights in
            CodeScorer(
                quantizer.prepare(unit, into: weights.baseAddress!), kernel: quantizer.distances,
                codes: codes
            ).score(slots, count: slots.count, into: &estimated)
        }
        let bound = Self.nearest(exact, Self.wanted).last!.packedDistance
        let near = Self.nearest(estimated, Self.kept).filter { exact[Int($0.slot)] <= bound }
        return min(near.count, Self.wanted)
    }

    /// The places of the smallest distances, ascending.
    private static func nearest(_ distances: [Float], _ limit: Int) -> [Packed] {
        var packed = distances.indices.map { pack(distances[$0], Slot($0)) }
        packed.withUnsafeMutableBufferPointer { sortPacked($0.baseAddress!, count: $0.count) }
        return Array(packed.prefix(limit))
    }
}
