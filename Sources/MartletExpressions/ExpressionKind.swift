/// Which parameter of a request an expression came from. Messages name it.
package enum ExpressionKind: Sendable, Hashable, CaseIterable {
    case condition
    case filter
    case keyCondition
    case update
    case projection
    case searchCondition

    /// The request's name for the parameter.
    package var parameterName: StaticString {
        switch self {
        case .condition: "ConditionExpression"
        case .filter: "FilterExpression"
        case .keyCondition: "KeyConditionExpression"
        case .update: "UpdateExpression"
        case .projection: "ProjectionExpression"
        case .searchCondition: "SearchConditionExpression"
        }
    }
}
