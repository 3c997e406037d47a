// What a search asks of metadata. A filter is a tree of tests on fields; it is decided for one
// item's metadata at a time, here, and for many at once by the engine, with the same outcome.
//
// A field's name is first looked for as it is; only where there is no such field, dots in it lead
// into nested maps. Values are equal as JSON values are: by type and value, so true is not 1, while
// 1 and 1.0 are one number; lists by order, maps without.

public import MartletModel

/// Tests on fields of metadata, combined.
///
///     MetadataField("year") >= 2020 && !(MetadataField("genre") == "noise")
public indirect enum MetadataFilter: Hashable, Sendable {
    /// All of them hold; none at all restricts nothing.
    case all([MetadataFilter])
    /// At least one holds; none at all matches nothing.
    case any([MetadataFilter])
    case not(MetadataFilter)
    /// A test of the field's value.
    case field(Text, Test)

    public enum Test: Hashable, Sendable {
        /// Is there and equal; `null` also when it is not there.
        case equals(AttributeValue)
        /// Is not there or different. Items without any metadata do not match.
        case differs(AttributeValue)
        /// Is there and equal to one of them.
        case isIn([AttributeValue])
        /// A number on that side of the bound; anything else never is.
        case greater(DecimalNumber)
        case atLeast(DecimalNumber)
        case less(DecimalNumber)
        case atMost(DecimalNumber)
        case exists(Bool)
        /// A list or set with such an element, or text with such a part.
        case contains(AttributeValue)
    }

    /// Whether the filter holds.
    ///
    /// - Parameter metadata: nil for an item that has none.
    public func matches(_ metadata: AttributeMap?) -> Bool {
        switch self {
        case .all(let filters): filters.allSatisfy { $0.matches(metadata) }
        case .any(let filters): filters.contains { $0.matches(metadata) }
        case .not(let filter): !filter.matches(metadata)
        case .field(_, .differs) where metadata == nil: false
        case .field(let name, let test): test.holds(for: metadata?.value(ofField: name))
        }
    }
}

extension MetadataFilter.Test {
    /// - Parameter value: nil when the field is not there.
    package func holds(for value: AttributeValue?) -> Bool {
        guard let value else {
            return switch self {
            case .equals(.null), .differs, .exists(false): true
            default: false
            }
        }
        return switch self {
        case .equals(let other): value == other
        case .differs(let other): value != other
        case .isIn(let others): others.contains(value)
        case .greater(let bound): value.numberValue.map { bound < $0 } ?? false
        case .atLeast(let bound): value.numberValue.map { !($0 < bound) } ?? false
        case .less(let bound): value.numberValue.map { $0 < bound } ?? false
        case .atMost(let bound): value.numberValue.map { !(bound < $0) } ?? false
        case .exists(let isThere): isThere
        case .contains(let part): value.has(part)
        }
    }
}

extension AttributeMap {
    /// The value of a field as filters name it.
    package func value(ofField name: Text) -> AttributeValue? {
        if let value = self[name] { return value }
        guard let path = FieldPath(name) else { return nil }
        guard case .map(let inner)? = self[path.first] else { return nil }
        return inner.value(ofField: path.rest)
    }
}

/// A name with dots: its part before the first, and what follows.
package struct FieldPath {
    package let first: Text
    package let rest: Text

    package init?(_ name: Text) {
        guard let dot = name.string.utf8.firstIndex(of: UInt8(ascii: ".")) else { return nil }
        first = Text(String(name.string[..<dot]))
        rest = Text(String(name.string[name.string.utf8.index(after: dot)...]))
    }
}

extension AttributeValue {
    fileprivate var numberValue: DecimalNumber? {
        if case .number(let number) = self { number } else { nil }
    }

    fileprivate func has(_ part: AttributeValue) -> Bool {
        switch (self, part) {
        case (.string(let text), .string(let part)): text.contains(part)
        case (.list(let elements), _): elements.contains(part)
        case (.stringSet(let set), .string(let member)): set.contains(member)
        case (.numberSet(let set), .number(let member)): set.contains(member)
        case (.binarySet(let set), .binary(let member)): set.contains(Binary(member))
        default: false
        }
    }
}
