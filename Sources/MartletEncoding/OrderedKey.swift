// Keys of rows. Bytes compare as the values do: space, table, hash, partition, sort key.
//
//   bytes  field
//   1      space: what kind of row this is (`KeySpace`)
//   4      id of the table or index, big-endian
//   8      hash of the partition part, big-endian (items and index rows only)
//   …      partition key attributes, then sort key attributes; in an index row the table's key
//          follows, so that equal index keys are told apart and ordered by it
//
// Each attribute is self-delimiting, so no value's encoding begins another's:
//   text, binary   the bytes, 0x00 written as 0x00 0xFF, then 0x00 0x00
//   number 0       0x80
//   number > 0     0x81, exponent of the first digit + 130, digit pairs + 1 from the first digit
//                  on, 0x00
//   number < 0     0x7F, then the same bytes as for its magnitude, complemented
//
// The hash scatters partitions: a Scan returns them in no meaningful order, as AWS does, and
// ranges of the hash are the segments of a parallel Scan.
// Spec: docs/format/keys.md. Bytes: Tests/MartletEncodingTests/Golden/keys-v1.txt.

package import MartletModel

/// The first byte of every key.
package enum KeySpace: UInt8, Sendable {
    case catalog = 0x02
    case tally = 0x03
    case transactionToken = 0x04
    case expiry = 0x05
    case vectorJournal = 0x06
    case vectorWalk = 0x07
    case stream = 0x08
    case streamRecord = 0x09
    case backup = 0x0A
    case history = 0x0B
    case copy = 0x0C
    case transfer = 0x0E
    case change = 0x0F
    case item = 0x10
    case indexRow = 0x11
}

/// Builds keys. Space, id and hash make the 13 bytes that a partition's rows share.
package enum OrderedKey {
    package static let prefixBytes = 13

    /// Space and id: every row of a table or an index begins with it.
    package static func tablePrefix(_ space: KeySpace, _ id: UInt32) -> [UInt8] {
        var key: [UInt8] = []
        key.reserveCapacity(64)
        key.append(space.rawValue)
        key.appendBigEndian(id)
        return key
    }

    /// The prefix of a partition: space, id, hash, partition key attributes.
    package static func partition(
        _ space: KeySpace, _ id: UInt32, _ values: some Collection<AttributeValue>
    ) -> [UInt8] {
        var key = beginPartition(space, id)
        for value in values { append(value, to: &key) }
        sealPartition(&key)
        return key
    }

    /// Space, id and room for the hash; the partition key attributes are to follow.
    package static func beginPartition(_ space: KeySpace, _ id: UInt32) -> [UInt8] {
        var key = tablePrefix(space, id)
        key.appendBigEndian(UInt64(0))
        return key
    }

    /// Fills in the hash of what was appended since `beginPartition`.
    package static func sealPartition(_ key: inout [UInt8]) {
        key.withUnsafeMutableBytes { bytes in
            let hash = partitionHash(UnsafeRawBufferPointer(rebasing: bytes[prefixBytes...]))
            bytes.storeBytes(of: hash.bigEndian, toByteOffset: 5, as: UInt64.self)
        }
    }

    /// Appends a key attribute: text, number or binary.
    package static func append(_ value: AttributeValue, to key: inout [UInt8]) {
        switch value {
        case .string(let text): text.withUTF8 { appendEscaped($0, to: &key) }
        case .binary(let bytes): bytes.withUnsafeBufferPointer { appendEscaped($0, to: &key) }
        case .number(let number):
            appendNumber(number, to: &key)
            return
        default: preconditionFailure("a key attribute is text, a number or binary")
        }
        key.append(0)
        key.append(0)
    }

    /// Appends text or binary without its end: what every value that begins with it starts with.
    package static func appendBeginning(_ value: AttributeValue, to key: inout [UInt8]) {
        switch value {
        case .string(let text): text.withUTF8 { appendEscaped($0, to: &key) }
        case .binary(let bytes): bytes.withUnsafeBufferPointer { appendEscaped($0, to: &key) }
        default: preconditionFailure("only text and binary have beginnings")
        }
    }

    private static func appendEscaped(_ bytes: UnsafeBufferPointer<UInt8>, to key: inout [UInt8]) {
        if bytes.contains(0) {
            for byte in bytes {
                key.append(byte)
                if byte == 0 { key.append(0xFF) }
            }
        } else {
            key.append(contentsOf: bytes)
        }
    }

    private static func appendNumber(_ number: DecimalNumber, to key: inout [UInt8]) {
        number.withUTF8 { text in
            guard let shape = DecimalNumber.Shape(canonical: text) else {
                key.append(0x80)
                return
            }
            let flip: UInt8 = shape.isNegative ? 0xFF : 0
            key.append(shape.isNegative ? 0x7F : 0x81)
            key.append(UInt8(shape.leading - DecimalNumber.exponentRange.lowerBound) ^ flip)
            // An odd last digit is the first of a pair whose second is zero.
            var pending = shape.leading - shape.trailing + 1
            var tens: UInt8?
            for byte in text where byte &- 48 < 10 {
                let digit = byte - 48
                if digit == 0, tens == nil, pending == shape.leading - shape.trailing + 1 {
                    continue
                }
                guard pending > 0 else { break }
                pending -= 1
                if let first = tens {
                    key.append((first + digit + 1) ^ flip)
                    tens = nil
                } else {
                    tens = digit * 10
                }
            }
            if let last = tens { key.append((last + 1) ^ flip) }
            key.append(flip)
        }
    }

    /// A 64-bit hash whose upper bits are as good as the lower: FNV-1a with MurmurHash3's
    /// finalizer. It is part of the format.
    package static func partitionHash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        hash ^= hash >> 33
        hash = hash &* 0xFF51_AFD7_ED55_8CCD
        hash ^= hash >> 33
        hash = hash &* 0xC4CE_B9FE_1A85_EC53
        return hash ^ (hash >> 33)
    }
}
