// Web pages: which may send requests, and what the others get.

import MartletServer
import Testing

@Suite struct OriginTests {
    private func allows(
        _ policy: OriginPolicy, _ origin: String, host: String = "localhost:8000"
    ) throws -> Int {
        let served = try RequestHandlerTests.Served(origins: policy)
        let response = try served.call(
            "ListTables", "{}", headers: ["Origin: \(origin)"], host: host)
        return response.status
    }

    @Test(
        "by default only pages of the server's own address get an answer",
        arguments: [
            ("http://localhost:8000", "localhost:8000", 200),
            ("http://127.0.0.1:8000", "127.0.0.1:8000", 200),
            ("http://[::1]:8000", "[::1]:8000", 200),
            ("https://db.localhost", "db.localhost", 200),
            ("http://localhost:3000", "localhost:8000", 403),
            ("https://evil.example", "localhost:8000", 403),
            // A name that was made to point here.
            ("http://evil.example:8000", "evil.example:8000", 403),
            ("http://1.2.3.4.evil.example", "1.2.3.4.evil.example", 403),
            ("null", "localhost:8000", 403), ("", "localhost:8000", 403),
        ])
    func byDefault(origin: String, host: String, status: Int) throws {
        #expect(try allows(.ownOnly, origin, host: host) == status)
    }

    @Test("origins that are named are allowed, and the answer says so to them alone")
    func named() throws {
        let policy = try #require(OriginPolicy("https://a.example,http://localhost:3000"))
        #expect(try allows(policy, "https://a.example") == 200)
        #expect(try allows(policy, "http://localhost:3000") == 200)
        #expect(try allows(policy, "https://b.example") == 403)
        let served = try RequestHandlerTests.Served(origins: policy)
        let answer = try served.call("ListTables", "{}", headers: ["Origin: https://a.example"])
        #expect(answer.headers["access-control-allow-origin"] == "https://a.example")
        #expect(answer.headers["vary"] == "Origin")
        let plain = try served.call("ListTables", "{}")
        #expect(plain.headers["access-control-allow-origin"] == nil)
    }

    @Test("an asterisk allows all")
    func all() throws {
        let policy = try #require(OriginPolicy("*"))
        #expect(try allows(policy, "https://b.example") == 200)
    }

    @Test("a refused page learns nothing: not the answer, not whether there is a table")
    func refusal() throws {
        let served = try RequestHandlerTests.Served()
        let answer = try served.call("ListTables", "{}", headers: ["Origin: https://b.example"])
        #expect(answer.status == 403)
        #expect(answer.headers["access-control-allow-origin"] == nil)
        #expect(!answer.text.contains("TableNames"))
    }

    @Test(
        "what is no list of origins is refused",
        arguments: ["", "a.example", "https://", "ftp://a.example", "https://a.example/x", "*,"])
    func lists(text: String) { #expect(OriginPolicy(text) == nil) }
}

@Suite struct SeparationTests {
    private static let table =
        #"{"TableName":"Orders","BillingMode":"PAY_PER_REQUEST","KeySchema":"#
        + #"[{"AttributeName":"a","KeyType":"HASH"}],"AttributeDefinitions":"#
        + #"[{"AttributeName":"a","AttributeType":"S"}]}"#

    @Test(
        "data is shared, or separate by region, by account or by both",
        arguments: [
            (nil, true, true), (.regions, false, true), (.accounts, true, false),
            (.regionsAndAccounts, false, false),
        ] as [(Separation?, Bool, Bool)])
    func separation(by separation: Separation?, sharesRegions: Bool, sharesAccounts: Bool) throws {
        let served = try RequestHandlerTests.Served(separation: separation)
        _ = try served.call("CreateTable", Self.table)
        func sees(key: String, region: String) throws -> Bool {
            try served.call("ListTables", "{}", key: key, region: region).text.contains("Orders")
        }
        #expect(try sees(key: "key", region: "us-east-1"))
        #expect(try sees(key: "other", region: "us-east-1"))
        #expect(try sees(key: "key", region: "eu-west-1") == sharesRegions)
        #expect(try sees(key: "111122223333", region: "us-east-1") == sharesAccounts)
    }

    @Test("ARNs carry the region and the account of the caller")
    func names() throws {
        let served = try RequestHandlerTests.Served(separation: .regionsAndAccounts)
        let answer = try served.call(
            "CreateTable", Self.table, key: "111122223333", region: "eu-west-1")
        #expect(answer.text.contains("arn:aws:dynamodb:eu-west-1:111122223333:table/Orders"))
    }

    @Test("a region that is no name is refused", arguments: ["..", "a/b", "EU", "x_y"])
    func regions(region: String) throws {
        let served = try RequestHandlerTests.Served(separation: .regions)
        let answer = try served.call("ListTables", "{}", region: region)
        #expect(answer.status == 400)
    }

    @Test("a client cannot make more databases than there is room for")
    func limit() throws {
        let served = try RequestHandlerTests.Served(separation: .regions)
        var last = ""
        for number in 0..<70 {
            last = try served.call("ListTables", "{}", region: "r-\(number)").text
        }
        #expect(last.contains("LimitExceededException"))
    }
}
