// An element of Expected comes in two forms that do not mix:
//
//   Exists, Value                            the attribute equals a value, or is not there
//   ComparisonOperator, AttributeValueList   as in a filter; Value may stand for a list of one
//
// What is wrong with the form comes before what is wrong with the values, and both before the
// number and the types of the values (LegacyCondition).

package import MartletModel

package struct LegacyExpectation: Sendable {
    package var attribute: Text
    package var exists: Bool?
    package var value: AttributeValue?
    package var comparison: ComparisonOperator?
    package var operands: [AttributeValue]?

    package init(
        attribute: Text, exists: Bool?, value: AttributeValue?, comparison: ComparisonOperator?,
        operands: [AttributeValue]?
    ) {
        self.attribute = attribute
        self.exists = exists
        self.value = value
        self.comparison = comparison
        self.operands = operands
    }

    /// Refuses members that do not go together.
    package func checkForm() throws(ValidationError) {
        if value != nil, operands != nil {
            throw invalid("Value and AttributeValueList cannot be used together")
        }
        if let comparison {
            if exists != nil {
                throw invalid("Exists and ComparisonOperator cannot be used together")
            }
            if value == nil, operands == nil, comparison.operandCount != 0 {
                throw invalid(
                    "Value or AttributeValueList must be used with ComparisonOperator: "
                        + comparison.rawValue)
            }
        } else if operands != nil {
            throw invalid("AttributeValueList can only be used with a ComparisonOperator")
        } else if exists == false {
            if value != nil { throw invalid("Value cannot be used when Exists is false") }
        } else if value == nil {
            throw invalid(
                "Value must be provided when Exists is \(exists == nil ? "null" : "true")")
        }
    }

    /// What it comes down to.
    /// - Precondition: the form is right.
    package func condition() throws(ValidationError) -> LegacyCondition {
        if let comparison {
            return try LegacyCondition(attribute, comparison, operands ?? value.map { [$0] } ?? [])
        }
        guard let value else { return try LegacyCondition(attribute, .null, []) }
        return try LegacyCondition(attribute, .equal, [value])
    }

    private func invalid(_ text: String) -> ValidationError {
        .invalid("\(text) for Attribute: \(attribute)")
    }
}
