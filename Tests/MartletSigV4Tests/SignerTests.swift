import Testing

@testable import MartletSigV4

/// The signer against AWS's published test suite and against the verifier.
@Suite struct SignerTests {
    struct Vector: Sendable, CustomTestStringConvertible {
        var name: String
        var method = "GET"
        var path = "/"
        var query: String?
        var headers: [SigV4Signer.Header] = []
        var body = ""
        var token: String?
        var signature: String

        var testDescription: String { name }
    }

    static let vanilla = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
    static let token =
        "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSP"
        + "fIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQ"
        + "DYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz"
        + "+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=="

    @Test(
        "a request of AWS's test suite gets the published signature",
        arguments: [
            Vector(name: "get-vanilla", signature: vanilla),
            Vector(
                name: "get-vanilla-query-order-key-case", query: "Param2=value2&Param1=value1",
                signature: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
            Vector(
                name: "get-header-key-duplicate",
                headers: [
                    ("My-Header1", "value2"), ("My-Header1", "value2"), ("My-Header1", "value1"),
                ],
                signature: "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"),
            Vector(
                name: "get-header-value-trim",
                headers: [("My-Header1", "  value1"), ("My-Header2", "\"a   b   c\"")],
                signature: "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"),
            Vector(
                name: "post-vanilla", method: "POST",
                signature: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
            Vector(
                name: "post-x-www-form-urlencoded", method: "POST",
                headers: [("Content-Type", "application/x-www-form-urlencoded")],
                body: "Param1=value1",
                signature: "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"),
            Vector(
                name: "post-sts-header-before", method: "POST", token: token,
                signature: "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead"),
        ])
    func publishedSignatures(vector: Vector) throws {
        let signer = SigV4Signer(
            credential: Credential(
                accessKeyID: "AKIDEXAMPLE",
                secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
                sessionToken: vector.token),
            region: "us-east-1", service: "service")
        let added = Array(vector.body.utf8).withUnsafeBytes { body in
            signer.headers(
                signing: vector.method, path: vector.path, query: vector.query,
                headers: [("Host", "example.amazonaws.com")] + vector.headers, body: body,
                at: 1_440_938_160)
        }
        #expect(added.first?.value == "20150830T123600Z")
        let authorization = try #require(added.last)
        #expect(authorization.name == "Authorization")
        #expect(authorization.value.hasSuffix("Signature=" + vector.signature))
        #expect(
            authorization.value.hasPrefix(
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
                    + "SignedHeaders="))
    }

    @Test("what is signed verifies, day after day and with a session's token")
    func verifies() {
        let credential = Credential(
            accessKeyID: "AKIDEXAMPLE", secretAccessKey: "secret", sessionToken: "a token")
        let signer = SigV4Signer(
            credential: credential, region: "eu-west-2", service: "dynamodb")
        for day in 0..<3 {
            let now = 1_440_938_160 + Int64(day) * 86_400
            var request = TestRequest(body: "{\"TableName\":\"Überall\"}")
            request.headers = [("Host", "localhost:8000"), ("X-Amz-Target", "DynamoDB.Get")]
            request.headers += Array(request.body.utf8).withUnsafeBytes { body in
                signer.headers(
                    signing: "POST", path: "/", headers: request.headers, body: body, at: now)
            }
            let verifier = SigV4Verifier(credentials: [credential], clock: { now })
            #expect(request.verified(by: verifier) == .success("AKIDEXAMPLE"))
            request.body += " "
            #expect(request.verified(by: verifier) == .failure(.mismatch))
        }
    }
}
