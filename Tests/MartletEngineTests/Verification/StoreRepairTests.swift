import Foundation
import MartletCatalog
import MartletEncoding
import MartletKeyValue
import MartletModel
import MartletTestSupport
import Testing

@testable import MartletEngine

/// A database with something of everything, damaged in one way at a time: the check finds it, the
/// repair mends it or sets it aside, and the database opens and works afterwards.
@Suite struct StoreRepairTests {
    typealias Problem = InvariantFinding.Problem
    typealias Action = RepairReport.Action
    typealias Rows = [(key: [UInt8], value: [UInt8])]

    /// One way to damage a store.
    struct Damage: Sendable, CustomTestStringConvertible {
        let name: String
        let problem: Problem
        /// What the repair must have done, and nothing but counts, sequences and files beside it.
        let action: Action?
        /// How many items of `Tab` are left.
        var itemCount = 9
        let make: @Sendable (Rows, inout WriteBatch) throws -> Void

        init(
            _ problem: Problem, _ action: Action?, _ name: String, itemCount: Int = 9,
            make: @escaping @Sendable (Rows, inout WriteBatch) throws -> Void
        ) {
            self.name = name
            self.problem = problem
            self.action = action
            self.itemCount = itemCount
            self.make = make
        }

        var testDescription: String { name }
    }

    // MARK: The database

    private static func madeDatabase() throws -> TestDatabase {
        let vectors = [VectorShape(hash: "phase:S")]
        let orders = TableRequest(
            short: "Tab", hash: "pk:S", range: "sk:N",
            local: [IndexShape("byDate", hash: "pk:S", range: "dated:S", projecting: .keysOnly)],
            global: [
                IndexShape(
                    "byPlace", hash: "country:S city:S", range: "street:S house:N",
                    projecting: .include("note")),
                IndexShape("byState", hash: "phase:S", range: "dated:S"),
            ], vectors: vectors
        ).streaming()
        let database = try TestDatabase(orders, TableRequest(short: "Gone"))
        try database.setRecovery(true)
        _ = try database.engine.run(
            UpdateTimeToLive(table: "Tab", attribute: "ends", isEnabled: true))
        _ = try database.wait { database.dump().allSatisfy { !$0.hasPrefix("expiry") } }
        for number in 0..<10 {
            var item = Item.order.with("sk", .integer(number))
            if number % 2 == 0 { item["ends"] = .integer(1_900_000_000 + number) }
            if number % 3 == 0 { item["phase"] = nil }
            item["v"] = .vector("\(number)", "0.5", "2")
            try database.put(item)
        }
        database.clock.advance(seconds: 1)
        try database.update(["pk": "ann", "sk": 1], "SET price = :p", [":p": 13])
        try database.delete(["pk": "ann", "sk": 9])
        try database.transact(
            [try .put(["pk": "x"], in: "Gone"), try .put(["pk": "y"], in: "Gone")],
            token: .init(text: "token", requestDigest: [7]))
        let arn = try database.backUp("Tab")
        _ = try database.waitForBackup(arn)
        try database.setRecovery(true, of: "Gone")
        _ = try database.engine.run(DeleteTable(table: "Gone"))
        return database
    }

    private static func rows(_ store: any KeyValueStore) throws -> Rows {
        var rows: Rows = []
        let cursor = try store.cursor(over: .all, .forward)
        while let row = try cursor.next() { rows.append(row) }
        return rows
    }

    private static func firstRow(_ space: KeySpace, _ rows: Rows) -> (key: [UInt8], value: [UInt8])
    {
        rows.first { $0.key.first == space.rawValue && $0.key.count > 5 }!
    }

    private static func flipped(_ bytes: [UInt8], at place: Int) -> [UInt8] {
        var bytes = bytes
        bytes[place] ^= 1
        return bytes
    }

    private static func damaging(_ space: KeySpace) -> @Sendable (Rows, inout WriteBatch) -> Void {
        { rows, batch in
            let (key, value) = firstRow(space, rows)
            batch.put(key, flipped(value, at: value.count / 2))
        }
    }

    private static func deleting(_ space: KeySpace) -> @Sendable (Rows, inout WriteBatch) -> Void {
        { rows, batch in batch.delete(firstRow(space, rows).key) }
    }

    /// An item of `Tab` for which `isWanted` holds.
    private static func item(_ rows: Rows, where isWanted: (Item) -> Bool) throws -> [UInt8] {
        let prefix = OrderedKey.tablePrefix(.item, 1)
        let found = try rows.first { row in
            guard row.key.starts(with: prefix) else { return false }
            return isWanted(try ItemRecord(verifying: row.value).item)
        }
        return found!.key
    }

    // MARK: The ways

    static let damages: [Damage] = [
        Damage(.unreadableItem, .quarantined, "a damaged item in no whole index", itemCount: 8) {
            rows, batch in
            let key = try item(rows) { $0["phase"] == nil }
            batch.put(key, [1, 2, 3])
        },
        Damage(.unreadableItem, .restoredItem, "a damaged item that an index has whole") {
            rows, batch in
            let key = try item(rows) { $0["phase"] != nil }
            batch.put(key, [1, 2, 3])
        },
        Damage(.misplacedItem, .quarantined, "an item under another's key") { rows, batch in
            let (key, value) = firstRow(.item, rows)
            batch.put(key + [0], value)
        },
        Damage(.strayIndexRow, .quarantined, "a lost item", itemCount: 8) { rows, batch in
            batch.delete(firstRow(.item, rows).key)
        },
        Damage(
            .missingIndexRow, .rebuiltIndexRow, "a lost index row", make: deleting(.indexRow)),
        Damage(
            .unreadableIndexRow, .rebuiltIndexRow, "a damaged index row", make: damaging(.indexRow)
        ),
        Damage(.misplacedIndexRow, .deletedIndexRow, "an index row too many") { rows, batch in
            let (key, value) = firstRow(.indexRow, rows)
            batch.put(key + [1], value)
        },
        Damage(.outdatedIndexRow, .rebuiltIndexRow, "an old index row") { rows, batch in
            let row = rows.last { $0.key.first == KeySpace.indexRow.rawValue }!
            let item = try ItemRecord(verifying: row.value).item.with("note", "other")
            batch.put(row.key, ItemRecord(item).bytes)
        },
        Damage(
            .missingExpiryRow, .rebuiltExpiryRow, "a lost expiry row", make: deleting(.expiry)),
        Damage(.strayExpiryRow, .deletedExpiryRow, "an expiry row too many") { rows, batch in
            batch.put(flipped(firstRow(.expiry, rows).key, at: 12), [])
        },
        Damage(.wrongItemCount, .correctedCount, "a wrong count") { rows, batch in
            var tally = try Tally(stored: rows.first { $0.key == CatalogKey.tally(1) }!.value)
            tally.itemCount += 1
            batch.put(CatalogKey.tally(1), tally.stored)
        },
        Damage(.unreadableTally, .correctedCount, "a damaged count") { _, batch in
            batch.put(CatalogKey.tally(1), [1])
        },
        Damage(.orphanedRow, .quarantined, "rows of no table") { _, batch in
            batch.put(OrderedKey.tablePrefix(.item, 99) + [1], [1])
            batch.put(OrderedKey.tablePrefix(.history, 99) + [1], [1])
        },
        Damage(.unknownRow, .quarantined, "a row of no kind") { _, batch in
            batch.put([0xFE, 3], [1])
        },
        Damage(.unreadableToken, .quarantined, "a damaged token") { rows, batch in
            let row = rows.first { $0.key.first == KeySpace.transactionToken.rawValue }!
            batch.put(row.key, [1])
        },
        Damage(.misplacedDefinition, .movedDefinition, "a definition under another name") {
            rows, batch in
            let key = CatalogKey.table("Tab")
            batch.put(CatalogKey.table("Other"), rows.first { $0.key == key }!.value)
            batch.delete(key)
        },
        Damage(.unissuedNumber, .correctedSequence, "a catalogue that forgot its next id") {
            _, batch in batch.put(CatalogKey.nextID, CatalogKey.encode(nextID: 2))
        },
        Damage(.unreadableSequence, .correctedSequence, "a damaged next id") { _, batch in
            batch.put(CatalogKey.nextID, [1])
        },
        Damage(.unissuedSequence, .correctedSequence, "a journal ahead of its sequence") {
            _, batch in batch.put([KeySpace.vectorJournal.rawValue], [2, 0, 0, 0, 0, 0, 0, 0])
        },
        Damage(.unreadableJournalLine, .quarantined, "a damaged line of a vector journal") {
            rows, batch in batch.put(firstRow(.vectorJournal, rows).key, [1])
        },
        Damage(.strayWalk, .deletedWalk, "the walk of a complete index") { rows, batch in
            let line = firstRow(.vectorJournal, rows).key
            batch.put([KeySpace.vectorWalk.rawValue] + line[1..<5], [1])
        },
        Damage(
            .unreadableStreamRecord, .quarantined, "a damaged stream record",
            make: damaging(.streamRecord)),
        Damage(.strayStreamRecord, .correctedSequence, "a stream ahead of its sequence") {
            _, batch in batch.put(StreamKey.nextSequence, StreamKey.encode(nextSequence: 3))
        },
        Damage(.unreadableStream, .switchedOffStream, "a damaged stream") { rows, batch in
            batch.put(rows.first { $0.key.first == KeySpace.stream.rawValue }!.key, [1])
        },
        Damage(.strayStream, .switchedOffStream, "a lost stream") { rows, batch in
            batch.delete(rows.first { $0.key.first == KeySpace.stream.rawValue }!.key)
        },
        Damage(
            .unreadableHistoryLine, .shortenedHistory, "a damaged line of a history",
            make: damaging(.history)),
        Damage(.unreadableBackup, .quarantined, "a damaged backup") { rows, batch in
            batch.put(rows.first { $0.key.first == KeySpace.backup.rawValue }!.key, [1])
        },
        Damage(.unreadableItem, .quarantined, "a damaged item of a backup") { rows, batch in
            let tables = OrderedKey.tablePrefix(.item, 1)
            let row = rows.last { $0.key.first == 0x10 && !$0.key.starts(with: tables) }!
            batch.put(row.key, [1])
        },
        Damage(.unreadableCopy, .quarantined, "a damaged copy") { _, batch in
            batch.put(OrderedKey.tablePrefix(.copy, 50), [1])
        },
        Damage(.strandedCopy, .quarantined, "a backup that nobody makes") { rows, batch in
            let row = rows.first { $0.key.first == KeySpace.backup.rawValue }!
            var backup = try BackupDefinition(record: ItemRecord(verifying: row.value))
            backup.status = .creating
            batch.put(row.key, backup.record.bytes)
        },
        Damage(.unreadableTransfer, .quarantined, "a damaged import") { _, batch in
            batch.put([KeySpace.transfer.rawValue, 0x49, 65], [1])
        },
        Damage(.unreadableDefinition, .quarantined, "a damaged definition", itemCount: -1) {
            _, batch in batch.put(CatalogKey.table("Tab"), [1])
        },
    ]

    /// A folder that is gone after the test.
    final class Folder {
        let path = FileManager.default.temporaryDirectory
            .appendingPathComponent("martlet-\(UUID().uuidString)").path
        init() { mkdir(path, 0o700) }
        deinit { try? FileManager.default.removeItem(atPath: path) }
    }

    @Test("a database with something of everything is sound, and a repair leaves it as it is")
    func clean() throws {
        let database = try Self.madeDatabase()
        let report = try StoreCheck(isDeep: true).run(on: database.store)
        #expect(report.findings == [])
        #expect(report.rowCount > 50)
        let before = database.dump()
        let folder = Folder()
        let repair = try StoreRepair.run(
            on: database.store, vectorFolder: nil, quarantineFolder: folder.path + "/q/1")
        #expect(repair.counts == [:] && repair.quarantinePath == nil)
        #expect(database.dump() == before)
    }

    @Test(
        "each kind of damage is found, mended or set aside, and the database works again",
        arguments: damages)
    func damage(_ damage: Damage) throws {
        let sound = try Self.madeDatabase()
        let store = MemoryStore(contentsOf: try (sound.store as! MemoryStore).memorySnapshot())
        var batch = WriteBatch()
        let before = try Self.rows(store)
        try damage.make(before, &batch)
        try store.commit(batch, .sync)
        let damaged = try Self.rows(store)

        let found = try StoreCheck(isDeep: false).run(on: store).findings
        #expect(found.contains { $0.problem == damage.problem }, "\(found)")
        #expect(
            found.allSatisfy {
                $0.problem == damage.problem || !$0.keyHashes.isEmpty
                    || $0.table != nil
            })

        let folder = Folder()
        let report = try StoreRepair.run(
            on: store, vectorFolder: nil, quarantineFolder: folder.path + "/quarantine/1")
        #expect(report.found == found)
        #expect(report.remaining == [])
        if let action = damage.action { #expect(report.counts[action] ?? 0 > 0, "\(report)") }
        #expect(try StoreCheck().run(on: store).findings == [])

        try Self.checkNothingIsLost(from: damaged, in: store, report)
        let opened = try TestDatabase(store: store)
        if damage.itemCount >= 0 {
            #expect(try opened.describe().tally.itemCount == damage.itemCount)
            try opened.put(Item.order.with("sk", 77))
            #expect(try opened.get(["pk": "ann", "sk": 77]) != nil)
        }
        #expect(try opened.engine.checkInvariants() == [])
    }

    /// Every row that is gone and follows from nothing is in quarantine, byte for byte.
    private static func checkNothingIsLost(
        from before: Rows, in store: any KeyValueStore, _ report: RepairReport
    ) throws {
        let kept = try report.quarantinePath.map { path in
            try String(contentsOfFile: path, encoding: .utf8)
        }
        let derived: Set<UInt8> = [
            KeySpace.expiry.rawValue, KeySpace.vectorWalk.rawValue, KeySpace.tally.rawValue,
        ]
        for (key, value) in before where !derived.contains(key[0]) {
            guard try store.value(forKey: key) == nil else { continue }
            if key[0] == KeySpace.indexRow.rawValue, report.counts[.deletedIndexRow] != nil {
                continue
            }
            if key[0] == KeySpace.catalog.rawValue, report.counts[.movedDefinition] != nil {
                continue
            }
            let hex = { (bytes: [UInt8]) in bytes.map { String(format: "%02x", $0) }.joined() }
            #expect(
                kept?.contains("\"key\":\"\(hex(key))\",\"value\":\"\(hex(value))\"") == true,
                "a row of space \(key[0])")
        }
    }

    @Test("findings name kinds of rows and hashes of keys, and no part of a key or a value")
    func places() throws {
        let database = try Self.madeDatabase()
        let rows = try Self.rows(database.store)
        let key = try Self.item(rows) { $0["phase"] == nil }
        var batch = WriteBatch()
        batch.put(key, [1])
        try database.store.commit(batch, .sync)
        let finding = try #require(
            StoreCheck().run(on: database.store).findings.first {
                $0.problem == .unreadableItem
            })
        #expect(finding.space == .item && finding.table == "Tab")
        #expect(finding.keyHashes == [key.withUnsafeBytes(OrderedKey.partitionHash)])
    }

    @Test("a deep check compares the records of streams and histories with each other")
    func chains() throws {
        /// Swaps the values of two rows of a kind.
        func problems(_ space: KeySpace, _ first: Int, _ second: Int) throws -> Set<Problem> {
            let database = try TestDatabase(TableRequest().streaming())
            try database.setRecovery(true)
            for number in 0..<4 { try database.put(["pk": "a", "v": .integer(number)]) }
            let rows = try Self.rows(database.store).filter {
                $0.key.first == space.rawValue && $0.key.count > 5
            }
            var batch = WriteBatch()
            batch.put(rows[first].key, rows[second].value)
            batch.put(rows[second].key, rows[first].value)
            try database.store.commit(batch, .sync)
            #expect(try StoreCheck().run(on: database.store).findings == [])
            return Set(
                try StoreCheck(isDeep: true).run(on: database.store).findings.map(\.problem))
        }
        #expect(try problems(.streamRecord, 1, 2) == [.brokenStream])
        #expect(try problems(.streamRecord, 2, 3) == [.brokenStream])
        let database = try TestDatabase(TableRequest().streaming())
        try database.setRecovery(true)
        for number in 0..<4 { try database.put(["pk": "a", "v": .integer(number)]) }
        let rows = try Self.rows(database.store)
        let last = rows.last { $0.key.first == KeySpace.streamRecord.rawValue }!
        let line = rows.last { $0.key.first == KeySpace.history.rawValue }!
        var batch = WriteBatch()
        batch.delete(last.key)
        batch.put(Self.flipped(line.key, at: line.key.count - 1), line.value)
        try database.store.commit(batch, .sync)
        #expect(
            Set(try StoreCheck(isDeep: true).run(on: database.store).findings.map(\.problem))
                == [.brokenStream, .idleHistoryLine])
    }
}
