import MartletCatalog
import MartletEncoding
import MartletEngine
import MartletModel
import MartletTestSupport
import Testing

@Suite struct StreamCaptureTests {
    private func records(_ database: TestDatabase) throws -> [String] {
        let stream = try #require(try database.streams().last)
        return try database.allRecords(stream.arn).map(\.notation)
    }

    private static let key: Item = ["pk": "a"]
    private static let first: Item = ["pk": "a", "v": 1]
    private static let second: Item = ["pk": "a", "v": 2]

    @Test(
        "each view shows its images of an insert, a change and a removal",
        arguments: [
            (
                StreamSettings.ViewType.keysOnly,
                ["INSERT \(key.notation)", "MODIFY \(key.notation)", "REMOVE \(key.notation)"]
            ),
            (
                .newImage,
                [
                    "INSERT \(key.notation) → \(first.notation)",
                    "MODIFY \(key.notation) → \(second.notation)", "REMOVE \(key.notation)",
                ]
            ),
            (
                .oldImage,
                [
                    "INSERT \(key.notation)", "MODIFY \(key.notation) \(first.notation)",
                    "REMOVE \(key.notation) \(second.notation)",
                ]
            ),
            (
                .newAndOldImages,
                [
                    "INSERT \(key.notation) → \(first.notation)",
                    "MODIFY \(key.notation) \(first.notation) → \(second.notation)",
                    "REMOVE \(key.notation) \(second.notation)",
                ]
            ),
        ])
    func views(view: StreamSettings.ViewType, expected: [String]) throws {
        let database = try TestDatabase(TableRequest().streaming(view))
        try database.put(Self.first)
        try database.put(Self.second)
        try database.delete(Self.key)
        #expect(try records(database) == expected)
        #expect(try database.findings() == [])
    }

    @Test("an item of nothing but its key has an image")
    func keysOnlyItem() throws {
        let database = try TestDatabase(TableRequest().streaming())
        try database.update(Self.key, nil)
        #expect(
            try records(database)
                == ["INSERT \(Self.key.notation) → \(Self.key.notation)"])
    }

    @Test("a write that changes nothing leaves no record, however it is spelt")
    func unchanged() throws {
        let database = try TestDatabase(TableRequest().streaming())
        try database.put(["pk": "a", "v": .decimal("1.0"), "s": .strings("x", "y"), "l": [1, "b"]])
        let before = try records(database)
        #expect(before.count == 1)
        let same: Item = [
            "l": [.decimal("1.00"), "b"], "s": .strings("y", "x"), "v": .decimal("1e0"), "pk": "a",
        ]
        try database.put(same)
        try database.batchWrite([.put(same), .delete(key: ["pk": "none"])])
        try database.transact([
            try .put(same), try .delete(["pk": "nobody"]),
            try .check(["pk": "no"], if: "attribute_not_exists(v)"),
        ])
        try database.update(Self.key, "SET v = :v", [":v": 1])
        try database.update(Self.key, "REMOVE nothing")
        try database.update(Self.key, "ADD s :s", [":s": .strings("x")])
        try database.update(["pk": "none"], "REMOVE v")
        try database.delete(["pk": "none"])
        #expect(failure { try database.put(Self.second, if: "v > :v", [":v": 5]) } != nil)
        #expect(
            failure {
                try database.transact([
                    try .put(["pk": "new"]), try .check(Self.key, if: "attribute_not_exists(pk)"),
                ])
            } != nil)
        #expect(try records(database) == before)
        #expect(try database.findings() == [])
    }

    @Test("every way to write leaves its record, in the order of the writes")
    func allPaths() throws {
        let database = try TestDatabase(
            TableRequest().streaming(.keysOnly), clock: ManualClock(now: 1_790_000_000),
            expiryInterval: .milliseconds(5))
        _ = try database.engine.run(
            UpdateTimeToLive(table: "Tab", attribute: "ends", isEnabled: true))
        try database.put(["pk": "put"])
        try database.update(["pk": "update"], "SET v = :v", [":v": 1])
        try database.batchWrite([
            .put(["pk": "batch 1"]), .delete(key: ["pk": "put"]), .put(["pk": "batch 2"]),
        ])
        try database.transact([
            try .put(["pk": "first"]), try .update(["pk": "update"], "SET v = :v", [":v": 2]),
            try .delete(["pk": "batch 2"]), try .put(["pk": "last"]),
        ])
        try database.put(["pk": "expires", "ends": 1_789_999_000])
        #expect(
            try database.wait { () throws(OperationError) in
                try database.get(["pk": "expires"]) == nil
            })
        func line(_ name: String, _ key: String) -> String {
            "\(name) \((["pk": .text(key)] as Item).notation)"
        }
        #expect(
            try records(database)
                == [
                    line("INSERT", "put"), line("INSERT", "update"), line("INSERT", "batch 1"),
                    line("REMOVE", "put"), line("INSERT", "batch 2"), line("INSERT", "first"),
                    line("MODIFY", "update"), line("REMOVE", "batch 2"), line("INSERT", "last"),
                    line("INSERT", "expires"), line("EXPIRE", "expires"),
                ])
        #expect(try database.findings() == [])
    }

    /// The sizes are those of the records that AWS's guide shows as samples.
    @Test(
        "a record's size is that of its keys and images, and it has a number and an id of its own")
    func sizes() throws {
        let database = try TestDatabase(TableRequest(short: "Tab", hash: "Id:N").streaming())
        try database.put(["Id": 101, "Message": "New item!"])
        try database.put(["Id": 101, "Message": "This item has changed"])
        try database.delete(["Id": 101])
        let records = try database.allRecords(try database.streams()[0].arn)
        #expect(records.map(\.sizeBytes) == [26, 59, 38])
        #expect(records.map(\.sequenceNumber) == records.map(\.sequenceNumber).sorted())
        #expect(Set(records.map(\.sequenceNumber)).count == 3)
        #expect(records.allSatisfy { (21...40).contains($0.sequenceNumber.utf8.count) })
        #expect(Set(records.map(\.eventID)).count == 3)
        #expect(records.allSatisfy { $0.eventID.utf8.count == 32 })
    }

    @Test("a table without a stream leaves nothing of one, and tables do not see each other's")
    func separate() throws {
        let database = try TestDatabase(TableRequest(), TableRequest(short: "Other"))
        try database.put(Self.first)
        try database.delete(Self.key)
        #expect(!database.dump().contains { $0.contains("stream") })
        try database.setStream(.keysOnly, of: "Other")
        try database.put(Self.first)
        #expect(try database.allRecords(try database.streams("Other")[0].arn).isEmpty)
        try database.put(Self.first, in: "Other")
        #expect(try database.allRecords(try database.streams("Other")[0].arn).count == 1)
        #expect(try database.streams("Tab") == [])
    }
}
