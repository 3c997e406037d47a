/// A request that asks for what cannot be. The text is protocol: it matches DynamoDB's, and names
/// attributes and operators, never an item's contents beyond what the service itself repeats.
public struct ValidationError: Error, Sendable, Equatable {
    public var message: String

    public init(_ message: String) { self.message = message }
}
