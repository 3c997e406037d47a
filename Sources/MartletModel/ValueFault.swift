/// What can be wrong with an attribute value or its name although its type allows it.
package enum ValueFault: Sendable, Equatable {
    case emptySet(AttributeType)
    case nesting, emptyName, longName

    /// As the service says it.
    package var text: String {
        let invalid = "One or more parameter values were invalid: "
        switch self {
        case .emptySet(.binarySet): return invalid + "Binary sets should not be empty"
        case .emptySet(.numberSet): return invalid + "An number set  may not be empty"
        case .emptySet: return invalid + "An string set  may not be empty"
        case .nesting:
            return "Nesting Levels have exceeded supported limits: Attributes in the item have "
                + "nested levels beyond supported limit"
        case .emptyName: return invalid + "Attribute name must not be empty"
        case .longName:
            return invalid + "Attribute name is too large, must be less than "
                + "\(Limits.attributeNameBytes + 1) bytes"
        }
    }
}
