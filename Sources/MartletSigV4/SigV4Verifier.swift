// Verification, in AWS's order, so that of two faults the same one is reported: the parts (see
// Authorization), the date's format, the clock, the Host header, the algorithm, the credential's
// form, its scope, the access key, the signature, the session token.
//
// Thread safety: any number of threads at once.

internal import Glibc

/// Checks a request for the form of a signature only: for servers without configured keys, where
/// any client may do anything but tools still expect AWS's answer to a forgotten signature.
package func checkSignatureForm(_ request: SignedRequest) throws(SigV4Failure) {
    var query = DecodedQuery()
    _ = try Authorization(request, decoded: &query)
}

/// Checks the form, and reads who a request says has signed it. Nothing of that is proven.
package func unverifiedSigner(of request: SignedRequest) throws(SigV4Failure) -> Signer {
    var query = DecodedQuery()
    let authorization = try Authorization(request, decoded: &query)
    let scope = try CredentialScope(of: authorization)
    return Signer(
        credential: nil, accessKeyID: scope.accessKeyID.text, region: scope.region.text)
}

/// Who signed a request, and for which region.
package struct Signer: Sendable, Equatable {
    /// The place of the credential among the verifier's; nil when nothing was verified.
    package var credential: Int?
    package var accessKeyID: String
    package var region: String
}

package struct SigV4Verifier: Sendable {
    /// How far a client's clock may be off, either way.
    static let toleranceSeconds: Int64 = 15 * 60
    /// AWS's limit for X-Amz-Expires: a week.
    static let longestExpirySeconds = 604_800

    /// One reference to copy, where a credential is three strings.
    private final class Holder: Sendable {
        let credential: Credential

        init(_ credential: Credential) { self.credential = credential }
    }

    private let holders: [Holder]
    private let service: String?
    private let clock: @Sendable () -> Int64
    private let keys = SigningKeys()

    /// - Parameters:
    ///   - service: the name that credential scopes must carry; nil accepts any.
    ///   - clock: seconds since the Unix epoch.
    package init(
        credentials: [Credential], service: String? = "dynamodb",
        clock: @escaping @Sendable () -> Int64 = { Int64(time(nil)) }
    ) {
        holders = credentials.map(Holder.init)
        self.service = service
        self.clock = clock
    }

    package func verify(_ request: SignedRequest) throws(SigV4Failure) -> Signer {
        var query = DecodedQuery()
        let authorization = try Authorization(request, decoded: &query)
        let date = try checkDate(authorization)
        try checkHostIsSigned(authorization.signedHeaders)
        guard authorization.algorithm.equals("AWS4-HMAC-SHA256") else {
            throw .incompleteSignature(
                "Unsupported AWS 'algorithm': '\(authorization.algorithm.text)' "
                    + "(only AWS4-HMAC-SHA256 for now). ")
        }
        let scope = try CredentialScope(of: authorization)
        try check(scope, date, authorization.date)
        guard
            let index = holders.firstIndex(where: {
                scope.accessKeyID.equals(text: $0.credential.accessKeyID)
            })
        else { throw .unrecognizedClient }
        let holder = holders[index]

        let key = keys.key(credential: index, scope: scope.dateRegionService) {
            deriveSigningKey(
                secret: holder.credential.secretAccessKey, date: scope.date, region: scope.region,
                service: scope.service)
        }
        let expected = signature(
            of: canonicalRequestDigest(
                request, signedHeaders: authorization.signedHeaders, query),
            date: date, as: authorization.date, scope: scope.all, key: key)
        guard let given = Digest(hex: authorization.signature), given.equalsInConstantTime(expected)
        else { throw .mismatch }

        switch (holder.credential.sessionToken, authorization.securityToken) {
        case (nil, nil): break
        case (let expected?, let given?) where given.equals(text: expected): break
        default: throw .unrecognizedClient
        }
        return Signer(
            credential: index, accessKeyID: holder.credential.accessKeyID,
            region: scope.region.text)
    }

    private func checkDate(_ authorization: Authorization) throws(SigV4Failure) -> SigV4Date {
        guard
            let date = SigV4Date(basic: authorization.date) ?? SigV4Date(http: authorization.date)
        else {
            throw .incompleteSignature(
                "Date must be in ISO-8601 'basic format'. Got '\(authorization.date.text)'. "
                    + "See http://en.wikipedia.org/wiki/ISO_8601")
        }
        var lifetime = Self.toleranceSeconds
        if let expires = authorization.expires {
            guard (1...6).contains(expires.count), let seconds = expires.digits(0..<expires.count),
                (1...Self.longestExpirySeconds).contains(seconds)
            else {
                throw .incompleteSignature(
                    "X-Amz-Expires must be between 1 and \(Self.longestExpirySeconds) seconds")
            }
            lifetime = Int64(seconds)
        }
        let now = SigV4Date(epochSeconds: clock())
        let earliest = SigV4Date(epochSeconds: now.epochSeconds - lifetime)
        let latest = SigV4Date(epochSeconds: now.epochSeconds + Self.toleranceSeconds)
        if date.epochSeconds < earliest.epochSeconds {
            throw .invalidSignature(
                "Signature expired: \(date.basic) is now earlier than \(earliest.basic) "
                    + "(\(now.basic) - \(lifetime / 60) min.)")
        }
        if date.epochSeconds > latest.epochSeconds {
            throw .invalidSignature(
                "Signature not yet current: \(date.basic) is still later than \(latest.basic) "
                    + "(\(now.basic) + \(Self.toleranceSeconds / 60) min.)")
        }
        return date
    }

    private func checkHostIsSigned(_ names: SignedBytes) throws(SigV4Failure) {
        var isSigned = false
        names.forEachPiece(separatedBy: 0x3B) { name in
            if name.equalsIgnoringCase("host") { isSigned = true }
        }
        guard isSigned else {
            throw .invalidSignature("'Host' must be a 'SignedHeader' in the AWS Authorization.")
        }
    }

    private func check(
        _ scope: CredentialScope, _ date: SigV4Date, _ dateText: SignedBytes
    ) throws(SigV4Failure) {
        // The usual case allocates nothing.
        let isRightService = service.map { scope.service.equals(text: $0) } ?? true
        let isRightTerm = scope.terminator.equals("aws4_request")
        let isRightDate =
            SigV4Date.isBasic(dateText)
            ? scope.date.equals(SignedBytes(rebasing: dateText[..<8]))
            : date.isOnDay(scope.date)
        if isRightService, isRightTerm, isRightDate, !scope.region.isEmpty { return }
        var faults: [String] = []
        if scope.region.isEmpty {
            faults.append("Credential should be scoped to a valid region, not ''.")
        }
        if !isRightService, let service {
            faults.append("Credential should be scoped to correct service: '\(service)'.")
        }
        if !isRightTerm {
            faults.append(
                "Credential should be scoped with a valid terminator: 'aws4_request', not "
                    + "'\(scope.terminator.text)'.")
        }
        if !isRightDate {
            faults.append(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date "
                    + "from HTTP: '\(scope.date.text)' != '\(date.basic.prefix(8))', from "
                    + "'\(date.basic)'.")
        }
        throw .invalidSignature(faults.joined(separator: " "))
    }
}

/// `keyid/date/region/service/term`. Trailing slashes are ignored, as AWS does.
struct CredentialScope {
    var accessKeyID: SignedBytes
    var date: SignedBytes
    var region: SignedBytes
    var service: SignedBytes
    var terminator: SignedBytes
    /// `date/region/service/term`.
    var all: SignedBytes
    /// `date/region/service`.
    var dateRegionService: SignedBytes

    init(of authorization: Authorization) throws(SigV4Failure) {
        guard let scope = CredentialScope(authorization.credential) else {
            throw .incompleteSignature(
                "Credential must have exactly 5 slash-delimited elements, e.g. "
                    + "keyid/date/region/service/term, got '\(authorization.credential.text)'")
        }
        self = scope
    }

    init?(_ credential: SignedBytes) {
        var end = credential.count
        while end > 0, credential[end - 1] == 0x2F { end -= 1 }
        let credential = SignedBytes(rebasing: credential[..<end])
        var slashes = (0, 0, 0, 0)
        var count = 0
        for index in 0..<credential.count where credential[index] == 0x2F {
            switch count {
            case 0: slashes.0 = index
            case 1: slashes.1 = index
            case 2: slashes.2 = index
            case 3: slashes.3 = index
            default: return nil
            }
            count += 1
        }
        guard count == 4 else { return nil }
        accessKeyID = SignedBytes(rebasing: credential[..<slashes.0])
        date = SignedBytes(rebasing: credential[(slashes.0 + 1)..<slashes.1])
        region = SignedBytes(rebasing: credential[(slashes.1 + 1)..<slashes.2])
        service = SignedBytes(rebasing: credential[(slashes.2 + 1)..<slashes.3])
        terminator = SignedBytes(rebasing: credential[(slashes.3 + 1)...])
        all = SignedBytes(rebasing: credential[(slashes.0 + 1)...])
        dateRegionService = SignedBytes(rebasing: credential[(slashes.0 + 1)..<slashes.3])
    }
}
