import Testing

@testable import MartletSigV4

private let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
private let now: Int64 = 1_440_938_160  // 20150830T123600Z
private let canonicalHeaders =
    "host:localhost:8000\nx-amz-date:20150830T123600Z\nx-amz-target:DynamoDB_20120810.GetItem\n"
private let signedNames = "host;x-amz-date;x-amz-target"

private func verifier(token: String? = nil, at time: Int64 = now) -> SigV4Verifier {
    SigV4Verifier(
        credentials: [
            Credential(accessKeyID: "AKIDOTHER", secretAccessKey: "other"),
            Credential(accessKeyID: "AKIDEXAMPLE", secretAccessKey: secret, sessionToken: token),
        ], clock: { time })
}

private func request(
    credential: String = "AKIDEXAMPLE/20150830/eu-west-1/dynamodb/aws4_request",
    algorithm: String = "AWS4-HMAC-SHA256", names: String = signedNames, signature: String? = nil
) -> TestRequest {
    let body = #"{"TableName":"t"}"#
    let canonical = "POST\n/\n\n\(canonicalHeaders)\n\(signedNames)\n\(hex(sha256(body)))"
    let right = MartletSigV4Tests.signature(
        canonical: canonical, date: "20150830T123600Z", region: "eu-west-1", service: "dynamodb",
        secret: secret)
    return TestRequest(
        headers: [
            ("host", "localhost:8000"), ("X-Amz-Date", "20150830T123600Z"),
            ("X-Amz-Target", "DynamoDB_20120810.GetItem"), ("User-Agent", "unsigned"),
            (
                "authorization",
                "\(algorithm) Credential=\(credential), SignedHeaders=\(names), "
                    + "Signature=\(signature ?? right)"
            ),
        ], body: body)
}

@Suite("Verification") struct VerifierTests {
    static let signer = "AKIDEXAMPLE"

    @Test("a rightly signed request is its key's, the second time from the cached key too")
    func rightSignature() {
        let verifier = verifier()
        #expect(request().verified(by: verifier) == .success(Self.signer))
        #expect(request().verified(by: verifier) == .success(Self.signer))
    }

    @Test("a change to anything signed, body included, is a mismatch; to anything else is not")
    func changes() {
        let verifier = verifier()
        var changed = request()
        changed.body += " "
        #expect(changed.verified(by: verifier) == .failure(.mismatch))
        changed = request()
        changed.headers[2].1 = "DynamoDB_20120810.PutItem"
        #expect(changed.verified(by: verifier) == .failure(.mismatch))
        changed = request()
        changed.headers.append(("X-Amz-Target", "DynamoDB_20120810.PutItem"))
        #expect(changed.verified(by: verifier) == .failure(.mismatch))
        changed = request()
        changed.method = "PUT"
        #expect(changed.verified(by: verifier) == .failure(.mismatch))
        changed = request()
        changed.query = "a=b"
        #expect(changed.verified(by: verifier) == .failure(.mismatch))
        changed = request()
        changed.headers[3].1 = "another agent"
        #expect(changed.verified(by: verifier) == .success(Self.signer))
    }

    static let faultTable: [(TestRequest, String, String)] = [
        (
            request(algorithm: "AWS4-HMAC-SHA25"), "IncompleteSignatureException",
            "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA25' (only AWS4-HMAC-SHA256 for now). "
        ),
        (
            request(algorithm: "AWS4-X", names: "x-amz-date"), "InvalidSignatureException",
            "'Host' must be a 'SignedHeader' in the AWS Authorization."
        ),
        (
            request(credential: "a/b/c/d"), "IncompleteSignatureException",
            "Credential must have exactly 5 slash-delimited elements, e.g. "
                + "keyid/date/region/service/term, got 'a/b/c/d'"
        ),
        (
            request(credential: "unknown/b/c/d/e"), "InvalidSignatureException",
            "Credential should be scoped to correct service: 'dynamodb'. Credential should be "
                + "scoped with a valid terminator: 'aws4_request', not 'e'. Date in Credential "
                + "scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: 'b' "
                + "!= '20150830', from '20150830T123600Z'."
        ),
        (
            request(credential: "unknown/20150830/c/dynamodb/aws4_request"),
            "UnrecognizedClientException",
            "The security token included in the request is invalid."
        ),
        (
            request(signature: "00"), "InvalidSignatureException",
            "The request signature we calculated does not match the signature you provided. "
                + "Check your AWS Secret Access Key and signing method. Consult the service "
                + "documentation for details."
        ),
        (
            request(credential: "AKIDOTHER/20150830/eu-west-1/dynamodb/aws4_request"),
            "InvalidSignatureException", SigV4Failure.mismatch.message
        ),
        (
            request(credential: "AKIDEXAMPLE/20150830/eu-west-2/dynamodb/aws4_request"),
            "InvalidSignatureException", SigV4Failure.mismatch.message
        ),
    ]

    @Test(
        "each fault has AWS's exception and text, the earlier check first",
        arguments: faultTable)
    func faults(request: TestRequest, name: String, text: String) {
        guard case .failure(let failure) = request.verified(by: verifier()) else {
            Issue.record("verified")
            return
        }
        #expect(failure.exceptionName == name)
        #expect(failure.message == text)
    }

    @Test(
        "a clock may be 15 minutes off either way, and no second more",
        arguments: [
            (900, nil), (-900, nil),
            (
                901,
                "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z "
                    + "(20150830T125101Z - 15 min.)"
            ),
            (
                -901,
                "Signature not yet current: 20150830T123600Z is still later than "
                    + "20150830T123559Z (20150830T122059Z + 15 min.)"
            ),
        ] as [(Int64, String?)])
    func clock(offset: Int64, text: String?) {
        let result = request().verified(by: verifier(at: now + offset))
        #expect(
            result == (text.map { .failure(.invalidSignature($0)) } ?? .success(Self.signer)))
    }

    @Test("a date in no known format is named")
    func dateFormat() {
        var odd = request()
        odd.headers[1].1 = "201"
        #expect(
            odd.verified(by: verifier())
                == .failure(
                    .incompleteSignature(
                        "Date must be in ISO-8601 'basic format'. Got '201'. See "
                            + "http://en.wikipedia.org/wiki/ISO_8601")))
        odd.headers[1].1 = "20150230T123600Z"
        guard case .failure(.incompleteSignature) = odd.verified(by: verifier()) else {
            Issue.record("a day that no calendar has was read")
            return
        }
    }

    @Test("a session token must be the credential's, present exactly when it has one")
    func sessionToken() {
        func with(_ token: String?) -> TestRequest {
            var changed = request()
            if let token { changed.headers.append(("X-Amz-Security-Token", token)) }
            return changed
        }
        #expect(with("t").verified(by: verifier(token: "t")) == .success(Self.signer))
        #expect(with("u").verified(by: verifier(token: "t")) == .failure(.unrecognizedClient))
        #expect(with(nil).verified(by: verifier(token: "t")) == .failure(.unrecognizedClient))
        #expect(with("t").verified(by: verifier()) == .failure(.unrecognizedClient))
    }

    @Test("a presigned request verifies until it expires")
    func presigned() {
        let parameters =
            "X-Amz-Algorithm=AWS4-HMAC-SHA256"
            + "&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Feu-west-1%2Fdynamodb%2Faws4_request"
            + "&X-Amz-Date=20150830T123600Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host"
        let canonical = "GET\n/\n\(parameters)\nhost:localhost\n\nhost\n\(hex(sha256("")))"
        let signature = signature(
            canonical: canonical, date: "20150830T123600Z", region: "eu-west-1",
            service: "dynamodb", secret: secret)
        let request = TestRequest(
            method: "GET", query: parameters + "&X-Amz-Signature=" + signature,
            headers: [("Host", "localhost")])
        #expect(request.verified(by: verifier()) == .success(Self.signer))
        #expect(request.verified(by: verifier(at: now + 3600)) == .success(Self.signer))
        guard
            case .failure(.invalidSignature(let text)) = request.verified(
                by: verifier(at: now + 3601))
        else {
            Issue.record("an expired request was verified")
            return
        }
        #expect(text.hasPrefix("Signature expired: 20150830T123600Z is now earlier than "))
    }

    @Test("hostile lists of headers and queries are refused within bounds")
    func hostile() {
        var odd = request(names: String(repeating: ";", count: 5000) + "host")
        #expect(odd.verified(by: verifier()) == .failure(.mismatch))
        odd = request(names: String(repeating: "host;", count: 5000))
        #expect(odd.verified(by: verifier()) == .failure(.mismatch))
        odd = request()
        odd.query = String(repeating: "&%&=&%4&+%zz", count: 2000)
        #expect(odd.verified(by: verifier()) == .failure(.mismatch))
        odd = request()
        odd.path = "/../%2e/" + String(repeating: "\u{0}/é/", count: 1000)
        #expect(odd.verified(by: verifier()) == .failure(.mismatch))
    }
}
