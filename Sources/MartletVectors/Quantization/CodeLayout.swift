/// Where a vector's code lies in its row of the codes.
///
/// A row is the code (layout: vector_kernels.h), then, for euclidean indexes, a float32: the sum of
/// squares of what the code stands for; then padding. Codes are whole multiples of 16 bytes. Rows
/// are whole cache lines where that costs at most an eighth, else multiples of 16 bytes: rows across
/// lines touch about one line more, which such a padding would cost as well.
struct CodeLayout: Hashable, Sendable {
    let dimensions: Int
    /// Bits of a dimension: 4 or 8.
    let bits: Int
    let codeBytes: Int
    /// Bytes from one row to the next.
    let stride: Int
    let hasTerms: Bool

    /// - Precondition: `kind` is not `none`.
    init(dimensions: Int, kind: CodeKind, metric: Metric) {
        precondition(kind != .none && dimensions > 0)
        self.dimensions = dimensions
        bits = kind == .int8 ? 8 : 4
        hasTerms = metric == .euclidean
        codeBytes = Self.rounded((dimensions * bits + 7) / 8, to: 16)
        let used = codeBytes + (hasTerms ? MemoryLayout<Float>.size : 0)
        let lines = Self.rounded(used, to: 64)
        stride = (lines - used) * 8 <= used ? lines : Self.rounded(used, to: 16)
    }

    /// Dimensions of the code with its padding: what weights and scales have elements for.
    var paddedDimensions: Int { codeBytes * 8 / bits }

    /// The number that the highest code has.
    var mostOfCode: Int { (1 << bits) - 1 }

    private static func rounded(_ bytes: Int, to unit: Int) -> Int {
        (bytes + unit - 1) / unit * unit
    }
}
