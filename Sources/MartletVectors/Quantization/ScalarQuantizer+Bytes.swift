// A quantizer's bytes, version 1. Integers and floats little-endian.
//
//   offset      bytes  field
//   0           4      "MVSQ"
//   4           2      version, 1
//   6           1      kind of codes: 1 is one byte a dimension, 2 half a byte
//   7           1      metric: 0 cosine, 1 euclidean, 2 dot product
//   8           4      n, dimensions, 1 to 65,536
//   12          4 n    each dimension's centre, float32
//   12 + 4 n    4 n    each dimension's step, float32, zero or more
//
// Invariants: all floats are finite; nothing follows the last step. Checksums are the file's.

/// Bytes that are no quantizer: where, and what did not agree.
struct DamagedQuantizer: Error, Equatable {
    let offset: Int
    let detail: String
}

extension ScalarQuantizer {
    private static let magic: [UInt8] = Array("MVSQ".utf8)
    private static let version: UInt16 = 1
    private static let headerBytes = 12

    func serialized() -> [UInt8] {
        var bytes = Self.magic
        bytes.reserveCapacity(Self.headerBytes + 8 * layout.dimensions)
        func append<Word: FixedWidthInteger>(_ word: Word) {
            withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
        }
        append(Self.version)
        append((layout.bits == 8 ? CodeKind.int8 : .int4).rawValue)
        append(metric.rawValue)
        append(UInt32(layout.dimensions))
        for dimension in 0..<layout.dimensions { append(centre(dimension).bitPattern) }
        for dimension in 0..<layout.dimensions { append(step(dimension).bitPattern) }
        return bytes
    }

    convenience init(serialized bytes: UnsafeRawBufferPointer) throws(DamagedQuantizer) {
        func word<Word: FixedWidthInteger>(_ offset: Int, as type: Word.Type) -> Word {
            Word(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: type))
        }
        guard bytes.count >= Self.headerBytes, bytes.starts(with: Self.magic) else {
            throw DamagedQuantizer(offset: 0, detail: "not a quantizer")
        }
        guard word(4, as: UInt16.self) == Self.version else {
            throw DamagedQuantizer(offset: 4, detail: "unknown version of the quantizer")
        }
        guard let kind = CodeKind(rawValue: bytes[6]), kind != .none else {
            throw DamagedQuantizer(offset: 6, detail: "unknown kind of codes")
        }
        guard let metric = Metric(rawValue: bytes[7]) else {
            throw DamagedQuantizer(offset: 7, detail: "unknown metric")
        }
        let dimensions = Int(word(8, as: UInt32.self))
        guard VectorParameters.dimensionsRange.contains(dimensions) else {
            throw DamagedQuantizer(offset: 8, detail: "dimensions out of range")
        }
        guard bytes.count == Self.headerBytes + 8 * dimensions else {
            throw DamagedQuantizer(
                offset: min(bytes.count, Self.headerBytes + 8 * dimensions),
                detail: "length does not agree with the dimensions")
        }
        var numbers: [Float] = []
        numbers.reserveCapacity(2 * dimensions)
        for i in 0..<2 * dimensions {
            let offset = Self.headerBytes + 4 * i
            let number = Float(bitPattern: word(offset, as: UInt32.self))
            guard number.isFinite, i < dimensions || number >= 0 else {
                throw DamagedQuantizer(offset: offset, detail: "number out of range")
            }
            numbers.append(number)
        }
        self.init(
            layout: CodeLayout(dimensions: dimensions, kind: kind, metric: metric), metric: metric,
            centres: Array(numbers[..<dimensions]), steps: Array(numbers[dimensions...]))
    }
}
