import Testing

@testable import MartletSigV4

/// The faults that need no keys: see Authorization.
@Suite("Form of a signature") struct FormTests {
    static let date = ("X-Amz-Date", "20150830T123600Z")

    @Test("any complete signature passes without keys")
    func complete() {
        let request = TestRequest(headers: [
            Self.date,
            (
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=fake/20150830/local/dynamodb/aws4_request, "
                    + "SignedHeaders=host, Signature=0"
            ),
        ])
        #expect(request.formFailure() == nil)
    }

    @Test("a credential without a scope passes too: local tools invent what they like")
    func withoutScope() {
        let request = TestRequest(headers: [
            ("Date", "whenever"),
            ("Authorization", "AWS4-HMAC-SHA256 Credential=fake,SignedHeaders=host,Signature=0"),
        ])
        #expect(request.formFailure() == nil)
    }

    @Test(
        "a header's faults",
        arguments: [
            (nil, SigV4Failure.missingAuthenticationToken),
            ("", .missingAuthenticationToken),
            ("Basic dXNlcjpwYXNz", .missingAuthenticationToken),
            (
                "AWS4-HMAC-SHA256",
                .incompleteSignature(
                    "Authorization header requires 'Credential' parameter. Authorization header "
                        + "requires 'Signature' parameter. Authorization header requires "
                        + "'SignedHeaders' parameter. Authorization=AWS4-HMAC-SHA256")
            ),
            (
                "AWS4-HMAC-SHA256 Signature=b,Credential=a",
                .incompleteSignature(
                    "Authorization header requires 'SignedHeaders' parameter. "
                        + "Authorization=AWS4-HMAC-SHA256 Signature=b,Credential=a")
            ),
            (
                "AWS4-HMAC-SHA256 Signature=b,    Credential,    SignedHeaders",
                .incompleteSignature(
                    "'Credential' not a valid key=value pair (missing equal-sign) in Authorization "
                        + "header: 'AWS4-HMAC-SHA256 Signature=b,    Credential,    "
                        + "SignedHeaders'.")
            ),
        ] as [(String?, SigV4Failure)])
    func headerFaults(header: String?, failure: SigV4Failure) {
        var request = TestRequest(headers: [Self.date])
        if let header { request.headers.append(("Authorization", header)) }
        #expect(request.formFailure() == failure)
    }

    @Test("a missing date is one more missing part")
    func missingDate() {
        let request = TestRequest(headers: [
            ("Authorization", "AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host")
        ])
        #expect(
            request.formFailure()
                == .incompleteSignature(
                    "Authorization header requires 'Signature' parameter. Authorization header "
                        + "requires existence of either a 'X-Amz-Date' or a 'Date' header. "
                        + "Authorization=AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host"))
    }

    @Test("a query's missing parts are all named")
    func queryFaults() {
        #expect(
            TestRequest(query: "X-Amz-Algorithm").formFailure()
                == .incompleteSignature(
                    "AWS query-string parameters must include 'X-Amz-Algorithm'. AWS "
                        + "query-string parameters must include 'X-Amz-Credential'. AWS "
                        + "query-string parameters must include 'X-Amz-Signature'. AWS "
                        + "query-string parameters must include 'X-Amz-SignedHeaders'. AWS "
                        + "query-string parameters must include 'X-Amz-Date'. Re-examine the "
                        + "query-string parameters."))
    }

    @Test("parts in both places are refused before anything else")
    func bothPlaces() {
        let request = TestRequest(
            query: "X-Amz-Algorithm=a", headers: [("Authorization", "nonsense")])
        #expect(
            request.formFailure()
                == .invalidSignature(
                    "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' "
                        + "as HTTP header."))
    }
}
