// An identified index in a file: the graph's sections, whose labels are the ids, and one section of
// its own, kind 2000 (hexadecimal). Integers little-endian:
//
//   offset  bytes  field
//   0       4      "MIDX"
//   4       4      version of this section, 1
//   8       8      the largest id ever given or chosen, at least -1
//
// Every live slot has a label of its own, none is -1, none above the largest.
// Spec: docs/format/vector-index.md. Bytes: Tests/MartletVectorsTests/Identified.

extension IndexSection {
    static let identified = IndexSection(rawValue: 0x2000)
}

extension IdentifiedIndex {
    private static let magic: [UInt8] = [0x4D, 0x49, 0x44, 0x58]
    private static let version: UInt32 = 1

    /// Writes the index to a file beside the one at `path`, syncs it, and puts it there. Searches
    /// go on; additions and removals wait.
    ///
    /// - Throws: `fileFailed`; what was at `path` is untouched then.
    public func save(to path: String) throws(VectorError) {
        let writer = try IndexFileWriter(path: path)
        try changes.withExclusive { () throws(VectorError) in
            try index.withWritersPaused { () throws(VectorError) in try index.write(to: writer) }
            let largestID = withTable { _, largestID in largestID }
            var bytes = Self.magic
            withUnsafeBytes(of: Self.version.littleEndian) { bytes.append(contentsOf: $0) }
            withUnsafeBytes(of: largestID.littleEndian) { bytes.append(contentsOf: $0) }
            try writer.write(.identified, elements: bytes)
        }
        try writer.finish()
    }

    /// Opens the index in a file.
    ///
    /// - Parameter isMapped: searches read the file where it is, and nothing is loaded before it is
    ///   needed; damage to the vectors is found by the first search that reads them. Otherwise all
    ///   is checked and brought into memory.
    /// - Throws: `corruptFile` when the file is damaged or another kind of file, `fileFailed`.
    public convenience init(path: String, isMapped: Bool = false) throws(VectorError) {
        try self.init(path: path, isMapped: isMapped, capacity: nil)
    }

    convenience init(path: String, isMapped: Bool, capacity: Int?) throws(VectorError) {
        let file = try IndexFile(path: path)
        guard let bytes = try file.bytes(of: .identified), bytes.count == 16,
            bytes.prefix(4).elementsEqual(Self.magic)
        else { throw file.damage(.identified, "not an index with ids") }
        guard
            UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
                == Self.version
        else { throw file.damage(.identified, "unknown version of the ids") }
        let largestID = Int64(
            littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: Int64.self))
        let index = try HNSWIndex(
            mapping: file, residence: isMapped ? .mapped : .memory, capacity: capacity)
        if !isMapped { try index.loadIntoMemory() }
        var table = SlotTable(capacity: index.count)
        for slot in 0..<Slot(index.slotCount) where index.isLive(slot) {
            let id = Int64(bitPattern: index.label(at: slot))
            guard id != Self.noID, id <= largestID, table.set(id, to: slot) == nil else {
                throw file.damage(.labels, "an id that cannot be")
            }
        }
        self.init(index, table, largestID: largestID)
    }
}
