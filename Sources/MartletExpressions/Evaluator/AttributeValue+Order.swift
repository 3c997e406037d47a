internal import MartletModel

extension AttributeValue {
    /// Less than, equal to or greater than zero; nil where the service orders nothing: different
    /// types, and types other than string, number and binary.
    func order(against other: AttributeValue) -> Int? {
        switch (self, other) {
        case (.string(let left), .string(let right)):
            return left.withUTF8 { left in right.withUTF8 { compareBytes(left, $0) } }
        case (.number(let left), .number(let right)):
            return left == right ? 0 : left < right ? -1 : 1
        case (.binary(let left), .binary(let right)):
            return left.withUnsafeBufferPointer { left in
                right.withUnsafeBufferPointer { compareBytes(left, $0) }
            }
        default:
            return nil
        }
    }

    /// What `size()` gives: UTF-16 units of a string, bytes of a binary, members of a set, list
    /// or map; nil for the rest.
    var expressionSize: Int? {
        switch self {
        case .string(let text): text.string.utf16.count
        case .binary(let bytes): bytes.count
        case .stringSet(let set): set.count
        case .numberSet(let set): set.count
        case .binarySet(let set): set.count
        case .list(let elements): elements.count
        case .map(let entries): entries.count
        case .number, .bool, .null: nil
        }
    }

    func begins(with prefix: AttributeValue) -> Bool {
        switch (self, prefix) {
        case (.string(let text), .string(let prefix)): text.hasPrefix(prefix)
        case (.binary(let bytes), .binary(let prefix)): bytes.starts(with: prefix)
        default: false
        }
    }

    /// Whether a part or member of this value equals `part`.
    func contains(_ part: AttributeValue) -> Bool {
        switch (self, part) {
        case (.string(let text), .string(let part)):
            text.contains(part)
        case (.binary(let bytes), .binary(let part)):
            bytes.withUnsafeBufferPointer { bytes in
                part.withUnsafeBufferPointer { containsBytes(bytes, $0) }
            }
        case (.stringSet(let set), .string(let member)): set.contains(member)
        case (.numberSet(let set), .number(let member)): set.contains(member)
        case (.binarySet(let set), .binary(let member)): set.contains(Binary(member))
        case (.list(let elements), _): elements.contains(part)
        default: false
        }
    }
}
