import MartletCatalog
@testable import MartletEngine
import MartletModel
import Testing

@testable import MartletWire

private let required =
    "The parameter 'TableName' is required but was not present in the request"
private let tooShort =
    "TableName must be at least 3 characters long and at most 255 characters long"

@Suite struct CreateTableTests {
    private func create(_ members: String) -> String { #"{"TableName":"tab",\#(members)}"# }

    private let key =
        #""KeySchema":[{"AttributeName":"a","KeyType":"HASH"}],"#
        + #""AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"}]"#

    @Test("a member's constraints are checked together, after the table's name")
    func order() {
        func range(_ path: String) -> String {
            "Value '0' at '\(path)' failed to satisfy constraint: "
                + "Member must have value greater than or equal to 1"
        }
        let longSchema = Array(repeating: #"{"AttributeName":"a","KeyType":"HASH"}"#, count: 3)
            .joined(separator: ",")
        let echo = Array(
            repeating: "KeySchemaElement(attributeName=a, keyType=HASH)", count: 3
        ).joined(separator: ", ")
        expectRefusals(
            of: CreateTable.self,
            [
                (#"{"KeySchema":[]}"#, required),
                (
                    #"{"TableName":"a!"}"#,
                    Texts.joined(
                        "Value 'a!' at 'tableName' failed to satisfy constraint: "
                            + "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
                        "Value 'a!' at 'tableName' failed to satisfy constraint: "
                            + "Member must have length greater than or equal to 3")
                ),
                (
                    #"{"TableName":"tab"}"#,
                    Texts.joined(Texts.null("keySchema"), Texts.null("attributeDefinitions"))
                ),
                (
                    create(
                        #""BillingMode":"X","ProvisionedThroughput":{"ReadCapacityUnits":0},"#
                            + #""KeySchema":[{"KeyType":"X"}],"AttributeDefinitions":[{"AttributeName":"","#
                            + #""AttributeType":"X"}],"TableClass":"X","#
                            + #""StreamSpecification":{"StreamViewType":"X"}"#),
                    Texts.joined(
                        Texts.choice("X", "billingMode", "PROVISIONED, PAY_PER_REQUEST"),
                        Texts.null("provisionedThroughput.writeCapacityUnits"),
                        range("provisionedThroughput.readCapacityUnits"),
                        Texts.null("keySchema.1.member.attributeName"),
                        Texts.choice("X", "keySchema.1.member.keyType", "HASH, RANGE"),
                        "Value '' at 'attributeDefinitions.1.member.attributeName' failed to "
                            + "satisfy constraint: "
                            + "Member must have length greater than or equal to 1",
                        Texts.choice(
                            "X", "attributeDefinitions.1.member.attributeType", "B, N, S"),
                        Texts.choice("X", "tableClass", "STANDARD, STANDARD_INFREQUENT_ACCESS"),
                        Texts.null("streamSpecification.streamEnabled"),
                        Texts.choice(
                            "X", "streamSpecification.streamViewType",
                            "NEW_IMAGE, OLD_IMAGE, NEW_AND_OLD_IMAGES, KEYS_ONLY"))
                ),
                (
                    create(
                        #""KeySchema":[\#(longSchema)],"AttributeDefinitions":[{"AttributeName":"a","#
                            + #""AttributeType":"S"}]"#),
                    Texts.joined(
                        "Value '[\(echo)]' at 'keySchema' failed to satisfy constraint: "
                            + "Member must have length less than or equal to 2")
                ),
                (
                    create(
                        key
                            + #","LocalSecondaryIndexes":[{"IndexName":"a"}],"GlobalSecondaryIndexes":[{}]"#
                    ),
                    Texts.joined(
                        "Value 'a' at 'localSecondaryIndexes.1.member.indexName' failed to satisfy "
                            + "constraint: Member must have length greater than or equal to 3",
                        Texts.null("localSecondaryIndexes.1.member.keySchema"),
                        Texts.null("localSecondaryIndexes.1.member.projection"),
                        Texts.null("globalSecondaryIndexes.1.member.indexName"),
                        Texts.null("globalSecondaryIndexes.1.member.keySchema"),
                        Texts.null("globalSecondaryIndexes.1.member.projection"))
                ),
            ])
        let model = "com.amazonaws.dynamodb.v20120810"
        let shapes: [(String, String)] = [
            (#""KeySchema":{}"#, "Start of structure or map found where not expected"),
            (#""KeySchema":[[]]"#, "Unrecognized collection type class \(model).KeySchemaElement"),
            (#""AttributeDefinitions":["a"]"#, "Unexpected value type in payload"),
            (
                #""ProvisionedThroughput":[]"#,
                "Unrecognized collection type class \(model).ProvisionedThroughput"
            ),
            (
                #""ProvisionedThroughput":{"ReadCapacityUnits":"1"}"#,
                "STRING_VALUE cannot be converted to Long"
            ),
            (#""GlobalSecondaryIndexes":[{"Projection":1}]"#, "Unexpected field type"),
        ]
        for (members, text) in shapes {
            #expect(failure(CreateTable.self, create(members)) == .serialization(text))
        }
    }

    @Test("a sound request becomes the catalogue's request, member for member")
    func decodes() throws {
        let request = try decode(
            CreateTable.self,
            create(
                key
                    + #","BillingMode":"PAY_PER_REQUEST","OnDemandThroughput":{"MaxReadRequestUnits":5},"#
                    + #""GlobalSecondaryIndexes":[{"IndexName":"idx","KeySchema":[{"AttributeName":"a","#
                    + #""KeyType":"HASH"}],"Projection":{"ProjectionType":"INCLUDE","#
                    + #""NonKeyAttributes":["b"]}}],"StreamSpecification":{"StreamEnabled":true,"#
                    + #""StreamViewType":"KEYS_ONLY"},"SSESpecification":{"Enabled":true,"SSEType":"KMS"},"#
                    + #""Tags":[{"Key":"k","Value":""}],"DeletionProtectionEnabled":true,"#
                    + #""TableClass":"STANDARD""#)
        ).operation.request
        let expected = TableRequest(
            name: "tab", attributeDefinitions: [KeyAttribute(name: "a", type: .string)],
            keySchema: [KeySchemaElement(name: "a", role: .hash)],
            globalIndexes: [
                IndexRequest(
                    name: "idx", keySchema: [KeySchemaElement(name: "a", role: .hash)],
                    projection: ProjectionRequest(kind: .include, nonKeyAttributes: ["b"]))
            ], billing: .payPerRequest, onDemand: PartialUnits(read: 5), tableClass: .standard,
            isDeletionProtected: true, stream: StreamRequest(isEnabled: true, viewType: .keysOnly),
            encryption: EncryptionRequest(isEnabled: true, type: "KMS"),
            tags: [ResourceTag(key: "k", value: "")])
        #expect(request == expected)
    }
}

@Suite struct TableOperationTests {
    @Test("a table's name is required, then its length, then its characters")
    func tableNames() {
        let pattern = Texts.joined(
            "Value 'a/b' at 'tableName' failed to satisfy constraint: "
                + "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+")
        let cases = [
            ("{}", required), (#"{"TableName":"ab"}"#, tooShort), (#"{"TableName":"!"}"#, tooShort),
            (#"{"TableName":"a/b"}"#, pattern),
        ]
        expectRefusals(of: DescribeTable.self, cases)
        expectRefusals(of: DeleteTable.self, cases)
        expectRefusals(of: UpdateTable.self, cases)
        expectRefusals(of: DescribeTimeToLive.self, cases)
        expectRefusals(of: DescribeContinuousBackups.self, cases)
    }

    @Test("a change of an index names exactly one of create, update and delete")
    func updateTable() throws {
        func update(_ members: String) -> String { #"{"TableName":"tab",\#(members)}"# }
        let names =
            "GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, "
            + "GlobalSecondaryIndexUpdate.Delete"
        expectRefusals(
            of: UpdateTable.self,
            [
                (
                    update(
                        #""GlobalSecondaryIndexUpdates":[{"Delete":{}},{"Update":{"IndexName":"a"}}]"#
                    ),
                    Texts.joined(
                        Texts.null("globalSecondaryIndexUpdates.1.member.delete.indexName"),
                        "Value 'a' at 'globalSecondaryIndexUpdates.2.member.update.indexName' "
                            + "failed to satisfy constraint: "
                            + "Member must have length greater than or equal to 3")
                ),
                (
                    update(#""GlobalSecondaryIndexUpdates":[{}]"#),
                    Texts.invalid + "One of \(names) must not be null"
                ),
            ])
        let change = try decode(
            UpdateTable.self,
            update(
                #""BillingMode":"PROVISIONED","ProvisionedThroughput":{"ReadCapacityUnits":1,"#
                    + #""WriteCapacityUnits":2},"GlobalSecondaryIndexUpdates":[{"Delete":"#
                    + #"{"IndexName":"idx"}}]"#)
        ).operation.change
        let expected = TableChange(
            name: "tab", indexChanges: [.delete(name: "idx")], billing: .provisioned,
            provisioned: CapacityUnits(read: 1, write: 2))
        #expect(change == expected)
    }

    @Test("a description has everything that was said about the table, and its counts")
    func description() throws {
        let hash = KeyAttribute(name: "h", type: .string)
        let range = KeyAttribute(name: "r", type: .number)
        let definition = TableDefinition(
            name: "tab", id: 1, uuid: "u-1",
            created: Timestamp(secondsSince1970: 1_700_000_000.123),
            attributeDefinitions: [hash, range], key: KeySchema(hash: [hash], range: [range]),
            indexes: [
                IndexDefinition(
                    name: "loc", id: 2, kind: .local, key: KeySchema(hash: [hash], range: [range]),
                    projection: .keysOnly),
                IndexDefinition(
                    name: "glo", id: 3, kind: .global, key: KeySchema(hash: [range]),
                    projection: .include(["x"]), status: .creating,
                    throughput: ThroughputSettings()),
            ],
            throughput: ThroughputSettings(onDemand: CapacityUnits(read: 5, write: -1)),
            isDeletionProtected: true,
            stream: StreamSettings(viewType: .keysOnly, label: "2026"))
        let description = TableDescription(
            definition: definition, status: .active, arn: "arn:t",
            tally: Tally(itemCount: 2, sizeBytes: 30),
            indexTallies: [3: Tally(itemCount: 1, sizeBytes: 9)])
        let request = try decode(DescribeTable.self, #"{"TableName":"tab"}"#)
        let units =
            #""ProvisionedThroughput":{"NumberOfDecreasesToday":0,"ReadCapacityUnits":0,"#
            + #""WriteCapacityUnits":0}"#
        let keys =
            #""KeySchema":[{"AttributeName":"h","KeyType":"HASH"},"#
            + #"{"AttributeName":"r","KeyType":"RANGE"}]"#
        let expected =
            #"{"Table":{"AttributeDefinitions":[{"AttributeName":"h","AttributeType":"S"},"#
            + #"{"AttributeName":"r","AttributeType":"N"}],"TableName":"tab",\#(keys),"#
            + #""TableStatus":"ACTIVE","CreationDateTime":1700000000.123,\#(units),"#
            + #""TableSizeBytes":30,"ItemCount":2,"TableArn":"arn:t","TableId":"u-1","#
            + #""BillingModeSummary":{"BillingMode":"PAY_PER_REQUEST"},"#
            + #""LocalSecondaryIndexes":[{"IndexName":"loc",\#(keys),"Projection":"#
            + #"{"ProjectionType":"KEYS_ONLY"},"IndexSizeBytes":0,"ItemCount":0,"#
            + #""IndexArn":"arn:t/index/loc"}],"#
            + #""GlobalSecondaryIndexes":[{"IndexName":"glo","KeySchema":[{"AttributeName":"r","#
            + #""KeyType":"HASH"}],"Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["x"]},"#
            + #""IndexStatus":"CREATING","Backfilling":true,\#(units),"IndexSizeBytes":9,"#
            + #""ItemCount":1,"IndexArn":"arn:t/index/glo"}],"#
            + #""StreamSpecification":{"StreamEnabled":true,"StreamViewType":"KEYS_ONLY"},"#
            + #""LatestStreamLabel":"2026","LatestStreamArn":"arn:t/stream/2026","#
            + #""DeletionProtectionEnabled":true,"OnDemandThroughput":{"MaxReadRequestUnits":5,"#
            + #""MaxWriteRequestUnits":-1},"WarmThroughput":{"ReadUnitsPerSecond":12000,"#
            + #""WriteUnitsPerSecond":4000,"Status":"ACTIVE"}}}"#
        #expect(encoded(description, for: request) == expected)
    }

    @Test("ListTables checks its start and its limit, and pages by name")
    func listTables() throws {
        expectRefusals(
            of: ListTables.self,
            [
                (
                    #"{"ExclusiveStartTableName":"a!","Limit":101}"#,
                    Texts.joined(
                        "Value 'a!' at 'exclusiveStartTableName' failed to satisfy constraint: "
                            + "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
                        "Value 'a!' at 'exclusiveStartTableName' failed to satisfy constraint: "
                            + "Member must have length greater than or equal to 3",
                        "Value '101' at 'limit' failed to satisfy constraint: "
                            + "Member must have value less than or equal to 100")
                ),
                (
                    #"{"Limit":0}"#,
                    Texts.joined(
                        "Value '0' at 'limit' failed to satisfy constraint: "
                            + "Member must have value greater than or equal to 1")
                ),
            ])
        let request = try decode(ListTables.self, "{}")
        #expect(request.operation.limit == 100 && request.operation.exclusiveStartName == nil)
        let output = ListTables.Output(names: ["a", "b"], lastEvaluatedName: "b")
        #expect(
            encoded(output, for: request)
                == #"{"TableNames":["a","b"],"LastEvaluatedTableName":"b"}"#)
    }

    @Test("time to live: both members are required, and both are answered")
    func timeToLive() throws {
        let path = "timeToLiveSpecification"
        expectRefusals(
            of: UpdateTimeToLive.self,
            [
                ("{}", Texts.joined(Texts.null(path), Texts.null("tableName"))),
                (
                    #"{"TableName":"tab","TimeToLiveSpecification":{"AttributeName":""}}"#,
                    Texts.joined(
                        "Value '' at '\(path).attributeName' failed to satisfy constraint: "
                            + "Member must have length greater than or equal to 1",
                        Texts.null(path + ".enabled"))
                ),
            ])
        let request = try decode(
            UpdateTimeToLive.self,
            #"{"TableName":"tab","TimeToLiveSpecification":{"AttributeName":"e","Enabled":true}}"#)
        #expect(request.operation.attribute == "e" && request.operation.isEnabled)
        #expect(
            encoded(UpdateTimeToLive.Output(attribute: "e", isEnabled: true), for: request)
                == #"{"TimeToLiveSpecification":{"Enabled":true,"AttributeName":"e"}}"#)
        let describe = try decode(DescribeTimeToLive.self, #"{"TableName":"tab"}"#)
        #expect(
            encoded(DescribeTimeToLive.Output(attribute: nil), for: describe)
                == #"{"TimeToLiveDescription":{"TimeToLiveStatus":"DISABLED"}}"#)
        #expect(
            encoded(DescribeTimeToLive.Output(attribute: "e"), for: describe)
                == #"{"TimeToLiveDescription":{"TimeToLiveStatus":"ENABLED","AttributeName":"e"}}"#)
    }

    @Test("tags belong to an ARN, and there must be some")
    func tags() throws {
        let arn = "arn:aws:dynamodb:us-east-1:000000000000:table/tab"
        let foreign = Texts.invalid + "ARNs must start with 'arn:': tab"
        expectRefusals(
            of: TagResource.self,
            [
                (#"{"Tags":[]}"#, "Invalid TableArn"),
                (#"{"ResourceArn":"tab","Tags":[]}"#, foreign),
                (
                    #"{"ResourceArn":"\#(arn)","Tags":[{"Key":"k"}]}"#,
                    Texts.joined(Texts.null("tags.1.member.value"))
                ),
                (
                    #"{"ResourceArn":"\#(arn)"}"#,
                    "Atleast one Tag needs to be provided as Input."
                ),
            ])
        expectRefusals(
            of: UntagResource.self,
            [
                (
                    #"{"ResourceArn":"\#(arn)","TagKeys":[]}"#,
                    "Atleast one Tag Key needs to be provided as Input."
                )
            ])
        let tag = try decode(
            TagResource.self, #"{"ResourceArn":"\#(arn)","Tags":[{"Key":"k","Value":"v"}]}"#)
        #expect(tag.operation.tags == [ResourceTag(key: "k", value: "v")])
        #expect(encoded((), for: tag) == "{}")
        let untag = try decode(
            UntagResource.self, #"{"ResourceArn":"\#(arn)","TagKeys":["k"]}"#)
        #expect(untag.operation.keys == ["k"])
        let list = try decode(ListTagsOfResource.self, #"{"ResourceArn":"\#(arn)"}"#)
        #expect(
            encoded(ListTagsOfResource.Output(tags: [ResourceTag(key: "k", value: "v")]), for: list)
                == #"{"Tags":[{"Key":"k","Value":"v"}]}"#)
    }

    @Test("what describes the account and its backups has fixed members")
    func fixedAnswers() throws {
        let limits = try decode(DescribeLimits.self, "{}")
        let output = DescribeLimits.Output(
            accountReadUnits: 4, accountWriteUnits: 3, tableReadUnits: 2, tableWriteUnits: 1)
        #expect(
            encoded(output, for: limits)
                == #"{"AccountMaxReadCapacityUnits":4,"AccountMaxWriteCapacityUnits":3,"#
                + #""TableMaxReadCapacityUnits":2,"TableMaxWriteCapacityUnits":1}"#)
        let backups = try decode(DescribeContinuousBackups.self, #"{"TableName":"tab"}"#)
        #expect(
            encoded(
                DescribeContinuousBackups.Output(nil, at: Timestamp(secondsSince1970: 9)),
                for: backups)
                == #"{"ContinuousBackupsDescription":{"ContinuousBackupsStatus":"ENABLED","#
                + #""PointInTimeRecoveryDescription":{"PointInTimeRecoveryStatus":"DISABLED"}}}"#)
    }
}
