// Permissions: what a file says, and what follows for a request.

import MartletCatalog
import MartletEngine
import MartletModel
import MartletSigV4
import MartletWire
import Testing

@testable import MartletServer

@Suite struct NamePatternTests {
    @Test(
        "an asterisk is any text, a question mark any character",
        arguments: [
            ("*", "", true), ("*", "Orders", true), ("Orders", "Orders", true),
            ("Orders", "orders", false), ("Orders", "Orders2", false), ("log-*", "log-1", true),
            ("log-*", "log-", true), ("log-*", "log", false), ("log-*", "a-log-1", false),
            ("*-log", "a-log", true), ("*-log", "a-log-1", false), ("a*b*c", "aXbYc", true),
            ("a*b*c", "abbc", true), ("a*b*c", "acb", false), ("?og", "log", true),
            ("?og", "og", false), ("?*", "", false), ("a**", "a", true), ("", "a", false),
        ])
    func patterns(pattern: String, name: String, matches: Bool) {
        #expect(NamePattern(pattern).matches(name) == matches)
    }

    @Test("a pattern that nearly matches everywhere is decided in time")
    func hostilePattern() {
        let pattern = NamePattern(String(repeating: "*a", count: 60) + "b")
        #expect(!pattern.matches(String(repeating: "a", count: 255)))
    }
}

@Suite struct AccessKeyFileTests {
    @Test("a file names keys, accounts, users and what they may do")
    func file() throws {
        let keys = try AccessKeyFile.keys(
            reading: """
                {"accessKeys": [
                  {"accessKeyId": "reports", "secretAccessKey": "s1", "sessionToken": "t",
                   "account": "111122223333", "user": "anna", "allow": "read",
                   "tables": ["Orders", "log-*"]},
                  {"accessKeyId": "app", "secretAccessKey": "s2", "grants": [
                    {"allow": "write", "tables": ["Orders"]}, {"allow": "read"}]},
                  {"accessKeyId": "root", "secretAccessKey": "s3", "allow": "admin"}]}
                """)
        #expect(
            keys.map(\.credential) == [
                Credential(accessKeyID: "reports", secretAccessKey: "s1", sessionToken: "t"),
                Credential(accessKeyID: "app", secretAccessKey: "s2"),
                Credential(accessKeyID: "root", secretAccessKey: "s3"),
            ])
        #expect(keys.map(\.account) == ["111122223333", nil, nil])
        #expect(keys.map(\.user) == ["anna", "app", "root"])
        #expect(
            keys.map(\.grants) == [
                [AccessGrant(.read, tables: ["Orders", "log-*"])],
                [AccessGrant(.write, tables: ["Orders"]), AccessGrant(.read)],
                [AccessGrant(.admin)],
            ])
        #expect(keys.map(\.isUnlimited) == [false, false, true])
    }

    @Test(
        "a file that does not say clearly what is allowed is refused",
        arguments: [
            "", "[]", "{}", #"{"accessKeys": []}"#, #"{"keys": []}"#,
            #"{"accessKeys": [{"accessKeyId": "a", "secretAccessKey": "s"}]}"#,
            #"{"accessKeys": [{"accessKeyId": "a", "allow": "read"}]}"#,
            #"{"accessKeys": [{"secretAccessKey": "s", "allow": "read"}]}"#,
            #"{"accessKeys": [{"accessKeyId": "a", "secretAccessKey": "", "allow": "read"}]}"#,
            #"{"accessKeys": [{"accessKeyId": "a", "secretAccessKey": "s", "allow": "all"}]}"#,
            #"{"accessKeys": [{"accessKeyId": "a", "secretAccessKey": "s", "allow": "read", "#
                + #""table": ["Orders"]}]}"#,
            #"{"accessKeys": [{"accessKeyId": "a", "secretAccessKey": "s", "allow": "read", "#
                + #""tables": []}]}"#,
            #"{"accessKeys": [{"accessKeyId": "a", "secretAccessKey": "s", "allow": "read", "#
                + #""tables": "Orders"}]}"#,
            #"{"accessKeys": [{"accessKeyId": "a", "secretAccessKey": "s", "allow": "read", "#
                + #""grants": []}]}"#,
            #"{"accessKeys": [{"accessKeyId": "a", "secretAccessKey": "s", "allow": "read", "#
                + #""account": "12"}]}"#,
            #"{"accessKeys": [{"accessKeyId": "a", "secretAccessKey": "s", "allow": "read"},"#
                + #"{"accessKeyId": "a", "secretAccessKey": "t", "allow": "read"}]}"#,
            #"{"accessKeys": [{"accessKeyId": "a", "secretAccessKey": "s", "allow": "read"}]} x"#,
        ])
    func refusals(text: String) {
        #expect(throws: AccessKeyFileError.self) { try AccessKeyFile.keys(reading: text) }
    }
}

@Suite struct PermissionTests {
    private let owner = ResourceOwner(region: "eu-west-2", account: "111122223333")

    private func key(_ grants: AccessGrant...) -> AccessKey {
        AccessKey(
            Credential(accessKeyID: "app", secretAccessKey: "s"), user: "anna", grants: grants)
    }

    @Test("a refusal says who may not do what to what, in AWS's words")
    func text() {
        let text = key(AccessGrant(.read)).refusal(
            of: DeleteTable(table: "Orders"), named: .deleteTable, by: owner)
        #expect(
            text == "User: arn:aws:iam::111122223333:user/anna is not authorized to perform: "
                + "dynamodb:DeleteTable on resource: "
                + "arn:aws:dynamodb:eu-west-2:111122223333:table/Orders because no identity-based "
                + "policy allows the dynamodb:DeleteTable action")
    }

    @Test("each level reaches as far as it says, on the tables that it says")
    func levels() {
        let get = GetItem(table: "Orders", key: ["a": 1])
        let put = PutItem(table: "Orders", item: ["a": 1])
        let drop = DeleteTable(table: "Orders")
        for level in AccessLevel.allCases {
            let key = key(AccessGrant(level, tables: ["Ord*"]))
            #expect(key.refusal(of: get, named: .getItem, by: owner) == nil)
            #expect((key.refusal(of: put, named: .putItem, by: owner) == nil) == (level >= .write))
            #expect(
                (key.refusal(of: drop, named: .deleteTable, by: owner) == nil) == (level >= .admin))
            let other = self.key(AccessGrant(level, tables: ["Invoices"]))
            #expect(other.refusal(of: get, named: .getItem, by: owner) != nil)
        }
    }

    @Test("a batch needs a permission for every table that it names")
    func batches() {
        let batch = BatchGetItem(requests: [
            .init(table: "Orders", keys: [["a": 1]]), .init(table: "Secrets", keys: [["a": 1]]),
        ])
        let text = key(AccessGrant(.admin, tables: ["Orders"])).refusal(
            of: batch, named: .batchGetItem, by: owner)
        #expect(text?.contains("table/Secrets because") == true)
        let both = key(
            AccessGrant(.read, tables: ["Orders"]), AccessGrant(.read, tables: ["Secrets"]))
        #expect(both.refusal(of: batch, named: .batchGetItem, by: owner) == nil)
    }

    @Test("what concerns all tables takes a permission for all tables; what concerns none, none")
    func everything() {
        let some = key(AccessGrant(.read, tables: ["Orders"]))
        #expect(some.refusal(of: ListTables(), named: .listTables, by: owner) != nil)
        #expect(some.refusal(of: DescribeLimits(), named: .describeLimits, by: owner) == nil)
        let all = key(AccessGrant(.read))
        #expect(all.refusal(of: ListTables(), named: .listTables, by: owner) == nil)
    }

    @Test("a resource that cannot be read is covered by no permission for single tables")
    func unreadable() {
        let some = key(AccessGrant(.admin, tables: ["Orders"]))
        let tag = TagResource(resourceARN: "arn:aws:s3:::Orders", tags: [])
        #expect(some.refusal(of: tag, named: .tagResource, by: owner) != nil)
    }
}
