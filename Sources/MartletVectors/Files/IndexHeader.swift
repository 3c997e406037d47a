// What an index is made with, and how much of it there is: section 1 of its file. Little-endian.
//
//   offset  bytes  field
//   0       4      dimensions
//   4       1      metric: 0 cosine, 1 euclidean, 2 dot product
//   5       1      codes: 0 none, 1 a byte a dimension, 2 half a byte
//   6       1      rows: 0 float32, 1 float16
//   7       1      zero
//   8       4      m
//   12      4      efConstruction
//   16      8      slots
//   24      8      entry: its level above bit 32, its slot below; all ones when nothing is linked
//   32      8      insertions so far, which number the next one's level
//   40      8      blocks of upper links
//   48      8      slots at which codes are trained again
//   56      4      bytes from one row to the next
//   60      4      bytes from one code to the next, 0 without codes

struct IndexHeader: Equatable {
    static let byteCount = 64

    var parameters: VectorParameters
    var rowsAreHalf: Bool
    var slotCount: Int
    var entry: UInt64
    var insertions: UInt64
    var blockCount: Int
    var nextTraining: Int
    var rowStride: Int
    var codeStride: Int

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        func put<Word: FixedWidthInteger>(_ word: Word) {
            withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
        }
        put(UInt32(parameters.dimensions))
        put(parameters.metric.rawValue)
        put(parameters.codes.rawValue)
        put(UInt8(rowsAreHalf ? 1 : 0))
        put(0 as UInt8)
        put(UInt32(parameters.m))
        put(UInt32(parameters.efConstruction))
        put(UInt64(slotCount))
        put(entry)
        put(insertions)
        put(UInt64(blockCount))
        put(UInt64(nextTraining))
        put(UInt32(rowStride))
        put(UInt32(codeStride))
        return bytes
    }

    init(
        parameters: VectorParameters, rowsAreHalf: Bool, slotCount: Int, entry: UInt64,
        insertions: UInt64, blockCount: Int, nextTraining: Int, rowStride: Int, codeStride: Int
    ) {
        self.parameters = parameters
        self.rowsAreHalf = rowsAreHalf
        self.slotCount = slotCount
        self.entry = entry
        self.insertions = insertions
        self.blockCount = blockCount
        self.nextTraining = nextTraining
        self.rowStride = rowStride
        self.codeStride = codeStride
    }

    /// Nil when the bytes are no header.
    init?(_ bytes: UnsafeRawBufferPointer, residence: VectorResidence) {
        func word<Word: FixedWidthInteger>(_ offset: Int, as type: Word.Type) -> Word {
            Word(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: type))
        }
        guard bytes.count == Self.byteCount, let metric = Metric(rawValue: bytes[4]),
            let codes = CodeKind(rawValue: bytes[5]), bytes[6] <= 1, bytes[7] == 0
        else { return nil }
        parameters = VectorParameters(
            dimensions: Int(word(0, as: UInt32.self)), metric: metric,
            m: Int(word(8, as: UInt32.self)), efConstruction: Int(word(12, as: UInt32.self)),
            codes: codes, residence: residence)
        guard (try? parameters.check()) != nil else { return nil }
        rowsAreHalf = bytes[6] == 1
        slotCount = Int(clamping: word(16, as: UInt64.self))
        entry = word(24, as: UInt64.self)
        insertions = word(32, as: UInt64.self)
        blockCount = Int(clamping: word(40, as: UInt64.self))
        nextTraining = Int(clamping: word(48, as: UInt64.self))
        rowStride = Int(word(56, as: UInt32.self))
        codeStride = Int(word(60, as: UInt32.self))
        guard slotCount <= 1 << 31, blockCount <= Int(Layer.blockMask) else { return nil }
    }
}
