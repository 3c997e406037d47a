internal import MartletKeyValue

extension OperationError: CustomStringConvertible {
    /// What happened, in the service's words where it has any. Never an item: an error that carries
    /// one does so in its case alone.
    public var description: String {
        switch self {
        case .validation(let text), .resourceNotFound(let text), .tableMissing(let text),
            .policyNotFound(let text), .globalTableNotFound(let text), .resourceInUse(let text),
            .limitExceeded(let text), .accessDenied(let text), .backup(_, let text),
            .transfer(_, let text):
            text
        case .conditionFailed: Self.conditionFailedMessage
        case .duplicateItem: Self.duplicateItemMessage
        case .transactionCancelled(let reasons):
            "Transaction cancelled, please refer cancellation reasons for specific reasons ["
                + reasons.map(\.code.rawValue).joined(separator: ", ") + "]"
        case .idempotentParameterMismatch:
            "Request with different parameters but same idempotency token"
        case .throttled(let fault): fault.message
        case .transactionConflict: Self.transactionConflictMessage
        case .iteratorExpired: "The provided iterator exceeds the maximum age allowed."
        case .dataTrimmed: "The data you are trying to access has been trimmed"
        case .storage(let error): error.description
        }
    }
}
