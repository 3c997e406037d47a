// How an error looks to a client: an HTTP status and a body such as
//
//   {"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","message":"…"}
//
// The namespace says which layer speaks: `coral.service` for what concerns no operation,
// `coral.validate` for validation, the service's own for the rest. Most errors call their text
// `message`; those whose model says otherwise, and serialization failures, call it `Message`.

package import MartletEngine

package struct ErrorShape: Sendable {
    package enum Details: Sendable {
        /// The item that failed a condition, where the request asked for it.
        case item(ReturnedItem)
        case cancellationReasons([CancellationReason])
        case throttlingReason(ThrottleFault)
    }

    package var status: Int
    /// The `__type`, with its namespace.
    package var type: String
    /// Left out of the body when nil.
    package var message: String?
    var usesCapitalName = false
    package var details: Details?

    init(
        _ type: String, _ message: String?, status: Int = 400, usesCapitalName: Bool = false,
        details: Details? = nil
    ) {
        self.status = status
        self.type = type
        self.message = message
        self.usesCapitalName = usesCapitalName
        self.details = details
    }

    /// An error of the layer below all operations: of authentication, for one.
    /// - Parameter name: such as `MissingAuthenticationTokenException`.
    package static func service(_ name: String, _ message: String?) -> ErrorShape {
        ErrorShape("com.amazon.coral.service#\(name)", message)
    }

    /// Whatever is not the caller's fault. The reason goes to the log, not to the client.
    package static let internalServerError = ErrorShape(
        "com.amazonaws.dynamodb.v20120810#InternalServerError", "Internal server error",
        status: 500)

    package init(_ error: WireError) {
        switch error {
        case .serialization(let text):
            self.init(
                "com.amazon.coral.service#SerializationException", text, usesCapitalName: true)
        case .validation(let text): self = .validation(text)
        case .unknownOperation: self = .service("UnknownOperationException", nil)
        }
    }

    package init(_ error: OperationError) {
        switch error {
        case .validation(let text): self = .validation(text)
        case .resourceNotFound(let text): self = .dynamoDB("ResourceNotFoundException", text)
        case .resourceInUse(let text): self = .dynamoDB("ResourceInUseException", text)
        case .tableMissing(let text): self = .dynamoDB("TableNotFoundException", text)
        case .policyNotFound(let text): self = .dynamoDB("PolicyNotFoundException", text)
        case .globalTableNotFound(let text): self = .dynamoDB("GlobalTableNotFoundException", text)
        case .transfer(let fault, let text): self = .dynamoDB(fault.rawValue, text)
        case .limitExceeded(let text): self = .dynamoDB("LimitExceededException", text)
        case .backup(let fault, let text): self = .dynamoDB(fault.rawValue, text)
        case .accessDenied(let text):
            self = .service("AccessDeniedException", text)
            usesCapitalName = true
        case .conditionFailed(let item):
            self = .dynamoDB(
                "ConditionalCheckFailedException", error.description)
            details = item.map(Details.item)
        case .duplicateItem:
            self = .dynamoDB("DuplicateItemException", error.description)
        case .transactionCancelled(let reasons):
            self = .dynamoDB("TransactionCanceledException", error.description)
            usesCapitalName = true
            details = .cancellationReasons(reasons)
        case .idempotentParameterMismatch:
            self = .dynamoDB("IdempotentParameterMismatchException", error.description)
            usesCapitalName = true
        case .throttled(let fault):
            self =
                fault.isProvisioned
                ? .dynamoDB("ProvisionedThroughputExceededException", fault.message)
                : ErrorShape("com.amazon.coral.availability#ThrottlingException", fault.message)
            details = .throttlingReason(fault)
        case .transactionConflict:
            self = .dynamoDB("TransactionConflictException", error.description)
        case .iteratorExpired: self = .dynamoDB("ExpiredIteratorException", error.description)
        case .dataTrimmed: self = .dynamoDB("TrimmedDataAccessException", error.description)
        case .storage: self = .internalServerError
        }
    }

    private static func validation(_ text: String) -> ErrorShape {
        ErrorShape("com.amazon.coral.validate#ValidationException", text)
    }

    private static func dynamoDB(_ name: String, _ text: String) -> ErrorShape {
        ErrorShape("com.amazonaws.dynamodb.v20120810#\(name)", text)
    }

    /// Writes the body.
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("__type")
        writer.string(type)
        if let message {
            if usesCapitalName { writer.member("Message") } else { writer.member("message") }
            writer.string(message)
        }
        switch details {
        case .item(let item):
            writer.member("Item")
            item.writeJSON(to: &writer)
        case .cancellationReasons(let reasons):
            writer.member("CancellationReasons")
            writer.beginArray()
            for reason in reasons { writer.cancellationReason(reason) }
            writer.endArray()
        case .throttlingReason(let fault):
            // The two exceptions differ in how they write it.
            if fault.isProvisioned {
                writer.member("ThrottlingReasons")
            } else {
                writer.member("throttlingReasons")
            }
            writer.beginArray()
            writer.beginObject()
            writer.member("reason")
            writer.string(fault.reason)
            writer.member("resource")
            writer.string(fault.resource)
            writer.endObject()
            writer.endArray()
        case nil: break
        }
        writer.endObject()
    }
}

extension JSONWriter {
    fileprivate mutating func cancellationReason(_ reason: CancellationReason) {
        beginObject()
        member("Code")
        string(reason.code.rawValue)
        if let message = reason.message {
            member("Message")
            string(message)
        }
        if let item = reason.item {
            member("Item")
            item.writeJSON(to: &self)
        }
        endObject()
    }
}
