// Primary keys as items and requests carry them, and what is wrong with those that are not.
//
// Order of the checks: all attributes there and of their types (hash first), then each value by
// itself: not empty, not too long. A key that comes as a map of its own must have no other
// attribute either, and any fault of form has one text.

package import MartletModel

/// The values of a table's key attributes, of the types that its schema says.
package struct PrimaryKey: Hashable, Sendable {
    package var hash: AttributeValue
    package var range: AttributeValue?

    package init(hash: AttributeValue, range: AttributeValue? = nil) {
        self.hash = hash
        self.range = range
    }
}

extension KeySchema {
    /// The key of an item that is to be stored.
    package func primaryKey(
        ofItem item: some AttributeSource
    ) throws(ValidationError) -> PrimaryKey {
        let hash = try Self.value(of: hash[0], in: item)
        let range = range.isEmpty ? nil : try Self.value(of: range[0], in: item)
        return try checked(PrimaryKey(hash: hash, range: range))
    }

    /// The key that a request's Key member holds: the key attributes and nothing else.
    package func primaryKey(ofKey key: AttributeMap) throws(ValidationError) -> PrimaryKey {
        let mismatch = ValidationError("The provided key element does not match the schema")
        guard key.count == (range.isEmpty ? 1 : 2),
            let hash = key[self.hash[0].name], self.hash[0].type.matches(hash)
        else { throw mismatch }
        guard let attribute = self.range.first else { return try checked(PrimaryKey(hash: hash)) }
        guard let range = key[attribute.name], attribute.type.matches(range) else { throw mismatch }
        return try checked(PrimaryKey(hash: hash, range: range))
    }

    private static func value(
        of attribute: KeyAttribute, in item: some AttributeSource
    ) throws(ValidationError) -> AttributeValue {
        guard let value = item.value(named: attribute.name) else {
            throw .invalid("Missing the key \(attribute.name) in the item")
        }
        guard attribute.type.matches(value) else {
            throw .invalid(
                "Type mismatch for key \(attribute.name) expected: \(attribute.type.rawValue) "
                    + "actual: \(value.type.rawValue)")
        }
        return value
    }

    /// A key of the right form whose values may be too short or too long.
    private func checked(_ key: PrimaryKey) throws(ValidationError) -> PrimaryKey {
        try hash[0].requireValue(key.hash)
        if let range = key.range { try self.range[0].requireValue(range) }
        try key.hash.requireSize(asHash: true)
        try key.range?.requireSize(asHash: false)
        return key
    }

    /// The key attributes alone, as answers give a key.
    package func keyItem(of key: PrimaryKey) -> Item {
        var item = Item(minimumCapacity: 2)
        item[hash[0].name] = key.hash
        if let range = key.range { item[self.range[0].name] = range }
        return item
    }
}

extension KeyAttribute {
    /// Refuses an empty value where a key is wanted.
    package func requireValue(_ value: AttributeValue) throws(ValidationError) {
        guard let kind = value.emptyKeyKind else { return }
        throw ValidationError(
            "One or more parameter values are not valid. The AttributeValue for a key attribute "
                + "cannot contain an empty \(kind) value. Key: \(name)")
    }
}

extension AttributeValue {
    /// Refuses a value that is too long for its place in a key.
    package func requireSize(asHash isHash: Bool) throws(ValidationError) {
        guard keyBytes > (isHash ? Limits.hashKeyBytes : Limits.sortKeyBytes) else { return }
        if isHash {
            // The missing space is the service's.
            throw .invalid(
                "Size of hashkey has exceeded the maximum size limit of\(Limits.hashKeyBytes) bytes"
            )
        }
        throw .invalid(
            "Aggregated size of all range keys has exceeded the size limit of "
                + "\(Limits.sortKeyBytes) bytes")
    }

    /// Bytes that count against the limits of keys; numbers always fit.
    var keyBytes: Int {
        switch self {
        case .string(let text): text.utf8Count
        case .binary(let bytes): bytes.count
        default: 0
        }
    }

    /// How messages name an empty value that may not be a key; nil for any other value.
    var emptyKeyKind: String? {
        switch self {
        case .string(let text) where text.isEmpty: "string"
        case .binary(let bytes) where bytes.isEmpty: "binary"
        default: nil
        }
    }
}
