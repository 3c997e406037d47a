import MartletCatalog
import Testing

@testable import MartletWire

@Suite struct MemberChecksTests {
    private func message(_ body: (inout MemberChecks) -> Void) -> String? {
        var checks = MemberChecks()
        body(&checks)
        do throws(WireError) {
            try checks.check()
            return nil
        } catch {
            guard case .validation(let text) = error else { return "not a validation failure" }
            return text
        }
    }

    private static let units = Choices<Int>(["INDEXES": 1, "TOTAL": 2, "NONE": 3])

    @Test("each constraint has the service's text and echo")
    func texts() {
        let head = "1 validation error detected: Value "
        let tail = " failed to satisfy constraint: Member must "
        let cases: [((inout MemberChecks) -> Void, String)] = [
            ({ $0.require(false, at: "key") }, "null at 'key'" + tail + "not be null"),
            (
                { $0.length(of: "", in: 1...36, at: "token") },
                "'' at 'token'" + tail + "have length greater than or equal to 1"
            ),
            (
                { $0.length(of: "abc", in: 1...2, at: "token") },
                "'abc' at 'token'" + tail + "have length less than or equal to 2"
            ),
            (
                { $0.range(of: 0, from: 1, at: "limit") },
                "'0' at 'limit'" + tail + "have value greater than or equal to 1"
            ),
            (
                { $0.range(of: 101, from: 1, through: 100, at: "limit") },
                "'101' at 'limit'" + tail + "have value less than or equal to 100"
            ),
            (
                { $0.namePattern("a b", at: "indexName") },
                "'a b' at 'indexName'" + tail
                    + "satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
            ),
            (
                { _ = $0.choice("BOGUS", of: Self.units, at: "returnConsumedCapacity") },
                "'BOGUS' at 'returnConsumedCapacity'" + tail
                    + "satisfy enum value set: [INDEXES, TOTAL, NONE]"
            ),
            ({ _ = $0.tableName(nil) }, "null at 'tableName'" + tail + "not be null"),
            (
                { _ = $0.tableName("") },
                "'' at 'tableName'" + tail + "have length greater than or equal to 1"
            ),
            (
                { _ = $0.tableName("a/b") },
                "'a/b' at 'tableName'" + tail
                    + "satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
            ),
        ]
        for (body, text) in cases { #expect(message(body) == head + text) }
    }

    @Test("nothing wrong costs nothing and throws nothing")
    func acceptsValid() {
        let text = message { checks in
            checks.require(true, at: "key")
            checks.length(of: nil, in: 1...2, at: "x")
            checks.length(of: "ab", in: 1...2, at: "x")
            checks.range(of: nil, from: 1, at: "limit")
            checks.range(of: 1, from: 1, through: 1, at: "limit")
            #expect(checks.choice("TOTAL", of: Self.units, at: "x") == 2)
            #expect(checks.choice(nil, of: Self.units, at: "x") == nil)
            #expect(checks.tableName("a") == "a")
            #expect(
                checks.tableName("arn:aws:dynamodb:us-east-1:000000000000:table/Music")
                    == "Music")
        }
        #expect(text == nil)
    }

    @Test("failures are joined in order, and no more than ten are listed or counted")
    func joins() {
        let two = message { checks in
            checks.require(false, at: "a")
            checks.require(false, at: "b")
        }
        #expect(
            two == "2 validation errors detected: Value null at 'a' failed to satisfy constraint: "
                + "Member must not be null; Value null at 'b' failed to satisfy constraint: "
                + "Member must not be null")
        let many = message { checks in
            for number in 1...12 { checks.require(false, at: "m\(number)") }
        }
        #expect(many?.hasPrefix("10 validation errors detected: ") == true)
        #expect(many?.contains("'m10'") == true && many?.contains("'m11'") == false)
    }
}
