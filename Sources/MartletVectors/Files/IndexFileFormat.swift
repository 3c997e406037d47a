// The file of an index: sections, each on pages of its own, behind a page that says where they are.
//
// Version 1. Integers little-endian. Page 0:
//
//   offset        bytes  field
//   0             8      magic: 4D 41 52 54 56 45 43 00, "MARTVEC" and a zero byte
//   8             4      format version, 1
//   12            4      n, how many sections, at most 120
//   16            8      length of the file, a multiple of 4,096
//   24            32 n   one entry for each section, in the order of their places:
//                          0   4  kind, unique in the file
//                          4   4  flags; bit 0: the section has checksums of blocks elsewhere, and
//                                 none of its own. A reader refuses any other bit.
//                          8   8  offset, a multiple of 4,096
//                          16  8  length in bytes; zeros follow to the end of the page
//                          24  4  CRC-32C of the section, 0 with flag bit 0
//                          28  4  zero
//   24 + 32 n     4      CRC-32C of all bytes before it
//   28 + 32 n            zeros to the end of the page
//
// Sections follow one another from page 1 on, with nothing between them and nothing after the last.
// A file that breaks these rules is `VectorError.corruptFile`, never a trap.
// Spec: docs/format/vector-index.md. Bytes: Tests/MartletVectorsTests/Files/IndexFileTests.swift.

enum IndexFileFormat {
    static let magic: [UInt8] = [0x4D, 0x41, 0x52, 0x54, 0x56, 0x45, 0x43, 0x00]
    static let version: UInt32 = 1
    static let pageBytes = 4096
    static let headBytes = 24
    static let entryBytes = 32
    static let sectionLimit = 120
    static let blockChecksumFlag: UInt32 = 1

    struct Entry: Equatable {
        var kind: UInt32
        var flags: UInt32
        var offset: Int
        var byteCount: Int
        var checksum: UInt32
    }
}

/// What a section of an index's file holds. Kinds from `firstOfOwner` on are the owner's own: data
/// that it keeps for slots, to be read and checked with the index.
public struct IndexSection: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let firstOfOwner: UInt32 = 0x1000

    static let parameters = IndexSection(rawValue: 1)
    static let rows = IndexSection(rawValue: 2)
    static let rowChecksums = IndexSection(rawValue: 3)
    static let norms = IndexSection(rawValue: 4)
    static let quantizer = IndexSection(rawValue: 5)
    static let codes = IndexSection(rawValue: 6)
    static let links = IndexSection(rawValue: 7)
    static let directory = IndexSection(rawValue: 8)
    static let blocks = IndexSection(rawValue: 9)
    static let labels = IndexSection(rawValue: 10)
    static let linked = IndexSection(rawValue: 11)
    static let live = IndexSection(rawValue: 12)
}
