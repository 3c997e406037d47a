// The client's side: signs requests, with the canonical form that the verifier checks.
//
// Every header that is given is signed, and X-Amz-Date and X-Amz-Security-Token with them. The
// derived key of a day is kept. Thread safe.

package final class SigV4Signer: Sendable {
    package typealias Header = (name: String, value: String)

    private let credential: Credential
    private let region: String
    private let service: String
    private let keys = SigningKeys()

    package init(credential: Credential, region: String, service: String) {
        self.credential = credential
        self.region = region
        self.service = service
    }

    /// The headers that make a request a signed one, to be sent beside `headers`.
    ///
    /// - Parameters:
    ///   - path: as sent, percent-encoded.
    ///   - headers: what is sent anyway; Host must be among them.
    ///   - epochSeconds: the moment of the request.
    package func headers(
        signing method: String, path: String, query: String? = nil, headers: [Header],
        body: UnsafeRawBufferPointer, at epochSeconds: Int64
    ) -> [Header] {
        let date = SigV4Date(epochSeconds: epochSeconds)
        let dateText = date.basic
        var added: [Header] = [("X-Amz-Date", dateText)]
        if let token = credential.sessionToken { added.append(("X-Amz-Security-Token", token)) }
        let all = headers + added
        let names = Set(all.map { String(decoding: $0.name.utf8.map(lowercased), as: UTF8.self) })
            .sorted().joined(separator: ";")
        let scope = "\(dateText.prefix(8))/\(region)/\(service)/aws4_request"

        let arena = Arena()
        let fields = all.map { (name: arena.copy($0.name), value: arena.copy($0.value)) }
        let digest = withExtendedLifetime(arena) {
            fields.withUnsafeBufferPointer { fields in
                let request = SignedRequest(
                    method: arena.copy(method), path: arena.copy(path),
                    query: query.map(arena.copy), headers: fields, body: body)
                var decoded = DecodedQuery()
                if let query = request.query { decoded.decode(query) }
                let scopeBytes = arena.copy(scope)
                let dateBytes = arena.copy(dateText)
                let keyScope = SignedBytes(
                    rebasing: scopeBytes[..<(scopeBytes.count - "/aws4_request".utf8.count)])
                let key = keys.key(credential: 0, scope: keyScope) {
                    deriveSigningKey(
                        secret: credential.secretAccessKey,
                        date: SignedBytes(rebasing: dateBytes[..<8]), region: arena.copy(region),
                        service: arena.copy(service))
                }
                return signature(
                    of: canonicalRequestDigest(
                        request, signedHeaders: arena.copy(names), decoded),
                    date: date, as: dateBytes, scope: scopeBytes, key: key)
            }
        }
        added.append(
            (
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=\(credential.accessKeyID)/\(scope), "
                    + "SignedHeaders=\(names), Signature=\(digest.hex)"
            ))
        return added
    }

    /// Copies of texts, freed together.
    private final class Arena {
        private var copies: [UnsafeMutableBufferPointer<UInt8>] = []

        func copy(_ text: String) -> SignedBytes {
            let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: text.utf8.count)
            _ = copy.initialize(from: text.utf8)
            copies.append(copy)
            return SignedBytes(copy)
        }

        deinit { for copy in copies { copy.deallocate() } }
    }
}

extension Digest {
    fileprivate var hex: String {
        withUnsafeTemporaryAllocation(byteCount: 64, alignment: 8) { room in
            var writer = ByteWriter(room)
            writer.appendHex(self)
            return String(decoding: writer.written, as: UTF8.self)
        }
    }
}
