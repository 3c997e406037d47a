import MartletCatalog
import MartletEncoding
import MartletEngine
import MartletModel
import MartletTestSupport
import Testing

@Suite struct StreamReadingTests {
    private static let invalid = "validation: One or more parameter values were invalid: "

    @Test("each kind of iterator begins where it says")
    func places() throws {
        let database = try TestDatabase(TableRequest().streaming(.keysOnly))
        let arn = try database.streams()[0].arn
        let early = try database.iterator(arn, .latest)
        for key in ["a", "b", "c"] { try database.put(["pk": .text(key)]) }
        let numbers = try database.allRecords(arn).map(\.sequenceNumber)
        func keys(
            _ place: GetShardIterator.Place, _ number: String? = nil
        ) throws -> [AttributeValue?] {
            try database.records(try database.iterator(arn, place, number)).records
                .map { $0.keys.item["pk"] }
        }
        #expect(try keys(.trimHorizon) == ["a", "b", "c"])
        #expect(try keys(.latest) == [])
        #expect(try keys(.atSequenceNumber, numbers[1]) == ["b", "c"])
        #expect(try keys(.afterSequenceNumber, numbers[1]) == ["c"])
        #expect(try keys(.afterSequenceNumber, numbers[2]) == [])
        let start = try database.describeStream(arn).shards[0].startingSequenceNumber
        #expect(try keys(.atSequenceNumber, start) == ["a", "b", "c"])
        #expect(try database.records(early).records.count == 3)
        // An iterator can be used again.
        #expect(try database.records(early).records.count == 3)
    }

    @Test("an iterator by time begins with the first record of then or later")
    func times() throws {
        let database = try TestDatabase(TableRequest().streaming(.keysOnly))
        let arn = try database.streams()[0].arn
        let shard = try database.describeStream(arn).shards[0].id
        let start = database.clock.now
        func count(_ seconds: Double) throws -> Int {
            let iterator = try database.engine.run(
                GetShardIterator(
                    streamARN: arn, shardID: shard, place: .atTimestamp,
                    timestamp: Timestamp(secondsSince1970: seconds)))
            return try database.records(iterator).records.count
        }
        #expect(try count(start) == 0)
        for number in 0..<40 {
            try database.put(["pk": .text("a\(number)")])
            try database.put(["pk": .text("b\(number)")])
            database.clock.advance(seconds: 0.5)
        }
        #expect(try count(0) == 80 && count(-5) == 80 && count(start) == 80)
        for number in 0..<40 {
            let time = start + Double(number) / 2
            #expect(try count(time) == 80 - 2 * number)
            #expect(try count(time + 0.25) == 78 - 2 * number)
        }
        func refusal(_ timestamp: Timestamp?) -> String? {
            failure {
                try database.engine.run(
                    GetShardIterator(
                        streamARN: arn, shardID: shard, place: .atTimestamp, timestamp: timestamp))
            }
        }
        #expect(
            refusal(nil) == Self.invalid
                + "Timestamp must be specified for ShardIteratorType AT_TIMESTAMP")
        #expect(
            refusal(Timestamp(secondsSince1970: database.clock.now + 1))
                == Self.invalid + "Timestamp must not be in the future")
        // Beyond the newest record it is as LATEST.
        let latest = try database.engine.run(
            GetShardIterator(
                streamARN: arn, shardID: shard, place: .atTimestamp,
                timestamp: Timestamp(secondsSince1970: database.clock.now)))
        try database.put(["pk": "new"])
        #expect(try database.records(latest).records.count == 1)
    }

    @Test("pages end at the limit and before 1 MB, and together they are the whole")
    func pages() throws {
        let database = try TestDatabase(TableRequest().streaming(.newImage))
        let arn = try database.streams()[0].arn
        for number in 0..<9 {
            try database.put(["pk": .text("k\(number)"), "v": .filler(300_000)])
        }
        var next: String? = try database.iterator(arn)
        var counts: [Int] = []
        for _ in 0..<4 {
            let page = try database.records(try #require(next))
            #expect(page.records.reduce(0) { $0 + $1.sizeBytes } <= 1 << 20)
            counts.append(page.records.count)
            next = page.nextIterator
        }
        #expect(counts == [3, 3, 3, 0])
        #expect(try database.records(try database.iterator(arn), limit: 2).records.count == 2)
        try database.setStream(nil)
        let last = try database.records(try #require(next))
        #expect(last.records.isEmpty && last.nextIterator == nil)
    }

    @Test("the last page of a closed shard has no next iterator, also when the limit ends there")
    func closedEnd() throws {
        let database = try TestDatabase(TableRequest().streaming(.keysOnly))
        let arn = try database.streams()[0].arn
        for key in ["a", "b", "c"] { try database.put(["pk": .text(key)]) }
        try database.setStream(nil)
        let first = try database.records(try database.iterator(arn), limit: 2)
        #expect(first.records.count == 2 && first.nextIterator != nil)
        let second = try database.records(try #require(first.nextIterator), limit: 1)
        #expect(second.records.count == 1 && second.nextIterator == nil)
    }

    @Test("streams and shards are listed page by page")
    func listing() throws {
        let database = try TestDatabase(expiryInterval: .milliseconds(3))
        for name in ["Cee", "Abc", "Abd"] as [TableName] {
            try database.create(TableRequest(short: name).streaming())
        }
        try database.setStream(nil, of: "Abc")
        try database.setStream(.keysOnly, of: "Abc")
        let all = try database.streams(nil)
        #expect(all.map(\.table) == ["Abc", "Abc", "Abd", "Cee"])
        var found: [ListStreams.Stream] = []
        var start: String?
        repeat {
            let page = try database.engine.run(ListStreams(exclusiveStartARN: start, limit: 3))
            found += page.streams
            start = page.lastEvaluatedARN
        } while start != nil
        #expect(found == all)
        let ofOne = try database.engine.run(
            ListStreams(table: "Abc", exclusiveStartARN: all[0].arn, limit: 5))
        #expect(ofOne.streams == [all[1]] && ofOne.lastEvaluatedARN == nil)
        let beyond = try database.engine.run(
            ListStreams(table: "Abc", exclusiveStartARN: all[3].arn))
        #expect(beyond.streams.isEmpty)

        for count in 2...3 {
            database.clock.advance(seconds: 4 * 3600)
            #expect(
                try database.wait { () throws(OperationError) in
                    try database.describeStream(all[3].arn).shards.count == count
                })
        }
        let shards = try database.describeStream(all[3].arn).shards
        let first = try database.engine.run(DescribeStream(streamARN: all[3].arn, limit: 2))
        #expect(first.shards == Array(shards[..<2]))
        #expect(first.lastEvaluatedShardID == shards[1].id)
        let rest = try database.engine.run(
            DescribeStream(streamARN: all[3].arn, exclusiveStartShardID: shards[1].id))
        #expect(rest.shards == [shards[2]] && rest.lastEvaluatedShardID == nil)
        let children = try database.engine.run(
            DescribeStream(streamARN: all[3].arn, parentShardID: shards[0].id))
        #expect(children.shards == [shards[1]])
        let none = try database.engine.run(
            DescribeStream(
                streamARN: all[3].arn,
                exclusiveStartShardID: "shardId-00000000000000000000-00000000"))
        #expect(none.shards.isEmpty)
    }

    @Test("requests for what is not there, or cannot be, are refused in order")
    func refusals() throws {
        let database = try TestDatabase(TableRequest().streaming(), TableRequest(short: "Plain"))
        let arn = try database.streams()[0].arn
        try database.put(["pk": "a"])
        let number = try database.allRecords(arn)[0].sequenceNumber
        let shard = try database.describeStream(arn).shards[0]
        let otherARN = arn.replacing("Tab", with: "Tob")
        let foreign = arn.replacing("us-east-1", with: "eu-west-2")
        let missing = "not found: Requested resource not found: "

        #expect(try database.streams("Plain").isEmpty)
        #expect(failure { try database.streams("None") } == missing + "Table: None not found")
        for limit in [0, 101] {
            let text =
                limit == 0
                ? "validation: 1 validation error detected: Value '0' at 'limit' failed to "
                    + "satisfy constraint: Member must have value greater than or equal to 1"
                : Self.invalid + "Limit should be less than or equal to 100"
            #expect(failure { try database.engine.run(ListStreams(limit: limit)) } == text)
            #expect(
                failure {
                    try database.engine.run(DescribeStream(streamARN: "x", limit: limit))
                } == text)
        }
        for (text, expected) in [
            ("arn:aws:dynamodb:us-east-1:000000000000:table/Tab", "validation: Invalid StreamArn"),
            ("fake-stream-that-is-no-arn-of-anything", "validation: Invalid StreamArn"),
            (otherARN, missing + "Stream: \(otherARN) not found"),
            (foreign, missing + "Stream: \(foreign) not found"),
        ] {
            #expect(failure { try database.describeStream(text) } == expected)
            #expect(
                failure {
                    try database.engine.run(
                        GetShardIterator(streamARN: text, shardID: "x", place: .latest))
                } == expected)
        }
        #expect(
            failure { try database.engine.run(ListStreams(exclusiveStartARN: "no arn")) }
                == "validation: Invalid StreamArn")

        func iterator(
            _ place: GetShardIterator.Place, _ number: String?, shard id: String? = nil
        ) -> String? {
            failure {
                try database.engine.run(
                    GetShardIterator(
                        streamARN: arn, shardID: id ?? shard.id, place: place,
                        sequenceNumber: number))
            }
        }
        #expect(
            iterator(.atSequenceNumber, nil, shard: "shardId-other")
                == missing + "Shard does not exist")
        #expect(
            iterator(.atSequenceNumber, nil)
                == Self.invalid
                + "SequenceNumber must be specified for ShardIteratorType AT_SEQUENCE_NUMBER")
        let before = String(repeating: "0", count: 21)
        for wrong in [before, "2" + number.dropFirst(), "x" + number.dropFirst(), number + "0"] {
            #expect(
                iterator(.afterSequenceNumber, wrong)
                    == Self.invalid + "SequenceNumber is not in the range of the shard", "\(wrong)")
        }
        #expect(iterator(.latest, number) == nil)

        #expect(
            failure { try database.records("x", limit: 1001) }
                == Self.invalid + "Limit should be less than or equal to 1000")
        let good = try database.iterator(arn)
        for broken in ["x", "a|1|b", good + "0", String(good.dropLast()), "b" + good] {
            #expect(failure { try database.records(broken) } == "validation: Invalid ShardIterator")
        }
    }
}
