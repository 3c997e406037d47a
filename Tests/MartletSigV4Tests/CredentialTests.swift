import Testing

@testable import MartletSigV4

@Suite("Credentials") struct CredentialTests {
    @Test("every profile with a key pair is read; comments, blank lines and other keys are not")
    func file() throws {
        let text = """
            # local keys
            [default]
            aws_access_key_id = AKIDONE
            aws_secret_access_key=a/b+c==
            region = eu-west-1

            [profile empty]
            [second]
            aws_access_key_id=AKIDTWO\r
            aws_secret_access_key = s \r
            aws_session_token = t
            ; the end
            """
        #expect(
            try [Credential](credentialsFile: text) == [
                Credential(accessKeyID: "AKIDONE", secretAccessKey: "a/b+c=="),
                Credential(accessKeyID: "AKIDTWO", secretAccessKey: "s", sessionToken: "t"),
            ])
    }

    @Test(
        "a file that cannot be meant is refused",
        arguments: [
            ("", CredentialsError.none),
            ("[a]\nnonsense", .malformedLine(2)),
            ("[a", .malformedLine(1)),
            ("[a]\naws_access_key_id=A", .incomplete("profile [a]")),
            ("aws_secret_access_key=S", .incomplete("the default profile")),
            (
                "[a]\naws_access_key_id=A\naws_secret_access_key=S\n"
                    + "[b]\naws_access_key_id=A\naws_secret_access_key=S",
                .duplicateAccessKey("A")
            ),
        ])
    func badFiles(text: String, error: CredentialsError) {
        #expect(throws: error) { try [Credential](credentialsFile: text) }
    }

    @Test("the environment gives a pair, nothing, or an error; AWS_ variables are not ours")
    func environment() throws {
        let none = ["AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "S"]
        #expect(try [Credential](environment: { none[$0] }) == [])
        let pair = ["MARTLET_ACCESS_KEY_ID": "A", "MARTLET_SECRET_ACCESS_KEY": "S"]
        #expect(
            try [Credential](environment: { pair[$0] }) == [
                Credential(accessKeyID: "A", secretAccessKey: "S")
            ])
        #expect(throws: CredentialsError.self) {
            try [Credential](environment: { $0 == "MARTLET_ACCESS_KEY_ID" ? "A" : nil })
        }
    }

    @Test("printing a credential shows no secret")
    func printing() {
        let credential = Credential(
            accessKeyID: "A", secretAccessKey: "hidden", sessionToken: "hidden")
        var dumped = "\(credential) \(String(reflecting: [credential]))"
        dump(credential, to: &dumped)
        #expect(!dumped.contains("hidden"))
    }
}

@Suite("Dates") struct DateTests {
    @Test(
        "a date is read, counted and written back",
        arguments: [
            ("19700101T000000Z", 0), ("20000229T235959Z", 951_868_799),
            ("20150830T123600Z", 1_440_938_160), ("20991231T000000Z", 4_102_358_400),
            ("19691231T235959Z", -1),
        ])
    func basic(text: String, seconds: Int64) {
        #expect(withBytes(of: text) { SigV4Date(basic: $0) }?.epochSeconds == seconds)
        #expect(SigV4Date(epochSeconds: seconds).basic == text)
    }

    @Test(
        "what is no date is not read",
        arguments: [
            "", "20150830", "20150830T123600", "20150830 123600Z", "20151330T123600Z",
            "20150230T123600Z", "19000229T000000Z", "20150830T243600Z", "2015083-T123600Z",
        ])
    func notDates(text: String) {
        #expect(withBytes(of: text) { SigV4Date(basic: $0) } == nil)
    }

    @Test("HTTP's own form of a date is read too")
    func http() {
        #expect(
            withBytes(of: "Sun, 30 Aug 2015 12:36:00 GMT") { SigV4Date(http: $0) }?.basic
                == "20150830T123600Z")
        #expect(withBytes(of: "Sun, 30 Foo 2015 12:36:00 GMT") { SigV4Date(http: $0) } == nil)
    }
}
