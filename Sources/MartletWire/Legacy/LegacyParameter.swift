/// A parameter that does what an expression does.
enum LegacyParameter: CaseIterable {
    case attributesToGet
    case attributeUpdates
    case expected
    case queryFilter
    case scanFilter
    case conditionalOperator
    case keyConditions

    /// The request's name for it.
    var name: StaticString {
        switch self {
        case .attributesToGet: "AttributesToGet"
        case .attributeUpdates: "AttributeUpdates"
        case .expected: "Expected"
        case .queryFilter: "QueryFilter"
        case .scanFilter: "ScanFilter"
        case .conditionalOperator: "ConditionalOperator"
        case .keyConditions: "KeyConditions"
        }
    }

    /// The same in the paths of member checks.
    var path: String {
        let name = "\(name)"
        return name.prefix(1).lowercased() + name.dropFirst()
    }
}
