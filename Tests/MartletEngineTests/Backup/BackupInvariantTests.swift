import MartletCatalog
import MartletEncoding
import MartletKeyValue
import MartletModel
import MartletTestSupport
import Testing

@testable import MartletEngine

/// The store is damaged in every way that the checker knows of backups, one at a time.
@Suite struct BackupInvariantTests {
    typealias Problem = InvariantFinding.Problem

    /// What the checker finds once `damage` was done to a table with a history and its backup.
    private func problems(
        _ damage: (_ table: UInt32, BackupDefinition, inout WriteBatch) -> Void
    ) throws -> Set<Problem> {
        let database = try TestDatabase(TableRequest())
        try database.setRecovery(true)
        try database.put(["pk": "a"])
        let arn = try database.backUp()
        #expect(try database.waitForBackup(arn))
        #expect(try database.findings() == [])
        var batch = WriteBatch()
        damage(
            try database.definition().id, try database.describeBackup(arn).backup, &batch)
        try database.store.commit(batch, .sync)
        return Set(try database.engine.checkInvariants().map(\.problem))
    }

    @Test("a damaged backup is found, and items that it lacks")
    func backups() throws {
        #expect(
            try problems { _, backup, batch in batch.put(backup.recordKey, [1]) }
                == [.unreadableBackup, .orphanedRow])
        #expect(
            try problems { _, backup, batch in
                batch.deleteRange(.prefix(OrderedKey.tablePrefix(.item, backup.rowsID)))
            } == [.wrongItemCount, .wrongSize])
        #expect(
            try problems { _, backup, batch in
                batch.put(OrderedKey.tablePrefix(.item, backup.rowsID) + [1], [1])
            } == [.unreadableItem, .wrongItemCount])
    }

    @Test("a copy from or to nowhere is found, and damage to copies")
    func copies() throws {
        #expect(
            try problems { table, _, batch in
                let copy = TableCopy(target: table, source: 77, until: nil)
                batch.put(copy.recordKey, copy.record.bytes)
            } == [.strayCopy])
        #expect(
            try problems { table, _, batch in
                let copy = TableCopy(target: table, source: 77, until: nil)
                batch.put(copy.recordKey, [1])
                batch.put(copy.progressKey, [9])
            } == [.unreadableCopy, .orphanedRow])
    }

    @Test("a damaged line of a history is found, and a history without a table")
    func histories() throws {
        let point = HistoryPoint(moment: 5)
        #expect(
            try problems { table, _, batch in batch.put(HistoryLine.key(table, point), [1, 0]) }
                == [.unreadableHistoryLine])
        #expect(
            try problems { _, _, batch in
                batch.put(
                    HistoryLine.key(77, point), HistoryLine.value([16, 0, 0, 0, 77], old: nil))
            } == [.orphanedRow])
    }
}
