import MartletCatalog
import MartletEncoding
import MartletEngine
import MartletModel
import MartletTestSupport
import Testing

@Suite struct StreamLifecycleTests {
    private static let hour = 3600.0

    /// Background work is prompt, so that only the test's clock decides.
    private func database() throws -> TestDatabase {
        try TestDatabase(TableRequest().streaming(), expiryInterval: .milliseconds(3))
    }

    private func shards(_ database: TestDatabase, _ arn: String) throws -> [DescribeStream.Shard] {
        try database.describeStream(arn).shards
    }

    @Test("switching a stream off closes it, switching it on makes another; both are listed")
    func offAndOn() throws {
        let database = try TestDatabase(TableRequest().streaming())
        let first = try database.streams()[0]
        #expect(
            first.arn
                == "arn:aws:dynamodb:us-east-1:000000000000:table/Tab/stream/2026-09-21T14:13:20.000"
        )
        #expect(first.label == "2026-09-21T14:13:20.000")
        try database.put(["pk": "a"])
        try database.setStream(nil)
        #expect(try database.describe().definition.stream == nil)
        #expect(try database.describe().latestStreamLabel == first.label)
        try database.put(["pk": "unseen"])
        // In the same millisecond: the label is a later one all the same.
        try database.setStream(.keysOnly)
        let second = try database.streams()[1]
        #expect(second.label == "2026-09-21T14:13:20.001")
        #expect(try database.definition().stream?.label == second.label)
        try database.put(["pk": "b"])

        let described = try database.describeStream(first.arn)
        #expect(described.stream.disabled != nil && described.stream.viewType == .newAndOldImages)
        #expect(described.shards.count == 1 && described.shards[0].endingSequenceNumber != nil)
        #expect(try database.allRecords(first.arn).map(\.event) == [.insert])
        #expect(try database.allRecords(second.arn).count == 1)
        let reopened = try database.reopened()
        #expect(try reopened.streams() == [first, second])
        #expect(try reopened.findings() == [])
    }

    @Test("a deleted table's stream can be read, and a new table of its name has its own")
    func deletedTable() throws {
        let database = try TestDatabase(TableRequest().streaming())
        let arn = try database.streams()[0].arn
        try database.put(["pk": "a"])
        _ = try database.engine.run(DeleteTable(table: "Tab"))
        #expect(try database.describeStream(arn).stream.disabled != nil)
        #expect(try database.allRecords(arn).count == 1)
        #expect(try database.streams().count == 1)
        #expect(try database.findings() == [])
        try database.create(TableRequest().streaming())
        try database.put(["pk": "b"])
        let streams = try database.streams()
        #expect(streams.count == 2 && streams[1].arn != arn)
        #expect(try database.allRecords(streams[1].arn).map { $0.keys.item["pk"] } == ["b"])
        #expect(try database.describe().latestStreamLabel == streams[1].label)
        #expect(try database.findings() == [])
    }

    @Test("after four hours the next shard follows, and a reader passes from one to the other")
    func shardsFollow() throws {
        let database = try database()
        let arn = try database.streams()[0].arn
        try database.put(["pk": "a"])
        let latest = try database.iterator(arn, .latest)
        for count in 2...4 {
            database.clock.advance(seconds: 4 * Self.hour)
            #expect(
                try database.wait { () throws(OperationError) in
                    try database.describeStream(arn).shards.count == count
                })
            try database.put(["pk": .text("k\(count)")])
        }
        let shards = try shards(database, arn)
        #expect(shards.map(\.parentID) == [nil] + shards.dropLast().map(\.id))
        #expect(Set(shards.map(\.id)).count == 4)
        #expect(shards.map(\.id) == shards.map(\.id).sorted())
        #expect(shards.map { $0.endingSequenceNumber == nil } == [false, false, false, true])
        var bounds: [String] = []
        for shard in shards {
            bounds.append(shard.startingSequenceNumber)
            if let last = shard.endingSequenceNumber { bounds.append(last) }
        }
        #expect(bounds == Set(bounds).sorted())
        #expect(try database.allRecords(arn).count == 4)
        for shard in shards.indices {
            let page = try database.records(try database.iterator(arn, shard: shard))
            #expect(page.records.count == 1)
            #expect((page.nextIterator == nil) == (shard < 3))
        }
        #expect(failure { try database.records(latest) } == "iterator expired")
        let closed = try database.records(try database.iterator(arn, shard: 0, .latest))
        #expect(closed.records.isEmpty && closed.nextIterator == nil)
        #expect(try database.findings() == [])
    }

    @Test("records go after a day, with the shards that have none left; the rest stays")
    func trimming() throws {
        let database = try database()
        let arn = try database.streams()[0].arn
        try database.put(["pk": "old"])
        let old = try database.allRecords(arn)[0].sequenceNumber
        let shard = try shards(database, arn)[0]
        // The shard is not four hours old, so both are in it.
        database.clock.advance(seconds: 3 * Self.hour)
        try database.put(["pk": "young"])
        database.clock.advance(seconds: 21 * Self.hour - 300)
        let iterator = try database.iterator(arn, .atSequenceNumber, old)
        let horizon = try database.iterator(arn)
        #expect(try database.records(iterator).records.count == 2)
        database.clock.advance(seconds: 400)
        #expect(
            try database.wait { () throws(OperationError) in
                try database.allRecords(arn).count == 1
            })
        #expect(failure { try database.records(iterator) } == "data trimmed")
        #expect(try database.records(horizon).records.map { $0.keys.item["pk"] } == ["young"])
        for place in [GetShardIterator.Place.atSequenceNumber, .afterSequenceNumber] {
            #expect(
                failure {
                    try database.engine.run(
                        GetShardIterator(
                            streamARN: arn, shardID: shard.id, place: place, sequenceNumber: old))
                } == "data trimmed")
        }
        database.clock.advance(seconds: 25 * Self.hour)
        #expect(
            try database.wait { () throws(OperationError) in
                try database.describeStream(arn).shards.allSatisfy { $0.id != shard.id }
            })
        #expect(try database.allRecords(arn).isEmpty)
        #expect(
            failure {
                try database.engine.run(
                    GetShardIterator(streamARN: arn, shardID: shard.id, place: .trimHorizon))
            } == "not found: Requested resource not found: Shard does not exist")
        try database.put(["pk": "new"])
        #expect(try database.allRecords(arn).count == 1)
        #expect(try database.findings() == [])
        let rows = database.dump().filter { $0.hasPrefix("streamRecord") }
        #expect(rows.count == 1)
    }

    @Test("a day after its end a stream is gone with all of its rows, and its table's others stay")
    func removal() throws {
        let database = try database()
        let first = try database.streams()[0].arn
        try database.put(["pk": "a"])
        try database.setStream(nil)
        try database.setStream(.newImage)
        database.clock.advance(seconds: 23 * Self.hour)
        try database.put(["pk": "b"])
        #expect(try database.describeStream(first).shards.count == 1)
        database.clock.advance(seconds: 2 * Self.hour)
        #expect(
            try database.wait { () throws(OperationError) in try database.streams().count == 1 })
        #expect(
            failure { try database.describeStream(first) }
                == "not found: Requested resource not found: Stream: \(first) not found")
        #expect(try database.allRecords(try database.streams()[0].arn).count == 1)
        #expect(try database.findings() == [])

        _ = try database.engine.run(DeleteTable(table: "Tab"))
        database.clock.advance(seconds: 25 * Self.hour)
        #expect(
            try database.wait { () throws(OperationError) in try database.streams(nil).isEmpty })
        #expect(
            failure { try database.streams() }
                == "not found: Requested resource not found: Table: Tab not found")
        #expect(!database.dump().contains { $0.hasPrefix("stream") })
        #expect(try database.findings() == [])
    }

    @Test("an iterator lives for 15 minutes from when it was given out")
    func expiredIterators() throws {
        let database = try TestDatabase(TableRequest().streaming())
        let arn = try database.streams()[0].arn
        let iterator = try database.iterator(arn)
        database.clock.advance(seconds: 899)
        let next = try #require(try database.records(iterator).nextIterator)
        database.clock.advance(seconds: 2)
        #expect(failure { try database.records(iterator) } == "iterator expired")
        #expect(try database.records(next).records.isEmpty)
    }
}
