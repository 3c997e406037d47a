import Testing

@testable import MartletClient

@Suite struct ProfileFileTests {
    @Test("sections have pairs, comments are none, and of two the later counts")
    func pairs() throws {
        let file = try ProfileFile(
            """
            # the usual one
            [default]
            region = eu-west-2   ; near
            output=json
            Region=us-east-1

            [profile  dev]
              # nothing yet
            aws_secret_access_key = a#b=c;d

            """)
        #expect(file.sections["default"]?.values == ["region": "us-east-1", "output": "json"])
        #expect(file.sections["profile dev"]?.values == ["aws_secret_access_key": "a#b=c;d"])
        #expect(Set(file.sections.keys) == ["default", "profile dev"])
    }

    @Test("indented pairs belong to the name above them")
    func nested() throws {
        let file = try ProfileFile(
            """
            [services local]
            s3 =
              endpoint_url = http://localhost:9000
            dynamodb =
              endpoint_url = http://localhost:8000
            region = x
            """)
        let section = try #require(file.sections["services local"])
        #expect(section.nested["dynamodb"] == ["endpoint_url": "http://localhost:8000"])
        #expect(section.nested["s3"] == ["endpoint_url": "http://localhost:9000"])
        #expect(section.values["region"] == "x")
    }

    @Test(
        "a line that means nothing is named by its number",
        arguments: [
            ("[default]\nregion eu-west-2", 2), ("[default\n", 1), ("region = eu-west-2", 1),
            ("[default]\n\n  inner = 1", 3),
        ])
    func malformed(text: String, line: Int) {
        #expect(throws: ProfileFile.MalformedLine(number: line)) { try ProfileFile(text) }
    }
}
