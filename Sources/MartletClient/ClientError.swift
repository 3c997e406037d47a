// What a caller can tell from a failed call, and act on. Sorted by where it comes from: the service,
// the way to it, or the program itself.

public import MartletModel

/// A failure of a call. Its description has no item contents beyond what a service puts into its
/// messages.
public enum ClientError: Error, Sendable, Equatable {
    /// The service answered with an error, and retries, where they had a chance, brought no other.
    case service(ServiceError)
    /// There was no answer. The request may have been carried out, unless `isUnsent`.
    case transport(TransportError)
    /// The answer is none that the operation has.
    case unreadableAnswer(operation: String)
    /// The surrounding task was cancelled. The request may have been carried out.
    case cancelled
    /// The client was closed before the call was begun.
    case closed
    /// The request cannot be sent: what is wrong with it.
    case unusableRequest(String)

    /// The service's code for the failure, such as `ConditionalCheckFailedException`; nil when it
    /// is not the service's.
    public var code: String? {
        if case .service(let error) = self { error.code } else { nil }
    }

    /// Whether the same request may succeed later. The client has tried as often as it is told to.
    public var isRetryable: Bool {
        switch self {
        case .service(let error): error.kind != .final
        case .transport(let error): error.reason.isRetryable
        case .unreadableAnswer, .cancelled, .closed, .unusableRequest: false
        }
    }
}

/// An error as the service tells it.
public struct ServiceError: Error, Sendable, Equatable {
    /// What repeating the request would do.
    public enum Kind: Sendable, Equatable {
        /// The same again.
        case final
        /// The service could not, this time.
        case transient
        /// The service wants fewer requests.
        case throttling
    }

    /// Without its namespace: `ResourceNotFoundException`. Empty when the answer named none.
    public var code: String
    public var message: String
    /// The answer's `x-amzn-RequestId`.
    public var requestID: String?
    public var status: Int
    public var kind: Kind
    /// The item that failed a condition, when the request asked for it.
    public var item: AttributeMap?
    /// Of a cancelled transaction: a reason for each of its actions, in their order.
    public var cancellationReasons: [CancellationReason] = []

    public struct CancellationReason: Sendable, Equatable {
        /// `None` where the action is not the reason.
        public var code: String
        public var message: String?
        public var item: AttributeMap?
    }
}

/// Why there is no answer.
public struct TransportError: Error, Sendable, Equatable {
    public enum Reason: Sendable, Equatable {
        /// No such host, or nobody listens there.
        case unreachable
        case timedOut
        /// Cut off, or answered with something else than HTTP.
        case broken
        /// The certificate is not trusted, or TLS failed otherwise.
        case untrusted
        /// The answer is larger than `ClientOptions.answerBytesLimit`.
        case answerTooLarge
        /// The endpoint is no URL, or libcurl is not installed.
        case unusable

        var isRetryable: Bool { self == .unreachable || self == .timedOut || self == .broken }
    }

    public var reason: Reason
    /// For people.
    public var message: String

    /// Whether nothing of the request can have reached the service.
    public var isUnsent: Bool {
        reason == .unreachable || reason == .untrusted || reason == .unusable
    }
}

extension ClientError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .service(let error): error.description
        case .transport(let error): error.message
        case .unreadableAnswer(let operation): "the answer to \(operation) cannot be read"
        case .cancelled: "the task was cancelled"
        case .closed: "the client is closed"
        case .unusableRequest(let fault): fault
        }
    }
}

extension ServiceError: CustomStringConvertible {
    public var description: String {
        var text = code.isEmpty ? "HTTP status \(status)" : code
        if !message.isEmpty { text += ": " + message }
        if let requestID { text += " (request \(requestID))" }
        return text
    }
}
