// A place in an item record. Every read checks the bounds: past the end there are empty byte
// strings, zero counts and nulls. The checksum has already vouched for the record, so that this
// never shows; it keeps a forged one from reading other memory.

package import MartletModel

package struct RecordCursor {
    private var position: UnsafeRawPointer
    private let end: UnsafeRawPointer

    init(_ record: UnsafeRawBufferPointer, from start: Int, to end: Int) {
        position = record.baseAddress! + start
        self.end = record.baseAddress! + max(start, end)
    }

    private var remaining: Int { end - position }

    /// Reads a varint.
    package mutating func count() -> Int {
        var value = 0
        var shift = 0
        while position < end, shift < 35 {
            let byte = position.load(as: UInt8.self)
            position += 1
            value |= Int(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        return 0
    }

    /// Reads a length and as many bytes: a name, text, a number's text, a binary.
    package mutating func bytes() -> UnsafeBufferPointer<UInt8> {
        let count = min(count(), remaining)
        let start = position.assumingMemoryBound(to: UInt8.self)
        position += count
        return UnsafeBufferPointer(start: start, count: count)
    }

    package mutating func tag() -> ItemRecord.ValueTag {
        guard position < end else { return .null }
        let byte = position.load(as: UInt8.self)
        position += 1
        return ItemRecord.ValueTag(rawValue: byte) ?? .null
    }

    package mutating func text() -> Text {
        Text(String(decoding: bytes(), as: UTF8.self))
    }

    mutating func number() -> DecimalNumber {
        DecimalNumber(canonical: String(decoding: bytes(), as: UTF8.self))
    }

    mutating func binary() -> [UInt8] { Array(bytes()) }

    package mutating func value() -> AttributeValue {
        switch tag() {
        case .null: .null
        case .false: .bool(false)
        case .true: .bool(true)
        case .string: .string(text())
        case .number: .number(number())
        case .binary: .binary(binary())
        case .stringSet: .stringSet(SortedSet(ascending: members { $0.text() }))
        case .numberSet: .numberSet(SortedSet(ascending: members { $0.number() }))
        case .binarySet: .binarySet(SortedSet(ascending: members { Binary($0.binary()) }))
        case .list: .list(members { $0.value() })
        case .map: .map(map(count: count()))
        }
    }

    private mutating func members<Member>(_ next: (inout RecordCursor) -> Member) -> [Member] {
        let count = min(count(), remaining)  // every member takes at least a byte
        var members: [Member] = []
        members.reserveCapacity(count)
        for _ in 0..<count { members.append(next(&self)) }
        return members
    }

    /// Reads `count` names and values.
    mutating func map(count: Int) -> AttributeMap {
        let count = min(count, remaining)
        var entries = AttributeMap(minimumCapacity: count)
        for _ in 0..<count { entries.append(text(), value()) }
        return entries
    }
}
