internal import MartletModel

/// Writes item records; `ItemRecord.swift` has the bytes.
struct RecordWriter {
    private var bytes: [UInt8] = []

    init(expectedBytes: Int) { bytes.reserveCapacity(expectedBytes) }

    /// Writes the record of an item, with narrow offsets if they suffice.
    mutating func record(of item: Item, sizeBytes: Int) -> [UInt8] {
        if sizeBytes <= Int(UInt16.max) {
            write(item, sizeBytes: sizeBytes, isWide: false)
            // Numbers can take more bytes here than DynamoDB counts: 1E125 has 126 digits.
            if bytes.count <= Int(UInt16.max) { return bytes }
            bytes.removeAll(keepingCapacity: true)
        }
        write(item, sizeBytes: sizeBytes, isWide: true)
        return bytes
    }

    private mutating func write(_ item: Item, sizeBytes: Int, isWide: Bool) {
        let width = isWide ? 4 : 2
        bytes.append(ItemRecord.version)
        bytes.append(isWide ? 1 : 0)
        bytes.appendLittleEndian(UInt32(sizeBytes))
        bytes.appendLittleEndian(UInt32(item.count))
        let directory = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: width * item.count))
        for (position, entry) in item.enumerated() {
            let offset = bytes.count
            for byte in 0..<width {
                bytes[directory + position * width + byte] =
                    UInt8(truncatingIfNeeded: offset >> (8 * byte))
            }
            append(entry.name)
            append(entry.value)
        }
        bytes.appendLittleEndian(bytes.withUnsafeBytes(crc32c))
    }

    private mutating func append(_ text: Text) {
        bytes.appendVarint(text.utf8Count)
        text.withUTF8 { bytes.append(contentsOf: $0) }
    }

    private mutating func append(_ number: DecimalNumber) {
        bytes.appendVarint(number.description.utf8.count)
        bytes.append(contentsOf: number.description.utf8)
    }

    private mutating func append(_ binary: [UInt8]) {
        bytes.appendVarint(binary.count)
        bytes.append(contentsOf: binary)
    }

    private mutating func begin(_ tag: ItemRecord.ValueTag, count: Int? = nil) {
        bytes.append(tag.rawValue)
        if let count { bytes.appendVarint(count) }
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
        case .list(let elements):
            begin(.list, count: elements.count)
            for element in elements { append(element) }
        case .map(let entries):
            begin(.map, count: entries.count)
            for entry in entries {
                append(entry.name)
                append(entry.value)
            }
        }
    }
}
