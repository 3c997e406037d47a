import MartletCatalog
import MartletEncoding
import MartletModel
import Testing

@Suite struct AttachedSettingsTests {
    /// A table that has each attached setting.
    private static var table: TableDefinition {
        var table = Requests.indexed()
        table.attached = AttachedSettings(
            policyRevision: 1_791_505_774_984,
            streamPolicy: StreamPolicy(label: "2026", document: "{}", revision: 7),
            insights: [
                ContributorInsights(
                    index: "byYear", isEnabled: true, mode: .throttled, enabled: Requests.now,
                    updated: Requests.now)
            ],
            destinations: [
                KinesisDestination(streamARN: "s", isActive: false, precision: .microsecond)
            ],
            settingsReplication: .enabled, isDisassociationProtected: true)
        return table
    }

    @Test("a table with attached settings is written in the third format, one without in the first")
    func formats() throws {
        #expect(Requests.indexed().storedItem["format"] == .number(DecimalNumber(1)))
        let item = Self.table.storedItem
        #expect(item["format"] == .number(DecimalNumber(3)))
        #expect(try TableDefinition(storedItem: item) == Self.table)
        guard case .map(let attached)? = item["attached"] else {
            Issue.record("no attached settings")
            return
        }
        #expect(attached["policyRevision"] == .number(DecimalNumber(1_791_505_774_984)))
        #expect(
            attached["insights"]
                == .list([
                    .map([
                        "index": .string("byYear"), "enabled": .bool(true),
                        "mode": .string("THROTTLED_KEYS"),
                        "since": .number(try DecimalNumber(parsing: "1700000000.25")),
                        "updated": .number(try DecimalNumber(parsing: "1700000000.25")),
                    ])
                ]))
        #expect(
            attached["destinations"]
                == .list([
                    .map([
                        "stream": .string("s"), "active": .bool(false),
                        "precision": .string("MICROSECOND"),
                    ])
                ]))
        #expect(attached["replication"] == .string("ENABLED"))
        #expect(attached["disassociation"] == .bool(true))
    }

    @Test("a setting of another kind, or an unknown one, is corrupt")
    func damage() throws {
        let item = Self.table.storedItem
        guard case .map(let attached)? = item["attached"] else {
            Issue.record("no attached settings")
            return
        }
        for entry in attached {
            var changed = attached
            changed[entry.name] = .null
            var damaged = item
            damaged["attached"] = .map(changed)
            #expect(throws: CorruptRecord.self, "\(entry.name)") {
                try TableDefinition(storedItem: damaged)
            }
        }
        var more = attached
        more["more"] = .null
        var extended = item
        extended["attached"] = .map(more)
        #expect(throws: CorruptRecord.self) { try TableDefinition(storedItem: extended) }
    }

    @Test("insights go with their index, a stream's policy with the stream")
    func ends() throws {
        var table = Self.table
        table.stream = StreamSettings(viewType: .keysOnly, label: "2026")
        func change(_ edit: (inout TableChange) -> Void) throws -> TableDefinition {
            var change = TableChange(name: table.name)
            edit(&change)
            return try table.applying(change, now: Requests.now) { 99 }.definition
        }
        let withoutIndex = try change { $0.indexChanges = [.delete(name: "byYear")] }
        #expect(withoutIndex.attached.insights.isEmpty)
        #expect(withoutIndex.attached.streamPolicy != nil)
        let withoutStream = try change { $0.stream = StreamRequest(isEnabled: false) }
        #expect(withoutStream.attached.streamPolicy == nil)
        #expect(withoutStream.attached.insights.count == 1)
    }
}
