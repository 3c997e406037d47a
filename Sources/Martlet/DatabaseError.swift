internal import MartletEngine
public import MartletKeyValue

/// Why a database could not be opened or closed. The text names the path and the cure.
public struct DatabaseError: Error, Sendable, CustomStringConvertible {
    public let reason: StorageError

    public var description: String { reason.description }

    init(_ error: StorageError) { reason = error }

    init(_ error: OperationError) {
        if case .storage(let error) = error {
            self.init(error)
        } else {
            preconditionFailure("opening a store fails only for the store's reasons")
        }
    }
}
