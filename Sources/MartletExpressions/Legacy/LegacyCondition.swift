// One attribute compared with values: an element of QueryFilter, ScanFilter or KeyConditions, and
// what an element of Expected comes down to. It becomes a condition or a clause of a key condition
// like one that was read from an expression, and everything after that is the same.
//
// Where the older operators differ from what looks like them in an expression:
//
//   * NOT_CONTAINS is false where there is no such attribute; `NOT contains(a, :v)` is true.
//   * A name is one attribute, whatever it contains: there are no paths.
//
// Checked in this order; docs/legacy.md has the texts.
//
//   1. the number of values
//   2. value by value: whether the operator takes its type, and whether it has the type of the first
//   3. bounds of BETWEEN that are reversed

package import MartletModel

package struct LegacyCondition: Sendable {
    package let attribute: Text
    package let comparison: ComparisonOperator
    package let operands: [AttributeValue]

    package init(
        _ attribute: Text, _ comparison: ComparisonOperator, _ operands: [AttributeValue]
    ) throws(ValidationError) {
        self.attribute = attribute
        self.comparison = comparison
        self.operands = operands
        try checkOperands()
    }

    private func checkOperands() throws(ValidationError) {
        let countFits = comparison.operandCount.map { $0 == operands.count } ?? !operands.isEmpty
        guard countFits else {
            throw .invalid(
                "Invalid number of argument(s) for the \(comparison.rawValue) ComparisonOperator")
        }
        for operand in operands {
            guard comparison.takes(operand.type) else {
                throw .invalid(
                    "ComparisonOperator \(comparison.rawValue) is not valid for "
                        + "\(operand.type.rawValue) AttributeValue type")
            }
            guard operand.type == operands[0].type else {
                throw .invalid("AttributeValues inside AttributeValueList must be of same type")
            }
        }
        if comparison == .between, let order = operands[0].order(against: operands[1]), order > 0 {
            throw ValidationError(
                "The BETWEEN condition was provided a range where the lower bound is greater than "
                    + "the upper bound")
        }
    }

    var condition: Condition {
        let subject = Condition.Operand.attribute(attribute)
        let path = AttributePath(attribute)
        func value(_ index: Int = 0) -> Condition.Operand { .value(operands[index]) }
        switch comparison {
        case .null: return .notExists(path)
        case .notNull: return .exists(path)
        case .equal: return .comparison(subject, .equal, value())
        case .notEqual: return .comparison(subject, .notEqual, value())
        case .less: return .comparison(subject, .less, value())
        case .lessOrEqual: return .comparison(subject, .lessOrEqual, value())
        case .greater: return .comparison(subject, .greater, value())
        case .greaterOrEqual: return .comparison(subject, .greaterOrEqual, value())
        case .between: return .between(subject, value(0), value(1))
        case .isIn: return .isIn(subject, operands.map { .value($0) })
        case .beginsWith: return .beginsWith(subject, value())
        case .contains: return .contains(subject, value())
        case .notContains: return .all([.exists(path), .not(.contains(subject, value()))])
        }
    }

    var keyComparison: KeyCondition.Comparison {
        switch comparison {
        case .equal: .equal(operands[0])
        case .less: .less(operands[0])
        case .lessOrEqual: .lessOrEqual(operands[0])
        case .greater: .greater(operands[0])
        case .greaterOrEqual: .greaterOrEqual(operands[0])
        case .between: .between(operands[0], operands[1])
        case .beginsWith: .beginsWith(operands[0])
        case .null, .notNull, .notEqual, .isIn, .contains, .notContains: .notIndexable
        }
    }
}

extension ConditionExpression {
    /// Conditions and their values in one parameter: more would not fit the slots of a program, and
    /// nobody may keep a reader busy with them. The service's own limit is not known.
    private static var legacyElementLimit: Int { 4_096 }

    /// What Expected, QueryFilter or ScanFilter asks for; nil when that is nothing.
    package init?(
        _ conditions: [LegacyCondition], joinedBy conditionalOperator: ConditionalOperator
    ) throws(ValidationError) {
        guard !conditions.isEmpty else { return nil }
        let elements = conditions.reduce(0) { $0 + 1 + $1.operands.count }
        guard elements <= Self.legacyElementLimit else {
            throw .invalid("Too many conditions and values in one parameter")
        }
        let trees = conditions.map(\.condition)
        self.init(conditionalOperator == .or ? .any(trees) : .all(trees), isLegacy: true)
    }
}

extension KeyCondition {
    /// What KeyConditions asks for.
    package init(_ conditions: [LegacyCondition]) throws(ValidationError) {
        guard !conditions.isEmpty else {
            throw ValidationError("Conditions can be of length 1 or 2 only")
        }
        self.init(clauses: conditions.map { ($0.attribute, $0.keyComparison) })
    }
}

extension ProjectionExpression {
    /// What AttributesToGet asks for. A name is one attribute, whatever it contains.
    package init(attributesToGet names: [Text]) throws(ValidationError) {
        var seen: Set<Text> = []
        for name in names where !seen.insert(name).inserted {
            throw .invalid("Duplicate value in attribute name: \(name)")
        }
        self.init(distinct: names.map { AttributePath($0) })
    }
}
