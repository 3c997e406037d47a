// Writes item records; `ItemRecord.swift` has the bytes. The length is counted first, so that the
// record is one allocation of its exact size, filled through one pointer. Counting packs the lists
// that can be packed; writing copies those.

internal import MartletModel

struct RecordWriter {
    private var place: UnsafeMutablePointer<UInt8>
    private var packed = PackedLists()

    private init(place: UnsafeMutablePointer<UInt8>) { self.place = place }

    /// The record of an item whose size is known.
    static func record(of item: Item, sizeBytes: Int) -> [UInt8] {
        var packed = PackedLists()
        let attributeBytes = attributeBytes(of: item, &packed)
        return record(count: item.count, attributeBytes: attributeBytes, sizeBytes: sizeBytes) {
            writer, beginAttribute in
            writer.packed = packed
            // By pointer, so that no name or value is retained on the way.
            item.entries.withUnsafeBufferPointer { entries in
                for entry in 0..<entries.count {
                    beginAttribute(writer.place)
                    writer.append(entries[entry].name)
                    writer.append(entries[entry].value)
                }
            }
        }
    }

    /// The record of attributes that are there in another record, in ascending order.
    static func record(
        copying attributes: [Range<Int>], from source: UnsafeRawBufferPointer, attributeBytes: Int,
        sizeBytes: Int
    ) -> [UInt8] {
        record(count: attributes.count, attributeBytes: attributeBytes, sizeBytes: sizeBytes) {
            writer, beginAttribute in
            for attribute in attributes {
                beginAttribute(writer.place)
                writer.copy(UnsafeRawBufferPointer(rebasing: source[attribute]))
            }
        }
    }

    /// The record of attributes that are encoded, in ascending order of their names.
    static func record(joining attributes: [ArraySlice<UInt8>], sizeBytes: Int) -> [UInt8] {
        record(
            count: attributes.count,
            attributeBytes: attributes.reduce(0) { $0 + $1.count }, sizeBytes: sizeBytes
        ) { writer, beginAttribute in
            for attribute in attributes {
                beginAttribute(writer.place)
                attribute.withUnsafeBytes { writer.copy($0) }
            }
        }
    }

    /// Makes room for a record, writes what is around the attributes, and has `body` write those;
    /// it tells where each begins.
    @inline(__always)
    private static func record(
        count attributeCount: Int, attributeBytes: Int, sizeBytes: Int,
        _ body: (
            inout RecordWriter, _ beginAttribute: (UnsafeMutablePointer<UInt8>) -> Void
        ) -> Void
    ) -> [UInt8] {
        let fixed = ItemRecord.headerBytes + ItemRecord.checksumBytes + attributeBytes
        let isWide = fixed + 2 * attributeCount > Int(UInt16.max)
        let total = fixed + (isWide ? 4 : 2) * attributeCount
        return [UInt8](unsafeUninitializedCapacity: total) { buffer, count in
            let start = buffer.baseAddress!
            var writer = RecordWriter(place: start)
            writer.append(byte: ItemRecord.version)
            writer.append(byte: isWide ? 1 : 0)
            writer.append(UInt32(sizeBytes))
            writer.append(UInt32(attributeCount))
            var directory = RecordWriter(place: writer.place)
            writer.place += (isWide ? 4 : 2) * attributeCount
            body(&writer) { place in
                if isWide {
                    directory.append(UInt32(place - start))
                } else {
                    directory.append(UInt16(place - start))
                }
            }
            precondition(writer.place == start + total - ItemRecord.checksumBytes)
            let written = UnsafeRawBufferPointer(start: start, count: writer.place - start)
            writer.append(crc32c(written))
            count = total
        }
    }

    private mutating func copy(_ bytes: UnsafeRawBufferPointer) {
        UnsafeMutableRawBufferPointer(start: place, count: bytes.count).copyMemory(from: bytes)
        place += bytes.count
    }

    private mutating func append(byte: UInt8) {
        place.pointee = byte
        place += 1
    }

    private mutating func append<I: FixedWidthInteger & UnsignedInteger>(_ value: I) {
        UnsafeMutableRawPointer(place).storeBytes(of: value.littleEndian, as: I.self)
        place += MemoryLayout<I>.size
    }

    private mutating func append(varint value: Int) {
        var rest = UInt(value)
        while rest >= 0x80 {
            append(byte: UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(byte: UInt8(rest))
    }

    /// Appends a length and as many bytes.
    private mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        append(varint: bytes.count)
        guard let source = bytes.baseAddress else { return }
        place.update(from: source, count: bytes.count)
        place += bytes.count
    }

    private mutating func append(_ text: Text) { text.withUTF8 { append($0) } }

    private mutating func append(_ number: DecimalNumber) { number.withUTF8 { append($0) } }

    private mutating func append(_ binary: [UInt8]) {
        binary.withUnsafeBufferPointer { append($0) }
    }

    private mutating func begin(_ tag: ItemRecord.ValueTag) { append(byte: tag.rawValue) }

    private mutating func begin(_ tag: ItemRecord.ValueTag, count: Int) {
        append(byte: tag.rawValue)
        append(varint: count)
    }

    private mutating func append(_ value: AttributeValue) {
        switch value {
        case .null: begin(.null)
        case .bool(let isTrue): begin(isTrue ? .true : .false)
        case .string(let text):
            begin(.string)
            append(text)
        case .number(let number):
            begin(.number)
            append(number)
        case .binary(let binary):
            begin(.binary)
            append(binary)
        case .stringSet(let set):
            begin(.stringSet, count: set.count)
            for member in set.elements { append(member) }
        case .numberSet(let set):
            begin(.numberSet, count: set.count)
            for member in set.elements { append(member) }
        case .binarySet(let set):
            begin(.binarySet, count: set.count)
            for member in set.elements { append(member.bytes) }
        case .list(let elements): append(elements)
        case .map(let map):
            begin(.map, count: map.count)
            for entry in map.entries {
                append(entry.name)
                append(entry.value)
            }
        }
    }

    private mutating func append(_ elements: [AttributeValue]) {
        if elements.count >= PackedLists.minimumCount {
            let isPacked = packed.takeNext {
                place.update(from: $0.baseAddress!, count: $0.count)
                place += $0.count
            }
            if isPacked { return }
        }
        begin(.list, count: elements.count)
        elements.withUnsafeBufferPointer { elements in
            for element in 0..<elements.count { append(elements[element]) }
        }
    }
}

/// Lengths of what the writer writes.
extension RecordWriter {
    private static func attributeBytes(
        of map: AttributeMap, _ packed: inout PackedLists
    ) -> Int {
        map.entries.withUnsafeBufferPointer { entries in
            var total = 0
            for entry in 0..<entries.count {
                total += blockBytes(entries[entry].name.utf8Count)
                total += valueBytes(entries[entry].value, &packed)
            }
            return total
        }
    }

    static func varintBytes(_ value: Int) -> Int {
        value < 0x80 ? 1 : (UInt.bitWidth - UInt(value).leadingZeroBitCount + 6) / 7
    }

    /// A length and as many bytes.
    static func blockBytes(_ count: Int) -> Int { varintBytes(count) + count }

    private static func valueBytes(
        _ value: AttributeValue, _ packed: inout PackedLists
    ) -> Int {
        switch value {
        case .null, .bool: 1
        case .string(let text): 1 + blockBytes(text.utf8Count)
        case .number(let number): 1 + blockBytes(number.description.utf8.count)
        case .binary(let bytes): 1 + blockBytes(bytes.count)
        case .stringSet(let set):
            set.elements.reduce(1 + varintBytes(set.count)) { $0 + blockBytes($1.utf8Count) }
        case .numberSet(let set):
            set.elements.reduce(1 + varintBytes(set.count)) {
                $0 + blockBytes($1.description.utf8.count)
            }
        case .binarySet(let set):
            set.elements.reduce(1 + varintBytes(set.count)) { $0 + blockBytes($1.bytes.count) }
        case .list(let elements):
            elements.withUnsafeBufferPointer { elements in
                if let length = packed.add(elements) { return length }
                var total = 1 + varintBytes(elements.count)
                for element in 0..<elements.count {
                    total += valueBytes(elements[element], &packed)
                }
                return total
            }
        case .map(let map): 1 + varintBytes(map.count) + attributeBytes(of: map, &packed)
        }
    }
}
