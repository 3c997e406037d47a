// How a walk learns distances: from the vectors themselves, or estimated from their codes. Both are
// generic arguments of the walk, so that each gets a loop of its own.

internal import CVectorKernels

protocol Scorer {
    /// Distances of `count` slots, in their order. Smaller is closer.
    func score(
        _ slots: UnsafePointer<Slot>, count: Int, into distances: UnsafeMutablePointer<Float>)

    /// Asks for the memory that scoring this slot will read first.
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
        inverseNorms = storage.inverseNorms.map {
            UnsafePointer($0.base.assumingMemoryBound(to: Float.self))
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
        self.init(query, scale: storage.inverseNorm(slot), in: storage)
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
        martlet_prefetch(code)
        martlet_prefetch(code + 64)
        martlet_prefetch(code + 128)
    }
}
