// How a walk learns distances: from the vectors themselves, or estimated from their codes. Both are
// generic arguments of the walk, so that each gets a loop of its own.

internal import CVectorKernels

protocol Scorer {
    /// Distances of `count` slots, in their order. Smaller is closer.
    func score(
        _ slots: UnsafePointer<Slot>, count: Int, into distances: UnsafeMutablePointer<Float>)

    /// Asks for what scoring this slot will read.
    func prefetch(_ slot: Slot)
}

/// Compares a query with rows.
struct RowScorer: Scorer {
    private let query: UnsafePointer<Float>
    private let rows: UnsafeRawPointer
    private let stride: Int
    private let kernels: DistanceKernels
    private let inverseNorms: UnsafePointer<Float>?
    /// What the query lacks to unit length.
    private let scale: Float

    /// - Parameters:
    ///   - query: of unit length under cosine, or what `scale` times it is. It must outlive this.
    init(_ query: UnsafePointer<Float>, scale: Float = 1, in storage: VectorStorage) {
        self.query = query
        self.scale = scale
        rows = UnsafeRawPointer(storage.rows.base)
        stride = storage.rows.stride
        kernels = storage.kernels
        if case .inverse(let values) = storage.lengths {
            inverseNorms = UnsafePointer(values)
        } else {
            inverseNorms = nil
        }
    }

    /// A stored vector as the query.
    ///
    /// - Parameter room: where the row is widened to if need be. It must outlive this.
    init(_ slot: Slot, in storage: VectorStorage, room: UnsafeMutablePointer<Float>) {
        let query: UnsafePointer<Float>
        if storage.rowsAreHalf {
            storage.read(slot, into: room)
            query = UnsafePointer(room)
        } else {
            query = UnsafePointer(storage.row(slot).assumingMemoryBound(to: Float.self))
        }
        var scale: Float = 1
        if case .inverse(let values) = storage.lengths { scale = values[Int(slot)] }
        self.init(query, scale: scale, in: storage)
    }

    @inline(__always)
    func score(
        _ slots: UnsafePointer<Slot>, count: Int, into distances: UnsafeMutablePointer<Float>
    ) {
        guard let inverseNorms else {
            kernels.distances(
                query, rows: rows, stride: stride, slots: slots, count: count, into: distances)
            return
        }
        kernels.scores(
            query, rows: rows, stride: stride, slots: slots, count: count, into: distances)
        for i in 0..<count {
            distances[i] = 1 - distances[i] * scale * inverseNorms[Int(slots[i])]
        }
    }

    @inline(__always)
    func prefetch(_ slot: Slot) {
        let row = rows + Int(slot) &* stride
        martlet_prefetch(row)
        martlet_prefetch(row + 64)
        martlet_prefetch(row + 128)
        martlet_prefetch(row + 192)
    }
}

/// Compares a query with codes.
struct CodeScorer: Scorer {
    private let query: martlet_code_query
    private let kernel: martlet_code_distances
    private let codes: UnsafePointer<UInt8>
    private let stride: Int

    init(_ query: martlet_code_query, kernel: martlet_code_distances, codes: Arena) {
        self.query = query
        self.kernel = kernel
        self.codes = UnsafePointer(codes.base.assumingMemoryBound(to: UInt8.self))
        stride = codes.stride
    }

    @inline(__always)
    func score(
        _ slots: UnsafePointer<Slot>, count: Int, into distances: UnsafeMutablePointer<Float>
    ) {
        withUnsafePointer(to: query) { kernel($0, codes, stride, slots, count, distances) }
    }

    @inline(__always)
    func prefetch(_ slot: Slot) {
        let code = codes + Int(slot) &* stride
        var offset = 0
        while offset < stride {
            martlet_prefetch(code + offset)
            offset &+= 64
        }
    }
}

/// Distances by which links are made: the scorer's own, but for dot products.
///
/// By dot products the nearest to everything are the longest vectors, and links by them would leave
/// out the rest. So vectors are thought of with one more dimension that gives all of them the length
/// of the longest: there, the squared distance of two is what links are made by, and a query, whose
/// additional number is 0, has the same order of distances as of dot products.
struct LinkScorer<Base: Scorer>: Scorer {
    private let base: Base
    private let squares: UnsafePointer<Float>?
    private let longest: Float
    /// The query's squared length, and its additional number.
    private let own: Float
    private let lift: Float

    init(_ base: Base, of slot: Slot, in storage: VectorStorage) {
        self.base = base
        guard case .squared(let values) = storage.lengths else {
            (squares, longest, own, lift) = (nil, 0, 0, 0)
            return
        }
        squares = UnsafePointer(values)
        longest = storage.longest.square
        own = values[Int(slot)]
        lift = max(longest - own, 0).squareRoot()
    }

    @inline(__always)
    func score(
        _ slots: UnsafePointer<Slot>, count: Int, into distances: UnsafeMutablePointer<Float>
    ) {
        base.score(slots, count: count, into: distances)
        guard let squares else { return }
        for i in 0..<count {
            let other = squares[Int(slots[i])]
            // The difference of the additional numbers, in a form that loses nothing when both are
            // large and nearly the same.
            let sum = lift + max(longest - other, 0).squareRoot()
            let difference = sum > 0 ? (other - own) / sum : 0
            distances[i] = own + other + 2 * distances[i] + difference * difference
        }
    }

    @inline(__always)
    func prefetch(_ slot: Slot) { base.prefetch(slot) }
}
