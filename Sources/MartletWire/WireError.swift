// The two layers at which a request is refused before the engine sees it. A body of the wrong shape
// is a serialization failure; a well-formed request that asks for what cannot be is a validation
// failure. Texts are protocol. They repeat from the request only what the service itself repeats.

/// Why the bytes of a request did not become an operation.
package enum WireError: Error, Sendable, Equatable {
    /// The body is not JSON, or a member has the wrong JSON type. The service often sends no text.
    case serialization(String?)
    /// The request breaks a rule that can be checked without a table.
    case validation(String)
    /// No such operation.
    case unknownOperation

    /// Not JSON at all: the service names nothing.
    static let malformed = WireError.serialization(nil)
}
