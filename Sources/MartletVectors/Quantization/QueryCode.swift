internal import CVectorKernels

/// A query made ready to be compared with codes. Made once for a search context and prepared again
/// for each query: only the first query of a larger code allocates.
///
/// Distances are estimates of MartletVectors' own: 1 - product for cosine, the squared distance, or
/// the negated product.
struct QueryCode: ~Copyable {
    private var weights: UnsafeMutablePointer<Int8>
    private var capacity: Int
    private var query: martlet_code_query
    private var kernel: martlet_code_distances
    private var stride = 0

    init() {
        capacity = 64
        weights = Self.allocate(capacity)
        query = martlet_code_query(
            weights: weights, code_bytes: 0, base: 0, unit: 0, has_terms: 0)
        kernel = VectorKernels.best.pointee.distances_u4_gather
    }

    deinit { weights.deallocate() }

    /// - Parameter vector: of the quantizer's dimensions; unit length for cosine.
    mutating func prepare(_ vector: UnsafePointer<Float>, for quantizer: ScalarQuantizer) {
        let padded = quantizer.layout.paddedDimensions
        if padded > capacity {
            weights.deallocate()
            capacity = padded
            weights = Self.allocate(padded)
        }
        query = quantizer.prepare(vector, into: weights)
        kernel = quantizer.distances
        stride = quantizer.layout.stride
    }

    /// Estimated distances of the rows of `slots`, in their order, from the codes' first row on.
    /// The codes must be of the quantizer that the query was prepared for.
    @inline(__always)
    borrowing func distances(
        codes: UnsafePointer<UInt8>, slots: UnsafePointer<UInt32>, count: Int,
        into distances: UnsafeMutablePointer<Float>
    ) {
        withUnsafePointer(to: query) { query in
            kernel(query, codes, stride, slots, count, distances)
        }
    }

    private static func allocate(_ count: Int) -> UnsafeMutablePointer<Int8> {
        UnsafeMutableRawPointer.allocate(byteCount: count, alignment: 64)
            .bindMemory(to: Int8.self, capacity: count)
    }
}
