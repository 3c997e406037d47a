// Why a request is not authenticated. Names and texts are AWS's, byte for byte: clients match them.
// Every one is answered with status 400.

package enum SigV4Failure: Error, Sendable, Equatable {
    case missingAuthenticationToken
    /// Carries the text.
    case incompleteSignature(String)
    /// Carries the text.
    case invalidSignature(String)
    /// The access key or session token is not known.
    case unrecognizedClient
}

extension SigV4Failure {
    /// The exception's name, without a namespace.
    package var exceptionName: String {
        switch self {
        case .missingAuthenticationToken: "MissingAuthenticationTokenException"
        case .incompleteSignature: "IncompleteSignatureException"
        case .invalidSignature: "InvalidSignatureException"
        case .unrecognizedClient: "UnrecognizedClientException"
        }
    }

    package var message: String {
        switch self {
        case .missingAuthenticationToken: "Request is missing Authentication Token"
        case .incompleteSignature(let text), .invalidSignature(let text): text
        case .unrecognizedClient: "The security token included in the request is invalid."
        }
    }

    static let mismatch = SigV4Failure.invalidSignature(
        "The request signature we calculated does not match the signature you provided. Check your "
            + "AWS Secret Access Key and signing method. Consult the service documentation for "
            + "details.")
}
