internal import MartletEngine
internal import MartletKeyValue

/// Why a database could not be opened or closed. The text names the path and the cure.
public struct DatabaseError: Error, Sendable, CustomStringConvertible {
    public let description: String

    init(_ error: StorageError) { description = error.description }

    init(_ error: OperationError) {
        if case .storage(let error) = error {
            self.init(error)
        } else {
            preconditionFailure("opening a store fails only for the store's reasons")
        }
    }
}
