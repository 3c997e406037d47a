// What transactions check beside the checks of their single actions.

internal import MartletCatalog
internal import MartletModel

/// A transaction may name an item once, also to check it.
func requireOneActionPerItem(_ keys: [PreparedKey]) throws(OperationError) {
    if Set(keys.map(\.rowKey)).count < keys.count {
        throw .validation("Transaction request cannot include multiple operations on one item")
    }
}

extension CancellationReason {
    /// Makes a reason of what is wrong with one action. Some faults are the whole request's:
    /// those are thrown on.
    init(validation error: OperationError) throws(OperationError) {
        guard case .validation(let message) = error, !Self.concernsRequest(message) else {
            throw error
        }
        self.init(code: .validationError, message: message)
    }

    /// Empty key values fail the request itself, wherever they are. What is wrong with a vector
    /// begins with the same sentence.
    private static func concernsRequest(_ message: String) -> Bool {
        message.hasPrefix("One or more parameter values are not valid.")
            && !VectorFault.wrote(message)
    }
}
