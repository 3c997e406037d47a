// A place in an item record. Every read checks the bounds: past the end there are empty byte
// strings, zero counts and nulls, and nesting stops at a depth no item has. The checksum has already
// vouched for the record, so that this never shows; it keeps a forged one from reading other memory
// or exhausting the stack.
//
// Other modules turn records into text without building values, so reading is inlinable.

package import MartletModel

package struct RecordCursor {
    @usableFromInline var position: UnsafePointer<UInt8>
    @usableFromInline let end: UnsafePointer<UInt8>

    @inlinable
    init(_ record: UnsafeRawBufferPointer, from start: Int, to end: Int) {
        let base = record.baseAddress!.assumingMemoryBound(to: UInt8.self)
        position = base + start
        self.end = base + max(start, end)
    }

    @inlinable var remaining: Int { end - position }

    /// Reads a varint of at most five bytes.
    @inlinable
    package mutating func count() -> Int {
        guard position < end else { return 0 }
        let first = position.pointee
        position += 1
        if first < 0x80 { return Int(first) }
        var value = Int(first & 0x7F)
        var shift = 7
        while position < end, shift < 35 {
            let byte = position.pointee
            position += 1
            value |= Int(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        return 0
    }

    /// Reads how many members a set, list or map has: each takes at least a byte, and a forged record
    /// cannot claim more than there is room for.
    @inlinable
    package mutating func memberCount() -> Int { min(count(), remaining) }

    /// Goes to the end of the record.
    @inlinable
    package mutating func skipAll() { position = end }

    /// Reads a length and as many bytes: a name, text, a number's text, a binary.
    @inlinable
    package mutating func bytes() -> UnsafeBufferPointer<UInt8> {
        let count = min(count(), remaining)
        let start = position
        position += count
        return UnsafeBufferPointer(start: start, count: count)
    }

    @inlinable
    package mutating func tag() -> ItemRecord.ValueTag {
        guard position < end else { return .null }
        let byte = position.pointee
        position += 1
        return ItemRecord.ValueTag(rawValue: byte) ?? .null
    }

    package mutating func text() -> Text {
        Text(String(decoding: bytes(), as: UTF8.self))
    }

    mutating func number() -> DecimalNumber {
        let text = bytes()
        // A forged record may hold any text here; arithmetic relies on a numeral.
        guard DecimalNumber.isCanonical(text) else { return .zero }
        return DecimalNumber(canonical: String(decoding: text, as: UTF8.self))
    }

    mutating func binary() -> [UInt8] { Array(bytes()) }

    /// More levels of lists and maps than any item has.
    package static let levels = 2 * Limits.nestingLevels

    package mutating func value() -> AttributeValue { value(levels: Self.levels) }

    private mutating func value(levels: Int) -> AttributeValue {
        switch tag() {
        case .null: return .null
        case .false: return .bool(false)
        case .true: return .bool(true)
        case .string: return .string(text())
        case .number: return .number(number())
        case .binary: return .binary(binary())
        case .stringSet: return .stringSet(SortedSet(ascending: members { $0.text() }))
        case .numberSet: return .numberSet(SortedSet(ascending: members { $0.number() }))
        case .binarySet: return .binarySet(SortedSet(ascending: members { Binary($0.binary()) }))
        case .list where levels > 0: return .list(members { $0.value(levels: levels - 1) })
        case .map where levels > 0: return .map(map(count: count(), levels: levels - 1))
        case .list, .map:
            skipAll()
            return .null
        case .floats: return .list(packedNumbers(.floats).values)
        case .widenedFloats: return .list(packedNumbers(.widenedFloats).values)
        case .doubles: return .list(packedNumbers(.doubles).values)
        }
    }

    /// Reads a packed list, whose tag has been read.
    package mutating func packedNumbers(_ tag: ItemRecord.ValueTag) -> PackedNumbers {
        PackedNumbers(tag, from: &self)
    }

    private mutating func members<Member>(_ next: (inout RecordCursor) -> Member) -> [Member] {
        let count = memberCount()
        var members: [Member] = []
        members.reserveCapacity(min(count, Self.trustedCount))
        for _ in 0..<count where position < end { members.append(next(&self)) }
        return members
    }

    /// Room made before a single member was seen: counts may be forged.
    private static let trustedCount = 1 << 12

    /// Reads `count` names and values.
    mutating func map(count: Int) -> AttributeMap { map(count: count, levels: Self.levels) }

    private mutating func map(count: Int, levels: Int) -> AttributeMap {
        let count = min(count, remaining)
        var entries = AttributeMap(minimumCapacity: min(count, Self.trustedCount))
        for _ in 0..<count where position < end { entries.append(text(), value(levels: levels)) }
        return entries
    }
}

/// Sizes as DynamoDB counts them, without decoding.
extension RecordCursor {
    /// Skips a value and tells its size.
    mutating func skippedSizeBytes() -> Int { skippedSizeBytes(levels: Self.levels) }

    private mutating func skippedSizeBytes(levels: Int) -> Int {
        switch tag() {
        case .null, .false, .true: return 1
        case .string, .binary: return bytes().count
        case .number: return DecimalNumber.sizeBytes(canonical: bytes())
        case .stringSet, .binarySet: return sum { $0.bytes().count }
        case .numberSet: return sum { DecimalNumber.sizeBytes(canonical: $0.bytes()) }
        case .list where levels > 0:
            return 3 + sum { 1 + $0.skippedSizeBytes(levels: levels - 1) }
        case .map where levels > 0:
            return 3 + sum { 1 + $0.bytes().count + $0.skippedSizeBytes(levels: levels - 1) }
        case .list, .map:
            skipAll()
            return 1
        case .floats: return packedNumbers(.floats).sizeBytes
        case .widenedFloats: return packedNumbers(.widenedFloats).sizeBytes
        case .doubles: return packedNumbers(.doubles).sizeBytes
        }
    }

    private mutating func sum(_ next: (inout RecordCursor) -> Int) -> Int {
        let count = memberCount()
        var total = 0
        for _ in 0..<count where position < end { total += next(&self) }
        return total
    }
}
