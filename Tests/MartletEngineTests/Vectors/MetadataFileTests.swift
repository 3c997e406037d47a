import Glibc
import MartletEncoding
import MartletIndexes
import MartletKeyValue
import MartletModel
import MartletTestBasics
import MartletTestSupport
import MartletVectors
import MartletThreads
import Testing

@testable import MartletEngine

@Suite struct MetadataFileTests {
    /// Writes columns to a file and gives its path to `body`.
    private func withFile<Result>(
        _ columns: borrowing MetadataColumns, _ body: (String) throws -> Result
    ) throws -> Result {
        let temporary = try TemporaryFolder()
        return try withExtendedLifetime(temporary) {
            let path = temporary.path + "/columns"
            let file = try IndexFileWriter(path: path)
            try MetadataParts(columns).write(to: file)
            try file.finish()
            return try body(path)
        }
    }

    private func section(_ kind: UInt32, of file: IndexFile) throws -> [UInt8] {
        Array(try #require(try file.bytes(of: IndexSection(rawValue: kind))))
    }

    @Test("bytes are as the format says")
    func golden() throws {
        var columns = MetadataColumns()
        columns.set(1, ["n": 7])
        columns.set(2, nil)
        columns.set(4, ["n": .text(String(repeating: "x", count: 200))])
        try withFile(columns) { path in
            let file = try IndexFile(path: path)
            // Version 1, one column, one number; pairs with doubles, a name of one byte, two pairs.
            #expect(
                try section(0x1008, of: file)
                    == [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]
                    + [2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0] + [0x6E])
            // The column's number and the record of the value.
            let text = try section(0x1009, of: file)
            #expect(Array(text.prefix(4)) == [0, 0, 0, 0])
            #expect(Array(text.dropFirst(4)) == Array(RecordPart.encoded(7)))
            #expect(try section(0x100C, of: file) == [1, 0, 0, 0])
            #expect(
                try section(0x100D, of: file)
                    == [0, 0, 0, 0, 0xFE, 0xFF, 0xFF, 0xFF, 1, 0, 0, 0, 4, 0, 0, 0]
                    + [0, 0, 0, 0, 0, 0, 0x1C, 0x40, 0, 0, 0, 0, 0, 0, 0xF8, 0x7F])
            #expect(try section(0x100E, of: file) == [0b10010, 0, 0, 0, 0, 0, 0, 0])
            #expect(try section(0x100F, of: file) == [0b10110, 0, 0, 0, 0, 0, 0, 0])
        }
    }

    @Test("columns that were written and read answer as before, and go on from there")
    func roundTrip() throws {
        var random = SeededRandom(seed: testSetting("MARTLET_TEST_SEED") ?? 0x3E7A)
        for count in [0, 1, 40, 900] {
            var columns = MetadataColumns()
            var model: [Slot: AttributeMap?] = [:]
            for _ in 0..<count {
                let slot = Slot(random.below(600))
                let metadata = MetadataSample.metadata(&random)
                columns.set(slot, metadata)
                model[slot] = metadata
            }
            var read = MetadataColumns()
            let isRead = try withFile(columns) { path in
                try read.replace(with: IndexFile(path: path), slotLimit: 600)
            }
            #expect(isRead)
            for round in 0..<2 {
                for _ in 0..<20 {
                    let filter = MetadataSample.filter(&random)
                    let fault = MetadataSample.fault(&read, filter, model)
                    #expect(fault == nil, "\(filter), \(random)")
                }
                if round == 1 { break }
                for _ in 0..<count {
                    let slot = Slot(random.below(700))
                    if random.chance(1, in: 3) {
                        read.clear(slot)
                        model[slot] = nil
                    } else {
                        let metadata = MetadataSample.metadata(&random)
                        read.set(slot, metadata)
                        model[slot] = metadata
                    }
                }
            }
        }
    }

    @Test("a file cut short by its own account, or with slots beyond the graph's, is refused")
    func misfit() throws {
        var columns = MetadataColumns()
        for slot in 0..<200 as Range<Slot> { columns.set(slot, ["n": .integer(Int(slot))]) }
        try withFile(columns) { path in
            var read = MetadataColumns()
            #expect(throws: VectorError.self) {
                _ = try read.replace(with: IndexFile(path: path), slotLimit: 100)
            }
        }
    }

    @Test("an index opens with its metadata from the file, and from the items where it has none")
    func opening() throws {
        let temporary = try TemporaryFolder()
        try withExtendedLifetime(temporary) {
            var random = SeededRandom(seed: 31)
            let folder = temporary.path + "/vectors"
            let red = MetadataField("color") == 1
            let long =
                MetadataField("long").contains("t1t1") && MetadataField("color").exists
            func check(_ fixture: VectorFixture, _ comment: String) throws {
                for (filter, test) in [
                    (red, { (item: KnownItem) in item.color == 1 }),
                    (long, { $0.tenant == "t1" && $0.color != nil }),
                ] {
                    let found = try fixture.names([Float](repeating: 0, count: 6), k: 600, filter)
                    #expect(
                        found == Set(fixture.items.filter { test($0.value) }.keys), "\(comment)")
                }
            }
            var fixture = try VectorFixture(MemoryStore(), folder: folder, metadata: "meta")
            for _ in 0..<10 {
                try fixture.write(
                    (0..<50).map { _ in
                        (
                            name: "i\(random.below(700))",
                            item: KnownItem.random(
                                &random, dimensions: VectorFixture.dimensions)
                        )
                    })
            }
            fixture.settle()
            try check(fixture, "made")
            for isOld in [false, true, false] {
                let rows = try (fixture.store as! MemoryStore).memorySnapshot()
                fixture.close()
                // A file as it was before there were columns in it.
                if isOld {
                    fixture.live.columnSource.withLock { $0 = nil }
                    fixture.live.book.withLock { $0.hasColumns = false }
                }
                _ = fixture.live.writeCheckpoint()
                fixture = try VectorFixture(
                    MemoryStore(contentsOf: rows), folder: folder, items: fixture.items,
                    metadata: "meta")
                #expect(fixture.logged.all == [])
                for _ in 0..<10_000 where !fixture.live.filters { usleep(1000) }
                try check(fixture, "opened, old: \(isOld)")
                try fixture.write([
                    (
                        "new \(isOld)",
                        KnownItem.random(&random, dimensions: VectorFixture.dimensions)
                    )
                ])
                fixture.settle()
                try check(fixture, "changed, old: \(isOld)")
            }
            fixture.close()
        }
    }

    @Test("damaged metadata in a file are read from the items, and a line says so")
    func damage() throws {
        let temporary = try TemporaryFolder()
        try withExtendedLifetime(temporary) {
            var random = SeededRandom(seed: 32)
            let folder = temporary.path + "/vectors"
            let first = try VectorFixture(MemoryStore(), folder: folder, metadata: "meta")
            try first.write(
                (0..<300).map {
                    ("i\($0)", KnownItem.random(&random, dimensions: VectorFixture.dimensions))
                })
            first.settle()
            let rows = try (first.store as! MemoryStore).memorySnapshot()
            first.close()
            _ = first.live.writeCheckpoint()
            let path = folder + "/2/graph"
            var bytes = try bytes(ofFile: path)
            // The last section is the bits of slots that are known; its page begins with them.
            bytes[bytes.count - 4096] ^= 1
            try write(bytes, toFile: path)
            let second = try VectorFixture(
                MemoryStore(contentsOf: rows), folder: folder, items: first.items,
                metadata: "meta")
            for _ in 0..<10_000 where !second.live.filters { usleep(1000) }
            let found = try second.names(
                [Float](repeating: 0, count: 6), k: 300, MetadataField("color") == 1)
            #expect(found == Set(first.items.filter { $0.value.color == 1 }.keys))
            #expect(second.logged.all.count == 1)
            #expect(second.logged.all[0].contains(path))
            second.close()
        }
    }
}
