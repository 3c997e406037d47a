// What is sealed, and under which name. Integers in names are big-endian, all others little-endian.
//
// Every sealed thing has a number that is used once in its session, whose keys are used in no other.
// The number is the nonce, and part of the associated data:
//
//   offset  bytes  field
//   0       1      format version, 1
//   1       1      kind: 1 head, 2 session, 3 record, 4 list of deletions (SealedDirectory.swift)
//   2       16     id of the index
//   18      4      session
//   22      8      number
//
// A record is stored under 03 · session · number, 13 bytes. Its plaintext:
//
//   0       4      k, length of the key
//   4       4      v, length of the value
//   8       k      key
//   8 + k   v      value
//   ...            zeros up to the size class: a power of two from 64 to 4,096 bytes, then multiples
//                  of 4,096
//
// Spec: docs/format/encrypted-index.md.

internal import MartletKeyValue

package enum SealedFormat {
    static let version: UInt8 = 1
    static let indexIDBytes = 16
    static let headName: [UInt8] = [SealedKind.head.rawValue]

    /// What is sealed is padded to this.
    package static func sizeClass(of byteCount: Int) -> Int {
        if byteCount > 4096 { return (byteCount + 4095) / 4096 * 4096 }
        var size = 64
        while size < byteCount { size *= 2 }
        return size
    }
}

enum SealedKind: UInt8 {
    case head = 1
    case session = 2
    case record = 3
    case deletions = 4
}

/// Which record: a name that is used once.
struct RecordName: Hashable, Comparable, Sendable {
    static let byteCount = 13

    var session: UInt32
    var number: UInt64

    init(session: UInt32, number: UInt64) {
        self.session = session
        self.number = number
    }

    /// nil for what is not the name of one.
    init?(_ name: RawSpan, of kind: SealedKind = .record) {
        guard name.byteCount == Self.byteCount,
            name.unsafeLoad(fromByteOffset: 0, as: UInt8.self) == kind.rawValue
        else { return nil }
        session = UInt32(bigEndian: name.unsafeLoadUnaligned(fromByteOffset: 1, as: UInt32.self))
        number = UInt64(bigEndian: name.unsafeLoadUnaligned(fromByteOffset: 5, as: UInt64.self))
    }

    var bytes: [UInt8] { bytes(of: .record) }

    /// Of a list of deletions, numbers of which are those of records.
    func bytes(of kind: SealedKind) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Self.byteCount) { bytes, count in
            let bytes = UnsafeMutableRawBufferPointer(bytes)
            bytes[0] = kind.rawValue
            bytes.storeBytes(of: session.bigEndian, toByteOffset: 1, as: UInt32.self)
            bytes.storeBytes(of: number.bigEndian, toByteOffset: 5, as: UInt64.self)
            count = Self.byteCount
        }
    }

    var place: SealedPlace { .record(session: session, number: number) }

    static func < (left: RecordName, right: RecordName) -> Bool {
        (left.session, left.number) < (right.session, right.number)
    }

    static func sessionName(_ session: UInt32) -> [UInt8] {
        [SealedKind.session.rawValue] + session.bigEndianBytes
    }
}

/// Seals and opens in the name of one index and one session.
struct SessionSeal: Sendable {
    private static let associatedBytes = 30

    let indexID: [UInt8]
    let session: UInt32
    let key: SealingKey

    func seal(
        _ plain: UnsafeRawBufferPointer, _ kind: SealedKind, _ number: UInt64,
        into sealed: UnsafeMutableRawPointer
    ) {
        withAssociated(kind, number) {
            key.seal(plain, Nonce(number), associated: $0, into: sealed)
        }
    }

    func seal(_ plain: [UInt8], _ kind: SealedKind, _ number: UInt64) -> [UInt8] {
        withAssociated(kind, number) {
            key.seal(plain, Nonce(number), associated: Array($0))
        }
    }

    func open(
        _ sealed: UnsafeRawBufferPointer, _ kind: SealedKind, _ number: UInt64,
        into plain: UnsafeMutableRawPointer
    ) -> Bool {
        withAssociated(kind, number) {
            key.open(sealed, Nonce(number), associated: $0, into: plain)
        }
    }

    func open(_ sealed: ArraySlice<UInt8>, _ kind: SealedKind, _ number: UInt64) -> [UInt8]? {
        withAssociated(kind, number) {
            key.open(sealed, Nonce(number), associated: Array($0))
        }
    }

    private func withAssociated<Result>(
        _ kind: SealedKind, _ number: UInt64, _ body: (UnsafeRawBufferPointer) -> Result
    ) -> Result {
        withUnsafeTemporaryAllocation(byteCount: Self.associatedBytes, alignment: 8) { bytes in
            bytes[0] = SealedFormat.version
            bytes[1] = kind.rawValue
            indexID.withUnsafeBytes {
                (bytes.baseAddress! + 2).copyMemory(
                    from: $0.baseAddress!, byteCount: SealedFormat.indexIDBytes)
            }
            bytes.storeBytes(of: session.bigEndian, toByteOffset: 18, as: UInt32.self)
            bytes.storeBytes(of: number.bigEndian, toByteOffset: 22, as: UInt64.self)
            return body(UnsafeRawBufferPointer(bytes))
        }
    }
}

/// A record's plaintext, opened.
struct OpenedRecord: ~Copyable {
    private let bytes: UnsafeMutableRawBufferPointer
    private let keyCount: Int
    private let valueCount: Int

    static let headBytes = 8

    /// - Throws: `cutShort`, `altered`.
    init(_ sealed: RawSpan, _ name: RecordName, _ seal: SessionSeal) throws(SealingError) {
        let plainCount = sealed.byteCount - SealingKey.tagBytes
        guard plainCount >= 64, plainCount == SealedFormat.sizeClass(of: plainCount) else {
            throw .cutShort(name.place)
        }
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: plainCount, alignment: 16)
        let isOpen = sealed.withUnsafeBytes {
            seal.open($0, .record, name.number, into: bytes.baseAddress!)
        }
        guard isOpen else {
            bytes.deallocate()
            throw .altered(name.place)
        }
        keyCount = Int(UInt32(littleEndian: bytes.load(as: UInt32.self)))
        valueCount = Int(UInt32(littleEndian: bytes.load(fromByteOffset: 4, as: UInt32.self)))
        // Whoever sealed this had the key, so it is as it was written.
        precondition(Self.headBytes + keyCount + valueCount <= plainCount)
        self.bytes = bytes
    }

    deinit { bytes.deallocate() }

    var key: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[Self.headBytes..<Self.headBytes + keyCount])
    }

    var value: UnsafeRawBufferPointer {
        let start = Self.headBytes + keyCount
        return UnsafeRawBufferPointer(rebasing: bytes[start..<start + valueCount])
    }
}

extension FixedWidthInteger {
    var bigEndianBytes: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }
    var littleEndianBytes: [UInt8] { withUnsafeBytes(of: littleEndian) { Array($0) } }
}

/// Reads integers and bytes one after the other; nil at the end.
struct ByteReader {
    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    /// Where in the whole the rest begins.
    var offset: Int { rest.startIndex }

    mutating func bytes(_ count: Int) -> [UInt8]? {
        guard count >= 0, count <= rest.count else { return nil }
        defer { rest.removeFirst(count) }
        return Array(rest.prefix(count))
    }

    mutating func integer<Integer: FixedWidthInteger>(_ type: Integer.Type) -> Integer? {
        bytes(MemoryLayout<Integer>.size).map { bytes in
            Integer(
                littleEndian: bytes.withUnsafeBytes { $0.loadUnaligned(as: Integer.self) })
        }
    }
}
