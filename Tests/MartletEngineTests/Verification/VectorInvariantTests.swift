import MartletCatalog
import MartletEncoding
import MartletEngine
import MartletKeyValue
import MartletModel
import MartletTestSupport
import Testing

/// What the checker says of vector indexes, damaged one way at a time.
@Suite struct VectorInvariantTests {
    typealias Problem = InvariantFinding.Problem
    private static let sequenceKey: [UInt8] = [0x06]

    /// What is found after changes to the rows of a table with the vector index `byV`.
    private func problems(
        _ damage: (_ rows: [(key: [UInt8], value: [UInt8])], inout WriteBatch) throws -> Void
    ) throws -> [String] {
        let database = try TestDatabase(TableRequest(vectors: [VectorShape(hash: "t:S")]))
        for number in 0..<3 {
            try database.put([
                "pk": .text("p\(number)"), "t": "x", "v": .vector("\(number)", "0.5", "2"),
            ])
        }
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

    private func line(
        of rows: [(key: [UInt8], value: [UInt8])]
    ) throws -> (key: [UInt8], value: [UInt8]) {
        try #require(rows.first { $0.key.first == 0x06 && $0.key.count > 1 })
    }

    @Test("an item that came or went without its index's count is found")
    func counts() throws {
        let found = try problems { rows, batch in
            let item = try #require(rows.first { $0.key.first == KeySpace.item.rawValue })
            batch.delete(item.key)
        }
        #expect(found.contains("byV: \(Problem.wrongItemCount.rawValue): 1"))
        #expect(found.contains("byV: \(Problem.wrongSize.rawValue): 1"))
    }

    @Test("bytes saved that are not those of the vectors are found")
    func savedBytes() throws {
        let found = try problems { rows, batch in
            let row = try #require(rows.first { $0.key == CatalogKey.tally(2) })
            var tally = try Tally(stored: row.value)
            tally.savedBytes += 1
            batch.put(row.key, tally.stored)
        }
        #expect(found == ["byV: \(Problem.wrongSize.rawValue): 1"])
    }

    @Test("journal lines that cannot be read, or come after the next sequence, are found")
    func journal() throws {
        let cut = try problems { rows, batch in
            let line = try line(of: rows)
            batch.put(line.key + [0], line.value)
        }
        #expect(cut == ["byV: \(Problem.unreadableJournalLine.rawValue): 1"])
        let elsewhere = try problems { rows, batch in
            batch.put(try line(of: rows).key, OrderedKey.tablePrefix(.item, 99) + [1])
        }
        #expect(elsewhere == ["byV: \(Problem.unreadableJournalLine.rawValue): 1"])
        let early = try problems { _, batch in
            batch.put(Self.sequenceKey, [2, 0, 0, 0, 0, 0, 0, 0])
        }
        #expect(early == ["byV: \(Problem.unissuedSequence.rawValue): 2"])
        let unreadable = try problems { _, batch in batch.put(Self.sequenceKey, [1]) }
        #expect(unreadable.contains("\(Problem.unreadableSequence.rawValue): 1"))
    }

    @Test("journals and walks of no index, and the walk of a complete one, are found")
    func strays() throws {
        let orphans = try problems { _, batch in
            batch.put(OrderedKey.tablePrefix(.vectorJournal, 77) + [0, 0, 0, 0, 0, 0, 0, 1], [1])
            batch.put(OrderedKey.tablePrefix(.vectorWalk, 77), [1])
        }
        #expect(orphans == ["\(Problem.orphanedRow.rawValue): 2"])
        let walk = try problems { _, batch in
            batch.put(OrderedKey.tablePrefix(.vectorWalk, 2), [1])
        }
        #expect(walk == ["byV: \(Problem.strayWalk.rawValue): 1"])
    }
}
