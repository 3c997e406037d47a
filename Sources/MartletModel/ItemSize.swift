// Sizes as DynamoDB counts them, in bytes: for the item limit, for pages and for capacity.
// Source: "DynamoDB item sizes and formats" in the developer guide. Names and text count their
// UTF-8 bytes; a number about half a byte a digit, plus one; a list or map 3 bytes, plus one for
// each element. These are not the sizes of the stored records.

extension DecimalNumber {
    /// One byte, one for each base-100 digit between the first and the last that is not zero,
    /// and one more for a minus sign; zero takes one byte.
    public var sizeBytes: Int { withUTF8(Self.sizeBytes) }

    /// The size of the number whose canonical text this is.
    package static func sizeBytes(canonical text: UnsafeBufferPointer<UInt8>) -> Int {
        guard let shape = Shape(canonical: text) else { return 1 }
        let pairs = (shape.leading >> 1) - (shape.trailing >> 1) + 1
        return 1 + pairs + (shape.isNegative ? 1 : 0)
    }
}

extension AttributeValue {
    public var sizeBytes: Int {
        switch self {
        case .string(let text): text.utf8Count
        case .number(let number): number.sizeBytes
        case .binary(let bytes): bytes.count
        case .bool, .null: 1
        case .stringSet(let set): set.elements.reduce(0) { $0 + $1.utf8Count }
        case .numberSet(let set): set.elements.reduce(0) { $0 + $1.sizeBytes }
        case .binarySet(let set): set.elements.reduce(0) { $0 + $1.bytes.count }
        case .list(let elements): elements.reduce(3) { $0 + $1.sizeBytes + 1 }
        case .map(let entries): entries.sizeBytes + 3 + entries.count
        }
    }
}

extension AttributeMap {
    /// Names and values; the size of an item.
    public var sizeBytes: Int {
        entries.reduce(0) { $0 + $1.name.utf8Count + $1.value.sizeBytes }
    }
}
