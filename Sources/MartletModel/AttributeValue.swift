// The ten types of value that an item can hold.
//
// Sets are kept sorted (texts and binaries by bytes, numbers by value) and without duplicates, so
// that equality is the sets' own equality also when they are nested, and answers come out in the
// order that the service gives. Only the initialisers that check this make sets from outside.

/// A value of an attribute.
public enum AttributeValue: Hashable, Sendable {
    case string(Text)
    case number(DecimalNumber)
    case binary([UInt8])
    case bool(Bool)
    case null
    case stringSet(SortedSet<Text>)
    case numberSet(SortedSet<DecimalNumber>)
    case binarySet(SortedSet<Binary>)
    case list([AttributeValue])
    case map(AttributeMap)

    /// The value's type, named as on the wire.
    public var type: AttributeType {
        switch self {
        case .string: .string
        case .number: .number
        case .binary: .binary
        case .bool: .bool
        case .null: .null
        case .stringSet: .stringSet
        case .numberSet: .numberSet
        case .binarySet: .binarySet
        case .list: .list
        case .map: .map
        }
    }

    /// Levels of lists and maps, this one included; 0 for any other value.
    public var nestingDepth: Int {
        switch self {
        case .list(let elements): 1 + (elements.lazy.map(\.nestingDepth).max() ?? 0)
        case .map(let entries): 1 + (entries.lazy.map(\.value.nestingDepth).max() ?? 0)
        default: 0
        }
    }
}

/// The name of a type, as DynamoDB's JSON and `attribute_type` write it.
public enum AttributeType: String, Hashable, Sendable, CaseIterable {
    case string = "S"
    case number = "N"
    case binary = "B"
    case bool = "BOOL"
    case null = "NULL"
    case stringSet = "SS"
    case numberSet = "NS"
    case binarySet = "BS"
    case list = "L"
    case map = "M"
}

/// A binary value with an order, for sets.
public struct Binary: Hashable, Comparable, Sendable {
    public var bytes: [UInt8]

    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    public static func < (left: Binary, right: Binary) -> Bool {
        bytesPrecede(left.bytes, right.bytes)
    }
}

/// The members of a set value: distinct, ascending.
public struct SortedSet<Element: Comparable & Hashable & Sendable>: Hashable, Sendable {
    public private(set) var elements: [Element]

    /// Sorts `elements`; nil when two of them are equal.
    public init?(distinct elements: [Element]) {
        let sorted = elements.sorted()
        for (member, next) in zip(sorted, sorted.dropFirst()) where member == next { return nil }
        self.elements = sorted
    }

    /// Trusts that `elements` ascend strictly.
    package init(ascending elements: [Element]) {
        self.elements = elements
    }

    public var count: Int { elements.count }
    public var isEmpty: Bool { elements.isEmpty }

    public func contains(_ element: Element) -> Bool {
        var (low, high) = (0, elements.count)
        while low < high {
            let middle = (low + high) / 2
            if elements[middle] < element { low = middle + 1 } else { high = middle }
        }
        return low < elements.count && elements[low] == element
    }

    public func union(_ other: Self) -> Self {
        Self(ascending: Set(elements).union(other.elements).sorted())
    }

    public func subtracting(_ other: Self) -> Self {
        Self(ascending: elements.filter { !other.contains($0) })
    }
}
