// The columns in the file of a checkpoint. Integers and doubles are little-endian.
//
//   0x1008  head       version of these sections, 1 (4); columns (4); numbers of values ever given
//                      out (8); then for each column: form (4), bytes of its name (4), elements or
//                      pairs (8), its name. Form: bit 0 for arrays, else pairs; bit 1 when there are
//                      doubles. Readers refuse other bits.
//   0x1009  value text     values by number, each the column's number (4) and the record of the value:
//   0x100A  value places   the parts of a `ByteStringTable`
//   0x100B  value buckets
//   0x100C  counts     by number, how many slots have the value (4)
//   0x100D  cells      column after column. Arrays: a number for each slot (4; all bits set for none,
//                      all but the lowest for a value too long to be kept), then doubles, if there
//                      are any, for each slot (8; not a number for what is none). Pairs: numbers,
//                      then slots (4), then doubles.
//   0x100E  described  a bit for each slot that has metadata, in words of 64
//   0x100F  present    the same for each slot that is known
//
// All or none of them are in a file. Without them, the columns are made from the items.
// Spec: docs/format/vector-files.md. Bytes: Tests/MartletEngineTests/Vectors/MetadataFileTests.swift.

internal import MartletEncoding
internal import MartletModel
internal import MartletVectors

extension IndexSection {
    fileprivate static func engine(_ number: UInt32) -> IndexSection {
        IndexSection(rawValue: firstOfOwner + number)
    }

    fileprivate static let head = engine(8)
    fileprivate static let valueText = engine(9)
    fileprivate static let valuePlaces = engine(10)
    fileprivate static let valueBuckets = engine(11)
    fileprivate static let counts = engine(12)
    fileprivate static let cells = engine(13)
    fileprivate static let described = engine(14)
    fileprivate static let present = engine(15)
}

/// The columns' parts as they go to a file; they last until the columns change.
struct MetadataParts: @unchecked Sendable {
    // Safe to send: only the thread that changes the columns writes them.
    let head: [UInt8]
    let fields: [MetadataColumn]
    fileprivate let flat: [(section: IndexSection, bytes: UnsafeRawBufferPointer)]
    fileprivate let described: [UInt64]
    fileprivate let present: [UInt64]

    fileprivate static let version: UInt32 = 1

    init(_ columns: borrowing MetadataColumns) {
        var head: [UInt8] = []
        head.appendLittleEndian(Self.version)
        head.appendLittleEndian(UInt32(columns.fields.count))
        head.appendLittleEndian(UInt64(columns.counts.count))
        for field in columns.fields {
            let shape = field.shape
            let name = Array(field.name.string.utf8)
            head.appendLittleEndian(UInt32(shape.isDense ? 1 : 0) | (shape.hasDoubles ? 2 : 0))
            head.appendLittleEndian(UInt32(name.count))
            head.appendLittleEndian(UInt64(shape.count))
            head += name
        }
        self.head = head
        fields = columns.fields
        flat = [
            (.valueText, columns.values.text.bytes), (.valuePlaces, columns.values.places.bytes),
            (.valueBuckets, columns.values.buckets.bytes), (.counts, columns.counts.bytes),
        ]
        described = columns.described.allWords
        present = columns.present.allWords
    }

    func write(to file: IndexFileWriter) throws(VectorError) {
        try Self.write(.head, head, to: file)
        for part in flat { try file.write(part.section, part.bytes) }
        try file.begin(.cells)
        for field in fields {
            try field.forEachPart { bytes throws(VectorError) in try file.append(bytes) }
        }
        try file.end()
        try Self.write(.described, described, to: file)
        try Self.write(.present, present, to: file)
    }

    private static func write<Element: BitwiseCopyable>(
        _ section: IndexSection, _ elements: [Element], to file: IndexFileWriter
    ) throws(VectorError) {
        try elements.withUnsafeBufferPointer { elements throws(VectorError) in
            try file.write(section, UnsafeRawBufferPointer(elements))
        }
    }
}

extension MetadataColumns {
    /// Takes the columns from a file, with a copy of all of it.
    ///
    /// - Parameter slotLimit: all slots are below this.
    /// - Returns: false when the file has none, or of a version that is not known.
    /// - Throws: `corruptFile`, also when parts do not fit together.
    mutating func replace(
        with file: IndexFile, slotLimit: Int
    ) throws(VectorError) -> Bool {
        guard let headBytes = try file.bytes(of: .head) else { return false }
        func damage(_ section: IndexSection) -> VectorError {
            .corruptFile(
                path: file.path, offset: 0, detail: "section \(section.rawValue) does not fit")
        }
        func bytes(_ section: IndexSection) throws(VectorError) -> UnsafeRawBufferPointer {
            guard let bytes = try file.bytes(of: section) else { throw damage(section) }
            return bytes
        }
        var head = HeadReader(headBytes)
        guard let version = head.word(UInt32.self) else { throw damage(.head) }
        guard version == MetadataParts.version else { return false }
        guard let fieldCount = head.word(UInt32.self), let numberCount = head.word(UInt64.self),
            let values = ByteStringTable(
                text: try bytes(.valueText), places: try bytes(.valuePlaces),
                buckets: try bytes(.valueBuckets))
        else { throw damage(.head) }
        let counts = try bytes(.counts)
        guard UInt64(counts.count) == numberCount * 4, values.places.count * 4 <= counts.count
        else { throw damage(.counts) }
        let numberLimit = counts.count / 4
        var cells = try bytes(.cells)[...]
        var fields: [MetadataColumn] = []
        for _ in 0..<fieldCount {
            guard let (name, shape) = head.column(), shape.byteCount <= cells.count,
                let field = MetadataColumn(
                    name: name, shape,
                    UnsafeRawBufferPointer(rebasing: cells.prefix(shape.byteCount)),
                    slotLimit: slotLimit, numberLimit: numberLimit)
            else { throw damage(.cells) }
            cells = cells.dropFirst(shape.byteCount)
            fields.append(field)
        }
        guard cells.isEmpty, head.isAtEnd else { throw damage(.cells) }
        let words = (slotLimit + 63) / 64
        let described = try bytes(.described)
        let present = try bytes(.present)
        guard described.count % 8 == 0, present.count % 8 == 0,
            max(described.count, present.count) <= 8 * max(words, 1)
        else { throw damage(.present) }
        self = MetadataColumns(
            values: values, counts: GrowingBuffer(copying: counts), fields: fields,
            described: SlotBitmap(words: described.bindMemory(to: UInt64.self)),
            present: SlotBitmap(words: present.bindMemory(to: UInt64.self)))
        return true
    }
}

/// Reads the head from its beginning on; nil for what is beyond its end or cannot be.
private struct HeadReader {
    private var rest: UnsafeRawBufferPointer.SubSequence

    init(_ bytes: UnsafeRawBufferPointer) { rest = bytes[...] }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func word<Word: FixedWidthInteger>(_ type: Word.Type) -> Word? {
        guard let bytes = take(MemoryLayout<Word>.size) else { return nil }
        return Word(littleEndian: bytes.loadUnaligned(as: type))
    }

    private mutating func take(_ count: Int) -> UnsafeRawBufferPointer? {
        guard count <= rest.count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return UnsafeRawBufferPointer(rebasing: rest.prefix(count))
    }

    mutating func column() -> (Text, MetadataColumn.Shape)? {
        guard let form = word(UInt32.self), form <= 3, let nameCount = word(UInt32.self),
            let count = word(UInt64.self), count <= 1 << 31, let name = take(Int(nameCount)),
            let text = String(validating: name, as: UTF8.self)
        else { return nil }
        return (
            Text(text),
            MetadataColumn.Shape(
                isDense: form & 1 != 0, hasDoubles: form & 2 != 0, count: Int(count))
        )
    }
}
