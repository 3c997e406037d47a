import Testing

@testable import MartletSigV4

/// Requests of AWS's published Signature Version 4 test suite, with its signatures.
@Suite("AWS's test suite") struct TestSuiteVectorTests {
    struct Vector: Sendable, CustomTestStringConvertible {
        var name: String
        var method = "GET"
        var path = "/"
        var query: String?
        var headers: [String] = []
        var body = ""
        var signedHeaders = "host;x-amz-date"
        var signature: String

        var testDescription: String { name }
    }

    static let verifier = SigV4Verifier(
        credentials: [
            Credential(
                accessKeyID: "AKIDEXAMPLE",
                secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
        ], service: "service", clock: { 1_440_938_160 })

    static let vanilla = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"

    @Test(
        "a published signature verifies, and no other does",
        arguments: [
            Vector(name: "get-vanilla", signature: vanilla),
            Vector(name: "get-relative", path: "/example/..", signature: vanilla),
            Vector(
                name: "get-relative-relative", path: "/example1/example2/../..",
                signature: vanilla),
            Vector(name: "get-slash", path: "//", signature: vanilla),
            Vector(name: "get-slash-dot-slash", path: "/./", signature: vanilla),
            Vector(
                name: "get-vanilla-query-order-key-case", query: "Param2=value2&Param1=value1",
                signature: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
            Vector(
                name: "get-utf8", path: "/ሴ",
                signature: "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"),
            Vector(
                name: "get-header-key-duplicate",
                headers: ["My-Header1: value2", "My-Header1: value2", "My-Header1: value1"],
                signedHeaders: "host;my-header1;x-amz-date",
                signature: "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"),
            Vector(
                name: "get-header-value-trim",
                headers: ["My-Header1:  value1", "My-Header2: \"a   b   c\""],
                signedHeaders: "host;my-header1;my-header2;x-amz-date",
                signature: "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"),
            Vector(
                name: "post-vanilla", method: "POST",
                signature: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
            Vector(
                name: "post-header-key-sort", method: "POST", headers: ["My-Header1: value1"],
                signedHeaders: "host;my-header1;x-amz-date",
                signature: "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c"),
            Vector(
                name: "post-x-www-form-urlencoded", method: "POST",
                headers: ["Content-Type: application/x-www-form-urlencoded"],
                body: "Param1=value1", signedHeaders: "content-type;host;x-amz-date",
                signature: "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"),
        ])
    func publishedSignatures(vector: Vector) {
        var request = TestRequest(
            method: vector.method, path: vector.path, query: vector.query, body: vector.body)
        request.headers = [
            ("Host", "example.amazonaws.com"), ("X-Amz-Date", "20150830T123600Z"),
        ]
        for header in vector.headers {
            let colon = header.firstIndex(of: ":")!
            request.headers.append(
                (String(header[..<colon]), String(header[header.index(after: colon)...])))
        }
        func authorized(_ signature: String) -> TestRequest {
            var signed = request
            signed.headers.append(
                (
                    "Authorization",
                    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/"
                        + "aws4_request, SignedHeaders=\(vector.signedHeaders), "
                        + "Signature=\(signature)"
                ))
            return signed
        }
        #expect(
            authorized(vector.signature).verified(by: Self.verifier)
                == .success("AKIDEXAMPLE"))
        let last = vector.signature.last == "0" ? "1" : "0"
        #expect(
            authorized(vector.signature.dropLast() + last).verified(by: Self.verifier)
                == .failure(.mismatch))
    }
}
