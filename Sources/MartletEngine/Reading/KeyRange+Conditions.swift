// From a key condition to a range of row keys.
//
// Each attribute's encoding is self-delimiting, so all rows that share the first values share a
// prefix, and every comparison of the next value is a range behind that prefix.

internal import MartletCatalog
internal import MartletEncoding
internal import MartletExpressions
internal import MartletKeyValue
internal import MartletModel

extension ReadTarget {
    /// The rows that a key condition selects, after checking it against the key.
    func range(for condition: KeyCondition) throws(OperationError) -> KeyRange {
        let clauses = condition.clauses
        let attributes = key.attributes
        if clauses.count > attributes.count {
            throw .validation(
                "The number of query conditions (\(clauses.count)) exceeds the number of key "
                    + "attributes defined in the schema (\(attributes.count))")
        }
        func comparison(of name: Text) -> KeyCondition.Comparison? {
            clauses.first { $0.attribute == name }?.comparison
        }
        var hashValues: [AttributeValue] = []
        for attribute in key.hash {
            guard let comparison = comparison(of: attribute.name) else {
                throw .validation("Query condition missed key schema element: \(attribute.name)")
            }
            try comparison.requireIndexable()
            guard case .equal(let value) = comparison else {
                throw .validation("Query key condition not supported")
            }
            try check(value, against: attribute, isHash: true)
            hashValues.append(value)
        }
        let rangeClauses = clauses.filter { clause in
            !key.hash.contains { $0.name == clause.attribute }
        }
        try checkNames(of: rangeClauses)
        let bounds = try rangeComparisons(comparison)
        return bounds.reduce(into: .prefix(OrderedKey.partition(space, id, hashValues))) {
            $0.narrow(to: $1)
        }
    }

    /// A condition that names no key attribute leaves one of the key's without its condition.
    private func checkNames(
        of clauses: [(attribute: Text, comparison: KeyCondition.Comparison)]
    ) throws(OperationError) {
        for clause in clauses where !key.range.contains(where: { $0.name == clause.attribute }) {
            guard let missed = key.range.first else {
                throw .validation("Query key condition not supported")
            }
            throw .validation("Query condition missed key schema element: \(missed.name)")
        }
    }

    /// The conditions on range attributes, in key order: equalities, then at most one other.
    private func rangeComparisons(
        _ comparison: (Text) -> KeyCondition.Comparison?
    ) throws(OperationError) -> [KeyCondition.Comparison] {
        var result: [KeyCondition.Comparison] = []
        var unbound: [String] = []
        for attribute in key.range {
            guard let comparison = comparison(attribute.name) else {
                unbound.append(attribute.name.string)
                continue
            }
            guard unbound.isEmpty else {
                throw .validation(
                    "RANGE key attributes \(unbound.joined(separator: ", ")) must have equality "
                        + "conditions specified in the query because a condition is present on "
                        + "key attribute \(attribute.name)")
            }
            try comparison.requireIndexable()
            for value in comparison.operands { try check(value, against: attribute, isHash: false) }
            result.append(comparison)
            if case .equal = comparison { continue }
            unbound.append(attribute.name.string)
        }
        return result
    }

    private func check(
        _ value: AttributeValue, against attribute: KeyAttribute, isHash: Bool
    ) throws(OperationError) {
        guard attribute.type.matches(value) else {
            throw .validation(
                "One or more parameter values were invalid: Condition parameter type does not "
                    + "match schema type")
        }
        do throws(ValidationError) {
            try attribute.requireValue(value)
            try value.requireSize(asHash: isHash)
        } catch {
            throw OperationError(error)
        }
    }
}

extension KeyCondition.Comparison {
    var operands: [AttributeValue] {
        switch self {
        case .equal(let value), .less(let value), .lessOrEqual(let value), .greater(let value),
            .greaterOrEqual(let value), .beginsWith(let value):
            [value]
        case .between(let lower, let upper): [lower, upper]
        case .notIndexable: []
        }
    }

    fileprivate func requireIndexable() throws(OperationError) {
        guard case .notIndexable = self else { return }
        throw .validation("Attempted conditional constraint is not an indexable operation")
    }
}

extension KeyRange {
    /// Narrows the rows behind a prefix (`lower`) to those whose next attribute compares so.
    mutating func narrow(to comparison: KeyCondition.Comparison) {
        let prefix = lower
        func extended(_ value: AttributeValue) -> [UInt8] {
            var key = prefix
            OrderedKey.append(value, to: &key)
            return key
        }
        switch comparison {
        case .equal(let value): self = .prefix(extended(value))
        case .less(let value): upper = extended(value)
        case .lessOrEqual(let value): upper = extended(value).successorOfPrefix
        case .greater(let value): lower = extended(value).successorOfPrefix ?? lower
        case .greaterOrEqual(let value): lower = extended(value)
        case .between(let low, let high):
            lower = extended(low)
            upper = extended(high).successorOfPrefix
        case .beginsWith(let value):
            var key = prefix
            OrderedKey.appendBeginning(value, to: &key)
            self = .prefix(key)
        case .notIndexable: preconditionFailure("Refused before")
        }
    }
}
