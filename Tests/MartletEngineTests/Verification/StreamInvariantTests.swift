import MartletCatalog
import MartletEncoding
import MartletEngine
import MartletKeyValue
import MartletModel
import MartletTestSupport
import Testing

/// What the checker finds of streams, damaged one way at a time.
@Suite struct StreamInvariantTests {
    typealias Problem = InvariantFinding.Problem

    private func problems(
        _ damage: (TestDatabase, StreamDefinition, inout WriteBatch) throws -> Void
    ) throws -> [String] {
        let database = try TestDatabase(TableRequest().streaming())
        try database.put(["pk": "a", "v": 1])
        try database.put(["pk": "a", "v": 2])
        #expect(try database.findings() == [])
        let stream = try database.describeStream(database.streams()[0].arn).stream
        var batch = WriteBatch()
        try damage(database, stream, &batch)
        try database.store.commit(batch, .sync)
        return try database.engine.checkInvariants().map {
            "\($0.problem.rawValue): \($0.rowCount)"
        }
    }

    private func key(_ stream: StreamDefinition) -> [UInt8] {
        StreamKey.stream(stream.label, of: stream.table)
    }

    @Test("a stream that cannot be read, is missing, or is not the table's is found")
    func streams() throws {
        let unreadable = try problems { _, stream, batch in batch.put(key(stream), [1]) }
        #expect(unreadable.contains("\(Problem.unreadableStream.rawValue): 1"))
        let missing = try problems { _, stream, batch in batch.delete(key(stream)) }
        #expect(missing.contains("\(Problem.strayStream.rawValue): 1"))
        #expect(missing.contains { $0.hasPrefix(Problem.orphanedRow.rawValue) })
        #expect(
            try problems { _, stream, batch in
                var other = stream
                other.viewType = .keysOnly
                batch.put(key(other), other.record.bytes)
            }.contains("\(Problem.strayStream.rawValue): 1"))
        #expect(
            try problems { database, stream, batch in
                var other = stream
                other.tableID = 77
                other.label = "later"
                batch.put(key(other), other.record.bytes)
            } == ["\(Problem.strayStream.rawValue): 1"])
        #expect(
            try problems { _, stream, batch in
                batch.put(StreamKey.stream("2026", of: stream.table), stream.record.bytes)
            } == ["\(Problem.unreadableStream.rawValue): 1"])
    }

    @Test("shards that do not follow each other, or are open when they should not be, are found")
    func shards() throws {
        let changes: [(inout StreamDefinition) -> Void] = [
            { $0.shards[0].closed = $0.created },
            { $0.shards.append($0.shards[0]) },
            { $0.shards[0].first = 4_000 },
        ]
        for change in changes {
            let found = try problems { _, stream, batch in
                var stream = stream
                change(&stream)
                batch.put(key(stream), stream.record.bytes)
            }
            #expect(found.contains { $0.hasPrefix(Problem.disorderedShards.rawValue) })
        }
    }

    @Test("a record that is damaged, in no shard, or not as its stream shows it is found")
    func records() throws {
        func first(_ database: TestDatabase) throws -> (key: [UInt8], value: [UInt8]) {
            let prefix = [KeySpace.streamRecord.rawValue, 0]
            return try #require(try database.store.cursor(over: .prefix(prefix), .forward).next())
        }
        #expect(
            try problems { database, _, batch in
                var (key, value) = try first(database)
                value[3] ^= 1
                batch.put(key, value)
            } == ["\(Problem.unreadableStreamRecord.rawValue): 1"])
        #expect(
            try problems { database, stream, batch in
                let (_, value) = try first(database)
                batch.put(StreamKey.record(stream.tableID, 1), value)
                batch.put(StreamKey.record(stream.tableID, 1_000), value)
            } == ["\(Problem.strayStreamRecord.rawValue): 2"])
        #expect(
            try problems { database, _, batch in
                let (key, value) = try first(database)
                var record = try StreamRecord(stored: value)
                record.event = .modify
                batch.put(key, record.bytes)
            } == ["\(Problem.wrongStreamRecord.rawValue): 1"])
        #expect(
            try problems { database, _, batch in
                batch.put(StreamKey.record(999, 2), try first(database).value)
            } == ["\(Problem.orphanedRow.rawValue): 1"])
    }
}
