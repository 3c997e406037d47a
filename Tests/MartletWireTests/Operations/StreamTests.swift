import MartletCatalog
import MartletEncoding
import MartletEngine
import MartletModel
import Testing

@testable import MartletWire

/// The four operations of the streams service. Constraints are those of the service's model; in
/// which order it checks members is not known, so where two are wrong the order is ours.
@Suite struct StreamTests {
    private static let arn = "arn:aws:dynamodb:eu-west-2:000000000000:table/Tab/stream/2026"
    private static let shard = "shardId-00000001795168899632-9e3779b1"

    private static func short(_ value: String, _ path: String, _ length: Int) -> String {
        "Value '\(value)' at '\(path)' failed to satisfy constraint: "
            + "Member must have length greater than or equal to \(length)"
    }

    private static func long(_ value: String, _ path: String, _ length: Int) -> String {
        "Value '\(value)' at '\(path)' failed to satisfy constraint: "
            + "Member must have length less than or equal to \(length)"
    }

    private static let noLimit =
        "Value '0' at 'limit' failed to satisfy constraint: "
        + "Member must have value greater than or equal to 1"

    @Test("ListStreams refuses names, ARNs and limits that break the model")
    func listStreams() throws {
        expectRefusals(
            of: ListStreams.self,
            [
                (#"{"Limit":0}"#, Texts.joined(Self.noLimit)),
                (
                    #"{"TableName":"a/b"}"#, Texts.joined(Texts.patternName)
                ),
                (#"{"TableName":"ab"}"#, Texts.joined(Self.short("ab", "tableName", 3))),
                (
                    #"{"ExclusiveStartStreamArn":"arn"}"#,
                    Texts.joined(Self.short("arn", "exclusiveStartStreamArn", 37))
                ),
                (
                    #"{"ExclusiveStartStreamArn":"arn","TableName":"ab","Limit":0}"#,
                    Texts.joined(
                        Self.short("ab", "tableName", 3),
                        Self.short("arn", "exclusiveStartStreamArn", 37), Self.noLimit)
                ),
            ])
        let plain = try decode(ListStreams.self, "{}").operation
        #expect(plain.table == nil && plain.exclusiveStartARN == nil && plain.limit == 100)
        let full = try decode(
            ListStreams.self,
            #"{"TableName":"Tab","ExclusiveStartStreamArn":"\#(Self.arn)","Limit":7}"#
        ).operation
        #expect(full.table == "Tab" && full.exclusiveStartARN == Self.arn && full.limit == 7)
    }

    @Test("DescribeStream refuses what breaks the model")
    func describeStream() throws {
        let arn = #""StreamArn":"\#(Self.arn)""#
        expectRefusals(
            of: DescribeStream.self,
            [
                ("{}", Texts.joined(Texts.null("streamArn"))),
                (#"{"StreamArn":"x"}"#, Texts.joined(Self.short("x", "streamArn", 37))),
                ("{\(arn),\"Limit\":0}", Texts.joined(Self.noLimit)),
                (
                    #"{\#(arn),"ExclusiveStartShardId":"shardId"}"#,
                    Texts.joined(Self.short("shardId", "exclusiveStartShardId", 28))
                ),
                (
                    #"{\#(arn),"ShardFilter":{"Type":"X","ShardId":"y"}}"#,
                    Texts.joined(
                        Texts.choice("X", "shardFilter.type", "CHILD_SHARDS"),
                        Self.short("y", "shardFilter.shardId", 28))
                ),
            ])
        let full = try decode(
            DescribeStream.self,
            #"{\#(arn),"Limit":2,"ExclusiveStartShardId":"\#(Self.shard)","ShardFilter":{"Type":"CHILD_SHARDS","ShardId":"\#(Self.shard)"}}"#
        ).operation
        #expect(full.streamARN == Self.arn && full.limit == 2)
        #expect(full.exclusiveStartShardID == Self.shard && full.parentShardID == Self.shard)
        let half = try decode(
            DescribeStream.self, #"{\#(arn),"ShardFilter":{"ShardId":"\#(Self.shard)"}}"#)
        #expect(half.operation.parentShardID == nil && half.operation.limit == 100)
    }

    @Test("GetShardIterator refuses what breaks the model")
    func getShardIterator() throws {
        let place = #""StreamArn":"\#(Self.arn)","ShardId":"\#(Self.shard)""#
        let types =
            "AFTER_SEQUENCE_NUMBER, LATEST, AT_TIMESTAMP, AT_SEQUENCE_NUMBER, TRIM_HORIZON"
        let nines = String(repeating: "9", count: 41)
        expectRefusals(
            of: GetShardIterator.self,
            [
                (
                    "{}",
                    Texts.joined(
                        Texts.null("streamArn"), Texts.null("shardId"),
                        Texts.null("shardIteratorType"))
                ),
                (
                    #"{\#(place),"ShardIteratorType":"AT_TIME"}"#,
                    Texts.joined(Texts.choice("AT_TIME", "shardIteratorType", types))
                ),
                (
                    #"{\#(place),"ShardIteratorType":"LATEST","SequenceNumber":"1"}"#,
                    Texts.joined(Self.short("1", "sequenceNumber", 21))
                ),
                (
                    #"{\#(place),"ShardIteratorType":"LATEST","SequenceNumber":"\#(nines)"}"#,
                    Texts.joined(Self.long(nines, "sequenceNumber", 40))
                ),
                (
                    #"{"StreamArn":"\#(Self.arn)","ShardId":"a","ShardIteratorType":"LATEST"}"#,
                    Texts.joined(Self.short("a", "shardId", 28))
                ),
            ])
        for name in types.split(separator: ", ") {
            let request = try decode(
                GetShardIterator.self, #"{\#(place),"ShardIteratorType":"\#(name)"}"#)
            #expect(request.operation.place.rawValue == name)
        }
        for (json, seconds) in [
            ("1791316726.480", 1_791_316_726.48), ("7", 7), ("1.5e3", 1500), ("null", nil),
        ] as [(String, Double?)] {
            let request = try decode(
                GetShardIterator.self,
                #"{\#(place),"ShardIteratorType":"AT_TIMESTAMP","Timestamp":\#(json)}"#)
            #expect(request.operation.timestamp?.secondsSince1970 == seconds)
        }
        #expect(
            failure(GetShardIterator.self, #"{"Timestamp":"2026"}"#)
                == .serialization("STRING_VALUE cannot be converted to Timestamp"))
    }

    @Test("GetRecords refuses what breaks the model")
    func getRecords() throws {
        let long = String(repeating: "a", count: 2049)
        expectRefusals(
            of: GetRecords.self,
            [
                ("{}", Texts.joined(Texts.null("shardIterator"))),
                (
                    #"{"ShardIterator":"","Limit":0}"#,
                    Texts.joined(Self.short("", "shardIterator", 1), Self.noLimit)
                ),
                (
                    #"{"ShardIterator":"\#(long)"}"#,
                    Texts.joined(Self.long(long, "shardIterator", 2048))
                ),
            ])
        let request = try decode(GetRecords.self, #"{"ShardIterator":"a"}"#).operation
        #expect(request.iterator == "a" && request.limit == 1000)
    }

    @Test("a record's answer has the members that the service's has, and no others")
    func recordAnswer() throws {
        func record(isExpiry: Bool) -> GetRecords.Record {
            GetRecords.Record(
                eventID: "e", event: isExpiry ? .remove : .modify, isExpiry: isExpiry,
                secondsSince1970: 1_790_000_000, sequenceNumber: "100000000000000000001",
                keys: ItemRecord(["pk": .string("a")]),
                oldImage: ItemRecord(["pk": .string("a"), "v": .null]),
                newImage: isExpiry ? nil : ItemRecord(["pk": .string("a")]))
        }
        let request = try decode(GetRecords.self, #"{"ShardIterator":"a"}"#)
        let output = GetRecords.Output(
            records: [record(isExpiry: false), record(isExpiry: true)], nextIterator: "n",
            viewType: .newAndOldImages, region: "eu-west-2")
        let start =
            #","eventVersion":"1.1","eventSource":"aws:dynamodb","awsRegion":"eu-west-2","#
            + #""dynamodb":{"ApproximateCreationDateTime":1790000000.0,"Keys":{"pk":{"S":"a"}},"#
        let end = #""StreamViewType":"NEW_AND_OLD_IMAGES"}"#
        #expect(
            encoded(output, for: request)
                == #"{"Records":[{"eventID":"e","eventName":"MODIFY""# + start
                + #""NewImage":{"pk":{"S":"a"}},"OldImage":{"pk":{"S":"a"},"v":{"NULL":true}},"#
                + #""SequenceNumber":"100000000000000000001","SizeBytes":11,"# + end
                + #"},{"eventID":"e","eventName":"REMOVE""# + start
                + #""OldImage":{"pk":{"S":"a"},"v":{"NULL":true}},"#
                + #""SequenceNumber":"100000000000000000001","SizeBytes":8,"# + end
                + #","userIdentity":{"Type":"Service","PrincipalId":"dynamodb.amazonaws.com"}}],"#
                + #""NextShardIterator":"n"}"#)
        #expect(
            encoded(
                GetRecords.Output(
                    records: [], nextIterator: nil, viewType: .keysOnly, region: "r"),
                for: request) == #"{"Records":[]}"#)
    }

    @Test("streams are a service of their own: each operation has its service's name before it")
    func targets() {
        func operation(_ target: String) -> OperationName? {
            Array(target.utf8).withUnsafeBufferPointer { OperationName(target: $0) }
        }
        for name in ["ListStreams", "DescribeStream", "GetShardIterator", "GetRecords"] {
            #expect(operation("DynamoDBStreams_20120810.\(name)")?.rawValue == name)
            #expect(operation("DynamoDB_20120810.\(name)") == nil)
        }
        #expect(operation("DynamoDB_20120810.ListTables") == .listTables)
        #expect(operation("DynamoDBStreams_20120810.ListTables") == nil)
        #expect(operation("") == nil)
    }

    @Test("what the engine refuses has the service's names and texts")
    func errors() {
        func body(_ error: OperationError) -> String {
            var writer = JSONWriter()
            ErrorShape(error).write(to: &writer)
            return String(decoding: writer.bytes, as: UTF8.self)
        }
        let prefix = #"{"__type":"com.amazonaws.dynamodb.v20120810#"#
        #expect(
            body(.iteratorExpired)
                == prefix + #"ExpiredIteratorException","#
                + #""message":"The provided iterator exceeds the maximum age allowed."}"#)
        #expect(
            body(.dataTrimmed)
                == prefix + #"TrimmedDataAccessException","#
                + #""message":"The data you are trying to access has been trimmed"}"#)
    }
}
