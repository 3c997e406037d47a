// Index keys of items. An item whose index key attributes are not all there is left out of the
// index; a write that brings one which cannot be a key is refused as a whole. What an index finds
// when it is made over old items is left out in silence, as the service does.

package import MartletModel

/// What brought an item's attributes; the service words its complaints differently.
package enum AttributeOrigin: Sendable {
    case item
    /// An update of these attributes. Others may hold what no longer fits an index that was added
    /// later; that is not this update's fault.
    case updateExpression(of: Set<Text>)
    /// The same by AttributeUpdates, which is told what an item is told.
    case attributeUpdates(of: Set<Text>)

    fileprivate var isItem: Bool {
        if case .updateExpression = self { false } else { true }
    }

    func brings(_ name: Text) -> Bool {
        switch self {
        case .item: true
        case .updateExpression(let names), .attributeUpdates(let names): names.contains(name)
        }
    }
}

package enum IndexKey {
    /// The values of the index's key attributes, hash before range; nil when the item is not in the
    /// index.
    package static func extract(
        from item: some AttributeSource, _ index: IndexDefinition
    ) -> [AttributeValue]? {
        var values: [AttributeValue] = []
        values.reserveCapacity(index.key.hash.count + index.key.range.count)
        for attribute in index.key.hash {
            guard let value = item.value(named: attribute.name),
                attribute.admits(value, atMost: Limits.hashKeyBytes)
            else { return nil }
            values.append(value)
        }
        for attribute in index.key.range {
            guard let value = item.value(named: attribute.name),
                attribute.admits(value, atMost: Limits.sortKeyBytes)
            else { return nil }
            values.append(value)
        }
        return values
    }
}

extension KeyAttribute {
    /// Whether the value can stand in a key at this attribute's place.
    func admits(_ value: AttributeValue, atMost limit: Int) -> Bool {
        switch (type, value) {
        case (.number, .number): true
        case (.string, .string(let text)): (1...limit).contains(text.utf8Count)
        case (.binary, .binary(let bytes)): (1...limit).contains(bytes.count)
        default: false
        }
    }
}

/// Why an item cannot be stored beside an index.
package enum IndexKeyFault: Error, Sendable, Equatable {
    /// An empty value: a fault of the request, also in transactions.
    case request(ValidationError)
    /// A wrong type or a value that is too long: in a transaction it is the item's own reason.
    case item(ValidationError)

    package var error: ValidationError {
        switch self {
        case .request(let error), .item(let error): error
        }
    }
}

extension TableDefinition {
    /// Checks what the item brings to index keys. Of several faulty indexes the first by name is
    /// reported, and of its attributes the first in key order.
    package func checkIndexKeys(
        of item: some AttributeSource, from origin: AttributeOrigin = .item
    ) throws(IndexKeyFault) {
        var faulty: (index: IndexDefinition, attribute: KeyAttribute, value: AttributeValue)?
        for index in indexes {
            if let faulty, !(index.name < faulty.index.name) { continue }
            if let (attribute, value) = index.key.fault(in: item, from: origin, besides: key) {
                faulty = (index, attribute, value)
            }
        }
        guard let (index, attribute, value) = faulty else { return }
        throw index.fault(attribute, value, origin)
    }
}

extension KeySchema {
    /// The first attribute whose value is there and cannot be a key. The table's own key is checked
    /// elsewhere.
    fileprivate func fault(
        in item: some AttributeSource, from origin: AttributeOrigin, besides table: KeySchema
    ) -> (KeyAttribute, AttributeValue)? {
        for attribute in hash
        where !table.contains(attribute.name) && origin.brings(attribute.name) {
            if let value = item.value(named: attribute.name),
                !attribute.admits(value, atMost: Limits.hashKeyBytes)
            {
                return (attribute, value)
            }
        }
        for attribute in range
        where !table.contains(attribute.name) && origin.brings(attribute.name) {
            if let value = item.value(named: attribute.name),
                !attribute.admits(value, atMost: Limits.sortKeyBytes)
            {
                return (attribute, value)
            }
        }
        return nil
    }
}

extension IndexDefinition {
    fileprivate func fault(
        _ attribute: KeyAttribute, _ value: AttributeValue, _ origin: AttributeOrigin
    ) -> IndexKeyFault {
        let isHash = key.hash.contains { $0.name == attribute.name }
        let limit = isHash ? Limits.hashKeyBytes : Limits.sortKeyBytes
        guard attribute.type.matches(value) else {
            return .item(
                origin.isItem
                    ? .invalid(
                        "Type mismatch for Index Key \(attribute.name) Expected: "
                            + "\(attribute.type.rawValue) Actual: \(value.type.rawValue) "
                            + "IndexName: \(name)")
                    : ValidationError(
                        "The update expression attempted to update the secondary index key "
                            + "to unsupported type"))
        }
        guard let kind = value.emptyKeyKind else {
            return .item(Self.sizeFault(attribute, value, limit: limit, index: name, origin))
        }
        return .request(Self.emptyFault(attribute, kind: kind, index: name, origin))
    }

    static func sizeFault(
        _ attribute: KeyAttribute, _ value: AttributeValue, limit: Int, index name: Text,
        _ origin: AttributeOrigin
    ) -> ValidationError {
        origin.isItem
            ? .invalid(
                "Size limit exceeded for Index Key \(attribute.name) Actual Size: "
                    + "\(value.keyBytes) bytes Max Size: \(limit) bytes IndexName: \(name)")
            : ValidationError(
                "The update expression attempted to update the secondary index key "
                    + "beyond allowed size limits")
    }

    static func emptyFault(
        _ attribute: KeyAttribute, kind: String, index name: Text, _ origin: AttributeOrigin
    ) -> ValidationError {
        let what =
            origin.isItem
            ? "A value specified for a secondary index key is not supported."
            : "The update expression attempted to update a secondary index key to a value "
                + "that is not supported."
        let place = origin.isItem ? " IndexName: \(name), IndexKey: \(attribute.name)" : ""
        return ValidationError(
            "One or more parameter values are not valid. \(what) The AttributeValue for a key "
                + "attribute cannot contain an empty \(kind) value.\(place)")
    }
}
