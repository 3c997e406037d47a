// What a write may bring to vector indexes, and the texts with which it is refused. Attributes that
// are not there leave the item out of an index, or of a filter's matches, and are no fault. The
// service has changed the sentences before a text's tail between summer and autumn 2026; all texts
// are in `VectorFault`, so that they can follow it.
//
// Order: indexes by name; within one its vector, then HASH, then the filters in their order.

package import MartletModel

/// What is wrong with an attribute of an item, for one of the table's vector indexes.
package enum VectorFault: Error, Sendable, Equatable {
    case notList(AttributeType)
    case wrongCount(expected: Int, actual: Int)
    case notNumber(position: Int, AttributeType)
    /// Rounds to no 32-bit floating point number.
    case outOfRange(position: Int, DecimalNumber)
    /// A value of the search schema.
    case wrongType(expected: KeyType, actual: AttributeType)

    private static let invalid = "One or more parameter values were invalid."
    private static let doubleInvalid =
        "One or more parameter values are not valid. One or more parameter values were invalid ."

    /// Whether a text is one of these, for which a transaction blames the item.
    package static func wrote(_ message: String) -> Bool { message.hasPrefix(doubleInvalid) }

    package func text(attribute: Text, index: Text) -> String {
        let text =
            switch self {
            case .notList(let actual):
                "\(Self.doubleInvalid) Invalid type for parameter \(attribute), Expected: L, "
                    + "Actual: \(actual.rawValue)."
            case .wrongCount(let expected, let actual):
                "\(Self.doubleInvalid) Invalid size for parameter \(attribute), "
                    + "Expected: \(expected), Actual: \(actual)."
            case .notNumber(let position, let actual):
                "\(Self.invalid) Invalid type for parameter \(attribute)[\(position)], "
                    + "Expected: 32-bit floating point number, Actual: \(actual.rawValue)."
            case .outOfRange(let position, let number):
                "\(Self.doubleInvalid) Invalid value for parameter \(attribute)[\(position)], "
                    + "Value: \(number.scientific) is outside valid range "
                    + "[-3.4028235E38, 3.4028235E38]."
            case .wrongType(let expected, let actual):
                "\(Self.invalid) Attribute '\(attribute)' type mismatch. "
                    + "Expected: \(expected.rawValue), Actual: \(actual.rawValue)."
            }
        return text + " IndexName: \(index)"
    }
}

extension DecimalNumber {
    /// As Java's `BigDecimal` prints a large number without needless digits: `1E+39`, `-1.25E+40`.
    fileprivate var scientific: String {
        let digits = description.drop { $0 == "-" }.prefix { $0 != "." }
        let exponent = digits.count - 1
        var significant = description.filter { $0 != "-" && $0 != "." }
        while significant.count > 1, significant.last == "0" { significant.removeLast() }
        let first = significant.removeFirst()
        let fraction = significant.isEmpty ? "" : "." + significant
        return "\(isNegative ? "-" : "")\(first)\(fraction)E+\(exponent)"
    }
}

extension TableDefinition {
    /// Checks what an item brings to the table's vector indexes.
    package func checkVectors(
        of item: some AttributeSource, from origin: AttributeOrigin = .item
    ) throws(ValidationError) {
        if vectorIndexes.count == 1 { return try vectorIndexes[0].check(item, from: origin) }
        for index in vectorIndexes.sorted(by: { $0.name < $1.name }) {
            try index.check(item, from: origin)
        }
    }
}

extension VectorIndexDefinition {
    fileprivate func check(
        _ item: some AttributeSource, from origin: AttributeOrigin
    ) throws(ValidationError) {
        if origin.brings(attribute), let value = item.value(named: attribute),
            let fault = fault(of: value)
        {
            throw ValidationError(fault.text(attribute: attribute, index: name))
        }
        if let hash, origin.brings(hash.name), let value = item.value(named: hash.name) {
            try check(value, of: hash, atMost: Limits.hashKeyBytes, from: origin)
            if value.emptyKeyKind != nil { throw fault(ofKey: hash, value, origin) }
        }
        for filter in filters where origin.brings(filter.name) {
            guard let value = item.value(named: filter.name) else { continue }
            try check(value, of: filter, atMost: Limits.inlineFilterBytes, from: origin)
        }
    }

    /// What keeps a value from being a vector of this index.
    private func fault(of value: AttributeValue) -> VectorFault? {
        guard case .list(let elements) = value else { return .notList(value.type) }
        guard elements.count == dimensions else {
            return .wrongCount(expected: dimensions, actual: elements.count)
        }
        for (position, element) in elements.enumerated() {
            guard case .number(let number) = element else {
                return .notNumber(position: position, element.type)
            }
            if number.exceedsFloat { return .outOfRange(position: position, number) }
        }
        return nil
    }

    private func check(
        _ value: AttributeValue, of attribute: KeyAttribute, atMost limit: Int,
        from origin: AttributeOrigin
    ) throws(ValidationError) {
        guard attribute.type.matches(value) else {
            throw ValidationError(
                VectorFault.wrongType(expected: attribute.type, actual: value.type)
                    .text(attribute: attribute.name, index: name))
        }
        if value.keyBytes > limit {
            throw IndexDefinition.sizeFault(attribute, value, limit: limit, index: name, origin)
        }
    }

    private func fault(
        ofKey attribute: KeyAttribute, _ value: AttributeValue, _ origin: AttributeOrigin
    ) -> ValidationError {
        IndexDefinition.emptyFault(
            attribute, kind: value.emptyKeyKind!, index: name, origin)
    }

    /// Whether the index takes the value of its HASH element.
    package func admits(hash value: AttributeValue) -> Bool {
        hash?.admits(value, atMost: Limits.hashKeyBytes) ?? false
    }

    /// Whether the index takes the value of a filter; unlike a key, it may be empty.
    package func admits(_ value: AttributeValue, of filter: KeyAttribute) -> Bool {
        filter.type.matches(value) && value.keyBytes <= Limits.inlineFilterBytes
    }
}

extension DecimalNumber {
    /// Whether no 32-bit floating point number is near. Only numbers of 39 digits and more need a
    /// closer look.
    fileprivate var exceedsFloat: Bool {
        description.utf8.count > 38 && !(Float(description)?.isFinite ?? false)
    }
}
