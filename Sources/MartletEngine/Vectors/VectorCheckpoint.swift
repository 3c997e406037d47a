// The file of an index: the graph's own sections (docs/format/vector-index.md) and those of the
// engine, from 0x1000 on:
//
//   0  state         40 bytes, integers little-endian: version of these sections, 1 (4); ids of
//                    the index (4) and the table (4); elements of the search schema (4); position:
//                    the sequence of the last change in the file (8); `OrderedKey.partitionHash` of
//                    the row key in the journal's line at the position (8); 0 (8)
//   1  key text      row keys by slot, without space and id of the table: the three parts of a
//   2  key places    `ByteStringTable`
//   3  key buckets
//   4  value text    values of the schema by number, each an element (1) and an ordered value
//   5  value places
//   6  value buckets
//   7  numbers       by slot and element, the number of the value (4); all bits set for none
//
// A file is used if the journal still has the line at its position, for the same row key: then what
// it lacks is in later lines, and what it holds, the store has not lost. Anything else, damage
// included, means that the index is made again from the items.
//
// Spec: docs/format/vector-files.md.

internal import MartletCatalog
internal import MartletEncoding
internal import MartletVectors

extension IndexSection {
    fileprivate static func engine(_ number: UInt32) -> IndexSection {
        IndexSection(rawValue: firstOfOwner + number)
    }

    static let state = engine(0)
    fileprivate static let keyText = engine(1)
    fileprivate static let keyPlaces = engine(2)
    fileprivate static let keyBuckets = engine(3)
    fileprivate static let valueText = engine(4)
    fileprivate static let valuePlaces = engine(5)
    fileprivate static let valueBuckets = engine(6)
    fileprivate static let numbers = engine(7)
}

/// What a file says of itself.
struct CheckpointState: Equatable {
    private static let version: UInt32 = 1
    private static let byteCount = 40

    var indexID: UInt32
    var tableID: UInt32
    var elementCount: Int
    var position: UInt64
    var lineHash: UInt64

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendLittleEndian(Self.version)
        bytes.appendLittleEndian(indexID)
        bytes.appendLittleEndian(tableID)
        bytes.appendLittleEndian(UInt32(elementCount))
        bytes.appendLittleEndian(position)
        bytes.appendLittleEndian(lineHash)
        bytes.appendLittleEndian(UInt64(0))
        return bytes
    }

    init(
        indexID: UInt32, tableID: UInt32, elementCount: Int, position: UInt64, lineHash: UInt64
    ) {
        self.indexID = indexID
        self.tableID = tableID
        self.elementCount = elementCount
        self.position = position
        self.lineHash = lineHash
    }

    /// nil for bytes that are no state of this version.
    init?(_ bytes: UnsafeRawBufferPointer) {
        func word<Word: FixedWidthInteger>(_ offset: Int, as type: Word.Type) -> Word {
            Word(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: type))
        }
        guard bytes.count == Self.byteCount, word(0, as: UInt32.self) == Self.version,
            word(32, as: UInt64.self) == 0
        else { return nil }
        indexID = word(4, as: UInt32.self)
        tableID = word(8, as: UInt32.self)
        elementCount = Int(word(12, as: UInt32.self))
        position = word(16, as: UInt64.self)
        lineHash = word(24, as: UInt64.self)
    }

    static func hash(ofRowKey key: [UInt8]) -> UInt64 {
        key.withUnsafeBytes(OrderedKey.partitionHash)
    }
}

/// An index as its file has it.
struct VectorCheckpoint: ~Copyable {
    let state: CheckpointState
    let graph: HNSWIndex
    var keys: ByteStringTable
    var postings: ValuePostings

    /// Maps a file. All but the vectors is checked now, those before they are used.
    ///
    /// - Throws: `corruptFile`, also when a part is missing or the parts do not fit together.
    init(
        _ file: IndexFile, of definition: VectorIndexDefinition
    ) throws(VectorError) {
        func bytes(_ section: IndexSection) throws(VectorError) -> UnsafeRawBufferPointer {
            guard let bytes = try file.bytes(of: section) else {
                throw damage("is missing", section)
            }
            return bytes
        }
        func damage(_ detail: String, _ section: IndexSection) -> VectorError {
            .corruptFile(
                path: file.path, offset: 0, detail: "section \(section.rawValue) \(detail)")
        }
        func table(
            _ text: IndexSection, _ places: IndexSection, _ buckets: IndexSection
        ) throws(VectorError) -> ByteStringTable {
            guard
                let table = ByteStringTable(
                    text: try bytes(text), places: try bytes(places), buckets: try bytes(buckets))
            else { throw damage("does not fit", places) }
            return table
        }
        guard let state = CheckpointState(try bytes(.state)) else {
            throw damage("is of another kind", .state)
        }
        let elementCount = definition.schema.count
        guard state.indexID == definition.id, state.elementCount == elementCount else {
            throw damage("is of another index", .state)
        }
        let graph = try HNSWIndex(mapping: file, residence: definition.parameters.residence)
        guard graph.parameters == definition.parameters else {
            throw damage("is of another index", .state)
        }
        let keys = try table(.keyText, .keyPlaces, .keyBuckets)
        guard keys.places.count <= graph.slotCount else { throw damage("does not fit", .keyPlaces) }
        let values = try table(.valueText, .valuePlaces, .valueBuckets)
        let numbers = try bytes(.numbers)
        guard numbers.count <= graph.slotCount * elementCount * 4,
            let postings = ValuePostings(
                elementCount: elementCount, strings: values, numbers: numbers)
        else { throw damage("does not fit", .numbers) }
        self.graph = graph
        self.state = state
        self.keys = keys
        self.postings = postings
    }
}

/// The flat parts that go to a file, with their sections. They last until the tables change.
struct CheckpointParts: @unchecked Sendable {
    let sections: [(section: IndexSection, bytes: UnsafeRawBufferPointer)]

    init(keys: borrowing ByteStringTable) {
        sections = [
            (.keyText, keys.text.bytes), (.keyPlaces, keys.places.bytes),
            (.keyBuckets, keys.buckets.bytes),
        ]
    }

    init(postings: borrowing ValuePostings) {
        sections = [
            (.valueText, postings.strings.text.bytes),
            (.valuePlaces, postings.strings.places.bytes),
            (.valueBuckets, postings.strings.buckets.bytes), (.numbers, postings.numbers.bytes),
        ]
    }
}
