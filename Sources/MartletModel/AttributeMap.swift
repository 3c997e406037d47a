// Names and values, ascending by the names' bytes.
//
// Items are small: a sorted array is read faster than a hash table, takes one allocation, and has
// one order, so that records, tests and logs come out alike in every process.

/// A map value, or a whole item: attribute values by name.
public struct AttributeMap: Hashable, Sendable {
    public struct Entry: Hashable, Sendable {
        public var name: Text
        public var value: AttributeValue

        public init(name: Text, value: AttributeValue) {
            self.name = name
            self.value = value
        }
    }

    /// Ascending by name, no name twice.
    public private(set) var entries: [Entry]

    public init() { entries = [] }

    public init(minimumCapacity: Int) {
        entries = []
        entries.reserveCapacity(minimumCapacity)
    }

    public subscript(name: Text) -> AttributeValue? {
        get {
            let position = firstPosition(notBefore: name)
            guard position < entries.count, entries[position].name == name else { return nil }
            return entries[position].value
        }
        set {
            let position = firstPosition(notBefore: name)
            let isPresent = position < entries.count && entries[position].name == name
            switch (newValue, isPresent) {
            case (let value?, true): entries[position].value = value
            case (let value?, false):
                entries.insert(Entry(name: name, value: value), at: position)
            case (nil, true): entries.remove(at: position)
            case (nil, false): break
            }
        }
    }

    /// Appends an entry whose name is known to follow all others.
    package mutating func append(_ name: Text, _ value: AttributeValue) {
        entries.append(Entry(name: name, value: value))
    }

    private func firstPosition(notBefore name: Text) -> Int {
        // Entries often arrive in order, so the end is tried first.
        guard let last = entries.last, !(last.name < name) else { return entries.count }
        var (low, high) = (0, entries.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].name < name { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension AttributeMap: RandomAccessCollection {
    public var startIndex: Int { 0 }
    public var endIndex: Int { entries.count }
    public subscript(position: Int) -> Entry { entries[position] }
}

extension AttributeMap: ExpressibleByDictionaryLiteral {
    /// When a name is given twice the later value stays.
    public init(dictionaryLiteral elements: (Text, AttributeValue)...) {
        self.init(minimumCapacity: elements.count)
        for (name, value) in elements { self[name] = value }
    }
}

/// An item of a table: its attributes by name, key attributes included.
public typealias Item = AttributeMap
