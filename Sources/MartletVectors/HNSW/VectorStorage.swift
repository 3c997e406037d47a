// The vectors of an index, and their codes, as one search sees them.
//
// Rows are float32 of unit length (cosine without codes), float32 as the caller gave them, or
// float16 while every number so far survives that. With codes, cosine keeps the inverse of each
// row's length beside the rows; 0 for a zero vector, whose distance to everything is thereby 1.
//
// A storage never changes its form: when the form of the rows or the ranges of the codes change, a
// new storage is published and the old one goes when its last reader has left. Elements below the
// slot count are written before their slots can be found.

internal import CVectorKernels

final class VectorStorage: @unchecked Sendable {
    let metric: Metric
    let dimensions: Int
    let kernels: DistanceKernels
    let rows: Arena
    /// Inverse lengths, where rows are not of unit length and the metric is cosine.
    let inverseNorms: Arena?
    let quantizer: ScalarQuantizer?
    let codes: Arena?
    /// Checks parts of a mapped file before they are first used.
    let rowGuard: RowGuard?

    init(
        metric: Metric, dimensions: Int, rowsAreHalf: Bool, rows: Arena, inverseNorms: Arena?,
        quantizer: ScalarQuantizer?, codes: Arena?, rowGuard: RowGuard?
    ) {
        self.metric = metric
        self.dimensions = dimensions
        self.rows = rows
        self.inverseNorms = inverseNorms
        self.quantizer = quantizer
        self.codes = codes
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

    @inline(__always)
    func inverseNorm(_ slot: Slot) -> Float {
        guard let inverseNorms else { return 1 }
        return inverseNorms.base.assumingMemoryBound(to: Float.self)[Int(slot)]
    }

    func commit(count: Int) throws(VectorError) {
        try rows.commit(count: count)
        try inverseNorms?.commit(count: count)
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
        // A length whose inverse is no proper number: the row is the unit vector itself.
        let isProper = inverseNorm == 0 || (inverseNorm.isNormal && inverseNorms != nil)
        let kept = inverseNorms != nil && isProper ? vector : unit
        if rowsAreHalf {
            let fits = narrowLosslessly(
                kept, count: dimensions, into: row(slot).assumingMemoryBound(to: UInt16.self))
            precondition(fits, "rows are changed to float32 before such a vector comes")
        } else {
            row(slot).copyMemory(from: kept, byteCount: dimensions * MemoryLayout<Float>.stride)
        }
        if let inverseNorms {
            inverseNorms.base.assumingMemoryBound(to: Float.self)[Int(slot)] =
                isProper ? inverseNorm : 1
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
        guard inverseNorms != nil else { return }
        let scale = inverseNorm(slot)
        for i in 0..<dimensions { vector[i] *= scale }
    }
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
