import MartletCatalog
import MartletEncoding
import MartletEngine
import MartletKeyValue
import MartletModel
import MartletTestSupport
import Testing

/// A checker that finds nothing proves little; here the store is damaged in every way that the
/// checker knows, one at a time.
@Suite struct InvariantTests {
    typealias Problem = InvariantFinding.Problem

    /// Opens the database over `store` once more, without background work that could repair it, and
    /// gives what the checker finds.
    private func problems(
        _ damage: (_ rows: [(key: [UInt8], value: [UInt8])], inout WriteBatch) throws -> Void
    ) throws -> [String] {
        let database = try TestDatabase(.orders)
        for number in 0..<4 { try database.put(Item.order.with("sk", .integer(number))) }
        _ = try database.engine.run(
            UpdateTimeToLive(table: "Tab", attribute: "ends", isEnabled: true))
        _ = try database.wait { database.dump().allSatisfy { !$0.hasPrefix("expiry") } }
        try database.put(Item.order.with("ends", 1_900_000_000))
        #expect(try database.findings() == [])
        var rows: [(key: [UInt8], value: [UInt8])] = []
        let cursor = try database.store.cursor(over: .all, .forward)
        while let row = try cursor.next() { rows.append(row) }
        var batch = WriteBatch()
        try damage(rows, &batch)
        try database.store.commit(batch, .sync)
        return try database.engine.checkInvariants().map { finding in
            [finding.index?.string, finding.problem.rawValue, "\(finding.rowCount)"]
                .compactMap { $0 }.joined(separator: ": ")
        }
    }

    private func first(
        _ space: KeySpace, of rows: [(key: [UInt8], value: [UInt8])]
    ) -> (key: [UInt8], value: [UInt8]) {
        rows.first { $0.key.first == space.rawValue }!
    }

    @Test("a damaged item, and one under another's key, are found")
    func items() throws {
        let damaged = try problems { rows, batch in
            let key = first(.item, of: rows).key
            var value = first(.item, of: rows).value
            value[value.count / 2] ^= 1
            batch.put(key, value)
        }
        #expect(damaged.contains("\(Problem.unreadableItem.rawValue): 1"))
        let misplaced = try problems { rows, batch in
            let (key, value) = first(.item, of: rows)
            batch.put(key + [0], value)
        }
        #expect(
            misplaced.sorted()
                == [
                    "\(Problem.misplacedItem.rawValue): 1",
                    "\(Problem.wrongItemCount.rawValue): 1", "\(Problem.wrongSize.rawValue): 1",
                ].sorted())
    }

    @Test("a missing item is found through its index rows, a missing index row through its item")
    func missing() throws {
        let item = try problems { rows, batch in batch.delete(first(.item, of: rows).key) }
        for index in ["byDate", "byTotal", "byState", "byShop", "byPlace"] {
            #expect(item.contains("\(index): \(Problem.strayIndexRow.rawValue): 1"))
        }
        #expect(item.contains("\(Problem.wrongItemCount.rawValue): 1"))
        let row = try problems { rows, batch in batch.delete(first(.indexRow, of: rows).key) }
        #expect(
            row.map { $0.split(separator: ": ").dropFirst().joined(separator: ": ") }.sorted()
                == [
                    "\(Problem.missingIndexRow.rawValue): 1",
                    "\(Problem.wrongItemCount.rawValue): 1", "\(Problem.wrongSize.rawValue): 1",
                ].sorted())
    }

    @Test("an index row that is old, stray or damaged is found")
    func indexRows() throws {
        let outdated = try problems { rows, batch in
            let (key, value) = first(.indexRow, of: rows)
            let item = try ItemRecord(verifying: value).item.with("note", "other")
            batch.put(key, ItemRecord(item).bytes)
        }
        // The same number of bytes, so that only the row itself tells.
        #expect(outdated == ["byDate: \(Problem.outdatedIndexRow.rawValue): 1"])
        let misplaced = try problems { rows, batch in
            let (key, value) = first(.indexRow, of: rows)
            batch.put(key + [1], value)
        }
        #expect(misplaced.contains("byDate: \(Problem.misplacedIndexRow.rawValue): 1"))
        let damaged = try problems { rows, batch in
            let (key, value) = first(.indexRow, of: rows)
            batch.put(key, value.dropLast() + [value.last! ^ 1])
        }
        #expect(damaged.contains("byDate: \(Problem.unreadableIndexRow.rawValue): 1"))
    }

    @Test("missing and stray expiry rows are found")
    func expiry() throws {
        #expect(
            try problems { rows, batch in batch.delete(first(.expiry, of: rows).key) }
                == ["\(Problem.missingExpiryRow.rawValue): 1"])
        #expect(
            try problems { rows, batch in
                var key = first(.expiry, of: rows).key
                key[12] ^= 1
                batch.put(key, [])
            } == ["\(Problem.strayExpiryRow.rawValue): 1"])
    }

    @Test("wrong and unreadable counts are found")
    func tallies() throws {
        #expect(
            try problems { rows, batch in
                let (key, value) = first(.tally, of: rows)
                var tally = try Tally(stored: value)
                tally.sizeBytes += 1
                batch.put(key, tally.stored)
            } == ["\(Problem.wrongSize.rawValue): 1"])
        #expect(
            try problems { rows, batch in batch.put(first(.tally, of: rows).key, [1, 2]) }
                == ["\(Problem.unreadableTally.rawValue): 1"])
    }

    @Test("rows of no table, of no kind, and a damaged catalogue are found")
    func others() throws {
        #expect(
            try problems { rows, batch in
                batch.put(OrderedKey.tablePrefix(.item, 999) + [1], [])
                batch.put(OrderedKey.tablePrefix(.indexRow, 1) + [1], [])
                batch.put(CatalogKey.tally(998), Tally().stored)
            } == ["\(Problem.orphanedRow.rawValue): 3"])
        #expect(
            try problems { _, batch in
                batch.put([0xFF, 1], [])
                batch.put([0x04, 65], [])
            }
                == [
                    "\(Problem.unreadableToken.rawValue): 1", "\(Problem.unknownRow.rawValue): 1",
                ].sorted())
        #expect(
            try problems { rows, batch in
                batch.put(CatalogKey.nextID, CatalogKey.encode(nextID: 3))
            }.allSatisfy { $0.contains(Problem.unissuedNumber.rawValue) })
        #expect(
            try problems { rows, batch in
                let key = CatalogKey.table("Tab")
                let value = rows.first { $0.key == key }!.value
                batch.put(CatalogKey.table("other"), value)
            }.contains("\(Problem.misplacedDefinition.rawValue): 1"))
        #expect(
            try problems { rows, batch in batch.put(CatalogKey.table("Tab"), [1, 2, 3]) }
                .contains("\(Problem.unreadableDefinition.rawValue): 1"))
    }

    @Test("findings name tables and indexes, never keys or values")
    func texts() throws {
        let finding = InvariantFinding(
            problem: .outdatedIndexRow, table: "Tab", index: "byG", rowCount: 7)
        #expect(
            finding.description == "table Tab, index byG, an index row differs from its item (7)")
    }
}
