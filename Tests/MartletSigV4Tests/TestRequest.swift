// A request to sign or verify, written as values, and an independent signer: it builds the canonical
// request as text, the slow way, from the documentation.

@testable import MartletSigV4

struct TestRequest {
    var method = "POST"
    var path = "/"
    var query: String?
    var headers: [(String, String)] = []
    var body = ""

    /// Lends the request to `body`.
    func withSigned<Result>(_ use: (SignedRequest) throws -> Result) rethrows -> Result {
        let arena = Arena()
        var fields: [(name: SignedBytes, value: SignedBytes)] = []
        for (name, value) in headers { fields.append((arena.copy(name), arena.copy(value))) }
        return try withExtendedLifetime(arena) {
            try fields.withUnsafeBufferPointer { fields in
                try use(
                    SignedRequest(
                        method: arena.copy(method), path: arena.copy(path),
                        query: query.map(arena.copy), headers: fields,
                        body: UnsafeRawBufferPointer(arena.copy(body))))
            }
        }
    }

    func verified(by verifier: SigV4Verifier) -> Result<String, SigV4Failure> {
        withSigned { request in
            do throws(SigV4Failure) {
                return .success(try verifier.verify(request).accessKeyID)
            } catch {
                return .failure(error)
            }
        }
    }

    /// What is wrong with the signature's form; nil when nothing is.
    func formFailure() -> SigV4Failure? {
        withSigned { request in
            do throws(SigV4Failure) {
                try checkSignatureForm(request)
                return nil
            } catch {
                return error
            }
        }
    }

    final class Arena {
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

/// Lends the bytes of a text.
func withBytes<Result>(of text: String, _ body: (SignedBytes) -> Result) -> Result {
    Array(text.utf8).withUnsafeBufferPointer(body)
}

func hex(_ digest: Digest) -> String {
    digest.withBytes { bytes in
        bytes.map { (byte: UInt8) -> String in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }
}

func sha256(_ text: String) -> Digest {
    Array(text.utf8).withUnsafeBytes { Digest(sha256: $0) }
}

func hmac(_ text: [UInt8], key: [UInt8]) -> Digest {
    text.withUnsafeBytes { text in key.withUnsafeBytes { Digest(hmac: text, key: HMACKey($0)) } }
}

func signingKey(secret: String, date: String, region: String, service: String) -> Digest {
    withBytes(of: date) { date in
        withBytes(of: region) { region in
            withBytes(of: service) { service in
                deriveSigningKey(secret: secret, date: date, region: region, service: service)
            }
        }
    }
}

/// Signs a canonical request given as text.
func signature(
    canonical: String, date: String, region: String, service: String, secret: String
) -> String {
    let scope = "\(date.prefix(8))/\(region)/\(service)/aws4_request"
    let text = "AWS4-HMAC-SHA256\n\(date)\n\(scope)\n\(hex(sha256(canonical)))"
    let key = signingKey(
        secret: secret, date: String(date.prefix(8)), region: region, service: service)
    return hex(hmac(Array(text.utf8), key: key.withBytes { Array($0) }))
}
