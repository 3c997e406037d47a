// The vectors of an index, and their codes, as one search sees them.
//
// Rows are float32 of unit length (cosine without codes), float32 as the caller gave them, or
// float16 while every number so far survives that. Beside the rows are lengths, for metrics that
// need them: with codes, cosine keeps the inverse of each row's length, 0 for a zero vector, whose
// distance to everything is thereby 1; the dot product keeps squares of lengths, for links.
//
// A storage never changes its form: when the form of the rows or the ranges of the codes change, a
// new storage is published and the old one goes when its last reader has left. Elements below the
// slot count are written before their slots can be found.

internal import CVectorKernels
internal import Synchronization

final class VectorStorage: @unchecked Sendable {
    let metric: Metric
    let dimensions: Int
    let kernels: DistanceKernels
    let rows: Arena
    /// Inverse lengths or squared lengths, as `lengths` says; float32.
    let norms: Arena?
    let quantizer: ScalarQuantizer?
    let codes: Arena?
    /// The greatest of the squared lengths.
    let longest: Longest
    /// Checks parts of a mapped file before they are first used.
    let rowGuard: RowGuard?

    init(
        metric: Metric, dimensions: Int, rowsAreHalf: Bool, rows: Arena, norms: Arena?,
        quantizer: ScalarQuantizer?, codes: Arena?, longest: Longest, rowGuard: RowGuard?
    ) {
        self.metric = metric
        self.dimensions = dimensions
        self.rows = rows
        self.norms = norms
        self.quantizer = quantizer
        self.codes = codes
        self.longest = longest
        self.rowGuard = rowGuard
        kernels = DistanceKernels(metric, rowsAreHalf: rowsAreHalf, dimensions: dimensions)
    }

    var rowsAreHalf: Bool { kernels.isHalf }

    static func rowStride(dimensions: Int, isHalf: Bool) -> Int {
        // Rows begin where vector loads like it, if that costs little.
        let bytes = dimensions * (isHalf ? 2 : 4)
        let unit = bytes >= 512 ? 64 : bytes >= 128 ? 16 : 4
        let rounded = Arena.rounded(bytes, to: unit)
        return (rounded - bytes) * 16 <= bytes ? rounded : Arena.rounded(bytes, to: 4)
    }

    @inline(__always)
    func row(_ slot: Slot) -> UnsafeMutableRawPointer { rows.base + Int(slot) &* rows.stride }

    /// What is kept of lengths.
    enum Lengths {
        case none
        case inverse(UnsafeMutablePointer<Float>)
        case squared(UnsafeMutablePointer<Float>)
    }

    @inline(__always)
    var lengths: Lengths {
        guard let norms else { return .none }
        let values = norms.base.assumingMemoryBound(to: Float.self)
        return metric == .cosine ? .inverse(values) : .squared(values)
    }

    /// Whether an index keeps lengths.
    static func hasNorms(_ parameters: VectorParameters) -> Bool {
        switch parameters.metric {
        case .cosine: parameters.codes != .none
        case .euclidean: false
        case .dotProduct: true
        }
    }

    func commit(count: Int) throws(VectorError) {
        try rows.commit(count: count)
        try norms?.commit(count: count)
        try codes?.commit(count: count)
    }

    /// Writes a vector and its code. The slot cannot be found yet.
    ///
    /// - Parameters:
    ///   - vector: as the caller gave it; fits the rows' form.
    ///   - unit: the same of unit length under cosine, else the same.
    ///   - inverseNorm: what made `unit` of `vector`.
    /// - Returns: how many numbers its code clips.
    func write(
        _ vector: UnsafePointer<Float>, unit: UnsafePointer<Float>, inverseNorm: Float,
        at slot: Slot
    ) -> Int {
        var kept = unit
        switch lengths {
        case .none: break
        case .inverse(let values):
            // A length whose inverse is no proper number: the row is the unit vector itself.
            let isProper = inverseNorm == 0 || inverseNorm.isNormal
            if isProper { kept = vector }
            values[Int(slot)] = isProper ? inverseNorm : 1
        case .squared(let values):
            let square = min(
                VectorKernels.best.pointee.dot_f32(vector, vector, dimensions),
                .greatestFiniteMagnitude)
            values[Int(slot)] = square
            longest.raise(to: square)
        }
        if rowsAreHalf {
            let fits = narrowLosslessly(
                kept, count: dimensions, into: row(slot).assumingMemoryBound(to: UInt16.self))
            precondition(fits, "rows are changed to float32 before such a vector comes")
        } else {
            row(slot).copyMemory(from: kept, byteCount: dimensions * MemoryLayout<Float>.stride)
        }
        guard let quantizer, let codes else { return 0 }
        return quantizer.encode(
            unit, into: (codes.base + Int(slot) * codes.stride).assumingMemoryBound(to: UInt8.self))
    }

    /// Reads a row as float32, as it is kept.
    func read(_ slot: Slot, into vector: UnsafeMutablePointer<Float>) {
        if rowsAreHalf {
            widen(row(slot).assumingMemoryBound(to: UInt16.self), count: dimensions, into: vector)
        } else {
            UnsafeMutableRawPointer(vector).copyMemory(
                from: row(slot), byteCount: dimensions * MemoryLayout<Float>.stride)
        }
    }

    /// Reads a row as codes and queries are made of: of unit length under cosine.
    func readUnit(_ slot: Slot, into vector: UnsafeMutablePointer<Float>) {
        read(slot, into: vector)
        guard case .inverse(let values) = lengths else { return }
        let scale = values[Int(slot)]
        for i in 0..<dimensions { vector[i] *= scale }
    }
}

/// The greatest squared length of all vectors of an index; it only rises.
final class Longest: Sendable {
    private let bits = Atomic<UInt32>(0)

    /// Bits of floats that are not negative order as the floats do.
    var square: Float { Float(bitPattern: bits.load(ordering: .relaxed)) }

    func raise(to square: Float) { bits.max(square.bitPattern, ordering: .relaxed) }
}

/// What a query becomes before anything is compared with it.
struct PreparedVector {
    /// The vector itself when it need not change.
    let unit: UnsafePointer<Float>
    /// 1 over its length under cosine, 0 for a zero vector; 1 for the other metrics.
    let inverseNorm: Float

    /// - Parameter room: for a copy of unit length.
    init(
        _ vector: UnsafePointer<Float>, dimensions: Int, metric: Metric,
        room: UnsafeMutablePointer<Float>
    ) {
        guard metric == .cosine else {
            (unit, inverseNorm) = (vector, 1)
            return
        }
        var squares = VectorKernels.best.pointee.dot_f32(vector, vector, dimensions)
        guard squares > 1e-30, squares < 1e30 else {
            // Squares that float32 cannot hold: lengths in double precision.
            var sum = 0.0
            for i in 0..<dimensions { sum += Double(vector[i]) * Double(vector[i]) }
            let inverse = sum > 0 ? 1 / sum.squareRoot() : 0
            for i in 0..<dimensions { room[i] = Float(Double(vector[i]) * inverse) }
            (unit, inverseNorm) = (UnsafePointer(room), Float(inverse))
            return
        }
        squares = 1 / squares.squareRoot()
        for i in 0..<dimensions { room[i] = vector[i] * squares }
        (unit, inverseNorm) = (UnsafePointer(room), squares)
    }
}
