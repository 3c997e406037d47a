internal import MartletModel

/// An operator of the parameters that expressions have replaced, in the order in which the service
/// lists them.
package enum ComparisonOperator: String, Sendable, CaseIterable {
    case isIn = "IN"
    case null = "NULL"
    case between = "BETWEEN"
    case less = "LT"
    case notContains = "NOT_CONTAINS"
    case equal = "EQ"
    case greater = "GT"
    case notNull = "NOT_NULL"
    case notEqual = "NE"
    case lessOrEqual = "LE"
    case beginsWith = "BEGINS_WITH"
    case greaterOrEqual = "GE"
    case contains = "CONTAINS"

    /// How many values it compares with; nil is any number but none.
    var operandCount: Int? {
        switch self {
        case .null, .notNull: 0
        case .between: 2
        case .isIn: nil
        default: 1
        }
    }

    /// Whether it compares with values of a type. What an item holds may have any type: the
    /// comparison is then false.
    func takes(_ type: AttributeType) -> Bool {
        switch (self, type) {
        case (.equal, _), (.notEqual, _), (.null, _), (.notNull, _): true
        case (.beginsWith, .number): false
        case (_, .string), (_, .number), (_, .binary): true
        case (.contains, .bool), (.contains, .null): true
        case (.notContains, .bool), (.notContains, .null): true
        default: false
        }
    }
}

/// How several legacy conditions make one.
package enum ConditionalOperator: String, Sendable, CaseIterable {
    case or = "OR"
    case and = "AND"
}
