import Testing

@testable import MartletWire

@Suite struct PolicyDocumentTests {
    private static func statement(_ members: String) -> String {
        #"{"Version":"2012-10-17","Statement":[{"# + members + "}]}"
    }

    private static let rest =
        #""Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"a","Resource":"*""#

    @Test(
        "a document is kept in one form, whatever it was sent in",
        arguments: [
            (
                #" { "Statement" : { "Resource":["*"], "Action":["a"], "Effect":"ALLOW", "#
                    + #""Principal":{"AWS":["123456789012","arn:aws:iam::123456789012:root"]}}, "#
                    + #""Version":"2012-10-17" } "#,
                statement(#""Effect":"Allow","# + rest)
            ),
            (
                statement(#""Action":["a","a"],"NotResource":"r","Effect":"Deny","Principal":"*""#),
                statement(#""Effect":"Deny","Principal":"*","Action":["a","a"],"NotResource":"r""#)
            ),
            (
                statement(
                    #""Condition":{"B":{"c":[1.50,true,null]}},"Sid":"\u00e9\n","#
                        + #""Effect":"Allow","# + rest),
                statement(
                    "\"Sid\":\"\u{E9}\\n\",\"Effect\":\"Allow\"," + rest
                        + #","Condition":{"B":{"c":[1.50,true,null]}}"#)
            ),
        ])
    func canonical(sent: String, kept: String) throws {
        #expect(try PolicyDocument(sent).canonical == kept)
        #expect(try PolicyDocument(kept).canonical == kept)
    }

    @Test("a document without a version is kept without, and answered with that of 2008")
    func version() throws {
        let kept = try PolicyDocument(#"{"Statement":[{"Effect":"Deny","# + Self.rest + "}]}")
            .canonical
        #expect(kept.hasPrefix(#"{"Statement":["#))
        #expect(
            PolicyDocument.answered(kept)
                == #"{"Version":"2008-10-17","# + String(kept.dropFirst()))
        let full = Self.statement(#""Effect":"Deny","# + Self.rest)
        #expect(PolicyDocument.answered(full) == full)
    }

    @Test(
        "what is no policy is refused with the service's text",
        arguments: [
            ("", "This policy contains invalid Json"),
            ("{\"a\":1", "This policy contains invalid Json"),
            ("1", "This policy contains invalid Json"),
            ("null", "This text appears not to be a policy"),
            ("{}", "Syntax error at position (1,3)"),
            ("{\n}", "Syntax error at position (2,2)"),
            (#"{"Statement":[]}"#, "Could not parse the policy: Statement is empty!"),
            (#"{"Statement":[{}]}"#, "Missing required field Effect"),
            (#"{"Statement":[{"Effect":"Deny"}]}"#, "Missing required field Principal"),
            (
                #"{"Statement":[{"Effect":"Deny","Principal":"*"}]}"#,
                "Missing required field Action"
            ),
            (#"{"Statement":[1]}"#, "Syntax error at position (1,18)"),
        ])
    func refusals(document: String, text: String) {
        #expect(throws: PolicyDocument.invalid(text)) { try PolicyDocument(document) }
    }

    @Test("a hostile document neither traps nor takes long", arguments: [511, 512, 5_000])
    func depth(levels: Int) {
        let document = String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
        #expect(throws: WireError.self) { try PolicyDocument(document) }
    }
}
