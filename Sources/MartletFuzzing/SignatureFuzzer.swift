// Signed requests: a line with method and target, lines of headers, an empty line, the body.
//
//   * Whatever the headers say, the request is accepted or refused, and only a request whose form is
//     accepted can be verified.
//   * What our signer signs is verified; with another body it is not.

internal import MartletSigV4

extension Fuzzer {
    static let signatures = Fuzzer(
        "signatures",
        words: [
            "Authorization:", "AWS4-HMAC-SHA256 ", "Credential=", "SignedHeaders=", "Signature=",
            "host;x-amz-date", "X-Amz-Date:20260101T000000Z", "Date:", "X-Amz-Security-Token:",
            "20260101/us-east-1/dynamodb/aws4_request", "X-Amz-Algorithm=", "X-Amz-Expires=60",
            "X-Amz-Signature=", "X-Amz-Credential=", "%2F", "&", "=", "?", ",", ";", "/", "  ",
            "\n",
            "Thu, 01 Jan 2026 00:00:00 GMT",
        ],
        allocation: (128 << 10, 2 << 10),
        seeds: { _ in
            let scope = "AKID/20260101/us-east-1/dynamodb/aws4_request"
            let query =
                "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=\(scope)&X-Amz-Date="
                + "20260101T000000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=00ff"
            return [
                "POST /\nHost:db\nX-Amz-Date:20260101T000000Z\nAuthorization:AWS4-HMAC-SHA256 "
                    + "Credential=\(scope), SignedHeaders=host;x-amz-date, Signature=00ff\n\n{}",
                "GET /a%20b/../c?\(query)\nHost:db\n\n",
                "POST /?b=1&a=%41&a\nHost: db  x \nX-A:  1\nx-a:2\nDate:Thu, 01 Jan 2026 00:00:00 GMT"
                    + "\n\nbody",
            ].map { Array($0.utf8) }
        },
        check: { bytes throws(Finding) in
            let request = TextRequest(bytes)
            let verifier = SigV4Verifier(
                credentials: [Credential(accessKeyID: "AKID", secretAccessKey: "secret")],
                clock: { 1_767_225_600 })
            let formFailure = request.withSigned { signed in
                do throws(SigV4Failure) {
                    try checkSignatureForm(signed)
                    return nil as SigV4Failure?
                } catch {
                    return error
                }
            }
            let failure = request.verify(with: verifier)
            if let formFailure {
                try require(failure == formFailure, "verified in spite of its form")
            }
            _ = request.withSigned { try? unverifiedSigner(of: $0) }
            try checkSigner(request, verifier)
        })

    private static func checkSigner(
        _ request: TextRequest, _ verifier: SigV4Verifier
    ) throws(Finding) {
        // The signer signs what a client sends: headers with names, Host among them, and nothing of
        // a signature yet.
        let reserved = ["authorization", "x-amz-date", "x-amz-security-token", "host"]
        var request = request
        request.headers.removeAll { name, _ in
            reserved.contains(name.lowercased()) || name.isEmpty
                || !name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x3B && $0 != 0x2C }
        }
        request.headers.append(("Host", "db"))
        guard !(request.query ?? "").contains("X-Amz-"), !(request.query ?? "").contains("%") else {
            return
        }
        let signer = SigV4Signer(
            credential: Credential(accessKeyID: "AKID", secretAccessKey: "secret"),
            region: "us-east-1", service: "dynamodb")
        request.headers += request.body.withUnsafeBytes {
            signer.headers(
                signing: request.method, path: request.path, query: request.query,
                headers: request.headers, body: $0, at: 1_767_225_600)
        }
        let failure = request.verify(with: verifier)
        try require(failure == nil, "what was signed is refused: \(failure?.message ?? "")")
        request.body.append(0)
        try require(request.verify(with: verifier) != nil, "a signature of another body")
    }
}

private struct TextRequest {
    var method = ""
    var path = ""
    var query: String?
    var headers: [(name: String, value: String)] = []
    var body: [UInt8] = []

    init(_ bytes: UnsafeRawBufferPointer) {
        var rest = bytes[...]
        func line() -> String {
            let line = rest.prefix { $0 != UInt8(ascii: "\n") }
            rest = rest.dropFirst(line.count + 1)
            return String(decoding: line, as: UTF8.self)
        }
        let first = line()
        let words = first.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        method = String(words[0])
        let target = words.count > 1 ? words[1] : ""
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = parts.first.map { String($0) } ?? ""
        query = parts.count > 1 ? String(parts[1]) : nil
        while !rest.isEmpty, case let header = line(), !header.isEmpty {
            let colon = header.utf8.firstIndex(of: UInt8(ascii: ":")) ?? header.endIndex
            let value = header.utf8[colon...].dropFirst()
            headers.append((String(header[..<colon]), String(Substring(value))))
        }
        body = Array(rest)
    }

    func verify(with verifier: SigV4Verifier) -> SigV4Failure? {
        withSigned { signed in
            do throws(SigV4Failure) {
                _ = try verifier.verify(signed)
                return nil
            } catch {
                return error
            }
        }
    }

    /// Lends the request; each text has memory of its own, so that reading beyond one is seen.
    func withSigned<Result>(_ use: (SignedRequest) -> Result) -> Result {
        var copies: [UnsafeMutableBufferPointer<UInt8>] = []
        defer { for copy in copies { copy.deallocate() } }
        func copy(_ bytes: some Collection<UInt8>) -> SignedBytes {
            let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
            _ = copy.initialize(from: bytes)
            copies.append(copy)
            return SignedBytes(copy)
        }
        let fields = headers.map { (name: copy($0.name.utf8), value: copy($0.value.utf8)) }
        let body = UnsafeRawBufferPointer(copy(self.body))
        return fields.withUnsafeBufferPointer { fields in
            use(
                SignedRequest(
                    method: copy(method.utf8), path: copy(path.utf8),
                    query: query.map { copy($0.utf8) }, headers: fields, body: body))
        }
    }
}
