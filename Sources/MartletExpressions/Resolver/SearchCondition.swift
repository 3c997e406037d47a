package import MartletModel

/// What a search asks of the attributes of an index's search schema: a key condition that has
/// equalities alone. Whether the index has the attributes is for whoever knows it.
public struct SearchCondition: Sendable {
    /// In the order of writing; no attribute twice.
    package var equalities: [(attribute: Text, value: AttributeValue)]

    package init(equalities: [(attribute: Text, value: AttributeValue)]) {
        self.equalities = equalities
    }

    /// - Precondition: the condition was read as a search condition.
    init(_ condition: KeyCondition) {
        equalities = condition.clauses.map { attribute, comparison in
            guard case .equal(let value) = comparison else {
                preconditionFailure("A search condition with another comparison")
            }
            return (attribute, value)
        }
    }
}
