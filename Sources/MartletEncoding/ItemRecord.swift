// Item record, version 2: the value stored under a row's key. Integers little-endian.
//
//   offset  bytes   field
//   0       1       format version, 2
//   1       1       flags; bit 0: offsets are 4 bytes wide, not 2. A reader refuses any other bit.
//   2       4       size of the item as DynamoDB counts it
//   6       4       n, number of attributes
//   10      2n|4n   offset of each attribute from the start of the record
//   …               attributes by ascending UTF-8 name: name length (varint), name, value
//   end-4   4       CRC-32C of all bytes before
//
// A value is a tag and its payload:
//   0 NULL, 1 false, 2 true   nothing
//   3 S, 4 N, 5 B             length (varint), bytes; a number is its canonical text
//   6 SS, 7 NS, 8 BS          count (varint), then each member as under 3, 4, 5; ascending
//   9 L                       count (varint), values
//   10 M                      count (varint), then name length, name, value for each; ascending
//   11 L, 12 L, 13 L          a packed list of numbers: count (varint), the list's size as DynamoDB
//                             counts it (varint), for each a binary value of 4, 4, 8 bytes
//
// A list is packed where `PackedForm.swift` says so, and nowhere else. Version 1 has no packed
// lists. A record of version 1 becomes one of version 2 as it is read, so that records of equal
// items are equal bytes also when one of them is old.
//
// Invariants: names strictly ascend, in maps too; nothing follows the checksum. The checksum is
// verified before a record is used, and reading stays inside the record whatever it says.
// Spec: docs/format/items.md. Bytes: Tests/MartletEncodingTests/Golden/items-v2.txt, items-v1.txt.

public import MartletModel

/// An item as it is stored: a projection or a condition decodes only what it names.
public struct ItemRecord: Sendable, Hashable {
    package static let version: UInt8 = 2
    static let oldestVersion: UInt8 = 1
    static let headerBytes = 10
    static let checksumBytes = 4

    @frozen
    package enum ValueTag: UInt8 {
        case null, `false`, `true`, string, number, binary
        case stringSet, numberSet, binarySet, list, map
        case floats, widenedFloats, doubles
    }

    /// The record, checksum included.
    package let bytes: [UInt8]

    /// Takes a stored record, after checking its version and checksum.
    package init(verifying bytes: [UInt8]) throws(CorruptRecord) {
        let fault = bytes.withUnsafeBytes(Self.fault)
        if let fault { throw fault }
        let record = ItemRecord(trusting: bytes)
        self = bytes[0] == Self.version ? record : ItemRecord(record.item)
    }

    /// Encodes an item.
    /// - Complexity: O(size of the item); one allocation.
    package init(_ item: Item) {
        self.init(item, sizeBytes: item.sizeBytes)
    }

    /// Encodes an item whose size is known.
    package init(_ item: Item, sizeBytes: Int) {
        bytes = RecordWriter.record(of: item, sizeBytes: sizeBytes)
    }

    /// Takes bytes that the writer just made.
    init(trusting bytes: [UInt8]) { self.bytes = bytes }

    private static func fault(_ bytes: UnsafeRawBufferPointer) -> CorruptRecord? {
        guard bytes.count >= headerBytes + checksumBytes else {
            return CorruptRecord("record too short")
        }
        guard bytes[0] >= oldestVersion, bytes[0] <= version else {
            return CorruptRecord("record version \(bytes[0])")
        }
        let body = bytes.count - checksumBytes
        let stored = bytes.loadUnaligned(fromByteOffset: body, as: UInt32.self)
        guard
            crc32c(UnsafeRawBufferPointer(rebasing: bytes[..<body])) == UInt32(littleEndian: stored)
        else { return CorruptRecord("record checksum") }
        guard bytes[1] & ~1 == 0 else { return CorruptRecord("record flags \(bytes[1])") }
        let count = Int(
            UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 6, as: UInt32.self)))
        let width = bytes[1] & 1 == 0 ? 2 : 4
        guard count <= (body - headerBytes) / width else {
            return CorruptRecord("record directory")
        }
        return nil
    }

    /// The item's size as DynamoDB counts it.
    package var sizeBytes: Int { Int(header(at: 2)) }

    package var attributeCount: Int { Int(header(at: 6)) }

    private func header(at offset: Int) -> UInt32 {
        bytes.withUnsafeBytes {
            UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
        }
    }

    /// Calls `body` with a cursor on the first attribute's name; attributes follow each other.
    package func withAttributes<Result>(_ body: (inout RecordCursor) -> Result) -> Result {
        bytes.withUnsafeBytes { bytes in
            let width = bytes[1] & 1 == 0 ? 2 : 4
            let start = Self.headerBytes + width * attributeCount
            var cursor = RecordCursor(
                bytes, from: start, to: bytes.count - Self.checksumBytes)
            return body(&cursor)
        }
    }

    /// The whole item.
    public var item: Item {
        let count = attributeCount
        return withAttributes { $0.map(count: count) }
    }
}

extension ItemRecord: AttributeSource {
    /// Finds an attribute by binary search in the directory and decodes its value alone.
    public func value(named name: Text) -> AttributeValue? {
        withCursor(atValueOf: name) { $0.value() }
    }

    /// Whether the item has the attribute; decodes nothing.
    package func hasAttribute(named name: Text) -> Bool {
        withCursor(atValueOf: name) { _ in true } ?? false
    }

    func withCursor<Result>(
        atValueOf name: Text, _ body: (inout RecordCursor) -> Result
    ) -> Result? {
        bytes.withUnsafeBytes { bytes in
            let directory = RecordDirectory(bytes)
            guard let position = directory.position(of: name) else { return nil }
            var cursor = directory.cursor(at: position)
            _ = cursor.bytes()
            return body(&cursor)
        }
    }
}
