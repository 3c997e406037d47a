// The seam between bytes and operations: each operation's file says which members it reads, in
// which order it checks what needs no table, and how its answer is written. The order is protocol;
// docs/operations/ has a page for each. Whatever needs a table or an item is the engine's.

/// An operation that can be read from a request's body and whose answer can be written.
package protocol WireOperation: Sendable {
    associatedtype Output
    /// What the answer repeats of the request that the operation itself does not keep.
    associatedtype Echo: Sendable = Void

    static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<Self>

    /// What the request touches, for those who decide whether its sender may.
    var resources: [ResourceUse] { get }

    /// Writes the answer's body.
    static func encode(
        _ output: Output, for request: DecodedRequest<Self>, into writer: inout JSONWriter)
}

/// A request that was read and is sound as far as can be told without a table.
package struct DecodedRequest<Operation: WireOperation>: Sendable {
    package var operation: Operation
    package var echo: Operation.Echo

    init(_ operation: Operation, echo: Operation.Echo) {
        self.operation = operation
        self.echo = echo
    }
}

extension DecodedRequest where Operation.Echo == Void {
    init(_ operation: Operation) { self.init(operation, echo: ()) }
}
