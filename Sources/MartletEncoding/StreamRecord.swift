// Stream record, version 1: what a stream keeps of one change of one item. Integers little-endian.
//
//   offset  bytes  field
//   0       1      format version, 1
//   1       1      flags; bits 0–1: 0 INSERT, 1 MODIFY, 2 REMOVE; bit 2: removed by time to live;
//                  bit 3: keys follow; bit 4: the old image follows; bit 5: the new image follows.
//                  A reader refuses any other.
//   2       8      when it was made: milliseconds since 1970
//   10      …      of keys, old image and new image those that follow, in this order: length (4),
//                  item record
//   end-4   4      CRC-32C of all bytes before
//
// Keys are kept only where no image is, which holds them, too.
// Spec: docs/format/streams.md. Bytes:
// Tests/MartletEncodingTests/Golden/stream-records-v1.txt.

public struct StreamRecord: Sendable, Equatable {
    public enum Event: UInt8, Sendable {
        case insert, modify, remove
    }

    package var event: Event
    /// Whether time to live removed the item.
    package var isExpiry: Bool
    package var millisecondsSince1970: UInt64
    /// Only when there is no image.
    package var keys: ItemRecord?
    package var oldImage: ItemRecord?
    package var newImage: ItemRecord?

    package init(
        event: Event, isExpiry: Bool = false, millisecondsSince1970: UInt64,
        keys: ItemRecord? = nil, oldImage: ItemRecord? = nil, newImage: ItemRecord? = nil
    ) {
        self.event = event
        self.isExpiry = isExpiry
        self.millisecondsSince1970 = millisecondsSince1970
        self.keys = keys
        self.oldImage = oldImage
        self.newImage = newImage
    }
}

// MARK: - Bytes

extension StreamRecord {
    private static let version: UInt8 = 1
    private static let headerBytes = 10
    private static let checksumBytes = 4
    private static let eventMask: UInt8 = 0b11
    private static let expiryFlag: UInt8 = 1 << 2
    private static let partFlags: [UInt8] = [1 << 3, 1 << 4, 1 << 5]

    package var bytes: [UInt8] {
        let parts = [keys, oldImage, newImage]
        var flags = event.rawValue
        if isExpiry { flags |= Self.expiryFlag }
        var count = Self.headerBytes + Self.checksumBytes
        for (part, flag) in zip(parts, Self.partFlags) {
            guard let part else { continue }
            flags |= flag
            count += 4 + part.bytes.count
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        bytes.append(Self.version)
        bytes.append(flags)
        bytes.appendLittleEndian(millisecondsSince1970)
        for case let part? in parts {
            bytes.appendLittleEndian(UInt32(part.bytes.count))
            bytes.append(contentsOf: part.bytes)
        }
        bytes.appendLittleEndian(bytes.withUnsafeBytes(crc32c))
        return bytes
    }

    package init(stored bytes: [UInt8]) throws(CorruptRecord) {
        let end = bytes.count - Self.checksumBytes
        guard end >= Self.headerBytes else { throw CorruptRecord("stream record too short") }
        guard bytes[0] == Self.version else {
            throw CorruptRecord("stream record version \(bytes[0])")
        }
        let (stored, checksum) = bytes.withUnsafeBytes { bytes in
            (
                UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: end, as: UInt32.self)),
                crc32c(UnsafeRawBufferPointer(rebasing: bytes[..<end]))
            )
        }
        guard stored == checksum else { throw CorruptRecord("stream record checksum") }
        let flags = bytes[1]
        let known = Self.partFlags.reduce(Self.eventMask | Self.expiryFlag, |)
        guard flags & ~known == 0, let event = Event(rawValue: flags & Self.eventMask) else {
            throw CorruptRecord("stream record flags \(flags)")
        }
        var parts: [ItemRecord?] = []
        var position = Self.headerBytes
        for flag in Self.partFlags {
            guard flags & flag != 0 else {
                parts.append(nil)
                continue
            }
            guard end - position >= 4 else { throw CorruptRecord("stream record length") }
            let length = Int(
                UInt32(
                    littleEndian: bytes.withUnsafeBytes {
                        $0.loadUnaligned(fromByteOffset: position, as: UInt32.self)
                    }))
            position += 4
            guard length <= end - position else { throw CorruptRecord("stream record length") }
            parts.append(try ItemRecord(verifying: Array(bytes[position..<position + length])))
            position += length
        }
        guard position == end else { throw CorruptRecord("stream record length") }
        guard parts.contains(where: { $0 != nil }) else {
            throw CorruptRecord("stream record empty")
        }
        self.init(
            event: event, isExpiry: flags & Self.expiryFlag != 0,
            millisecondsSince1970: Self.milliseconds(ofStored: bytes)!, keys: parts[0],
            oldImage: parts[1], newImage: parts[2])
    }

    /// When a stored record was made, without looking at the rest of it; nil when it is too short.
    package static func milliseconds(ofStored bytes: [UInt8]) -> UInt64? {
        guard bytes.count >= headerBytes else { return nil }
        return bytes.withUnsafeBytes {
            UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: 2, as: UInt64.self))
        }
    }
}
