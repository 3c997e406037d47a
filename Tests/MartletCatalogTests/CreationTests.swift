// Texts and their order: the API's observed answers, AWS's documentation.

import MartletCatalog
import MartletModel
import Testing

/// A request that is wrong, and the service's answer.
private struct Refusal: Sendable, CustomTestStringConvertible {
    var message: String
    var change: @Sendable (inout TableRequest) -> Void

    init(_ message: String, _ change: @escaping @Sendable (inout TableRequest) -> Void) {
        self.message = message
        self.change = change
    }

    var testDescription: String { message }

    static func invalid(
        _ message: String, _ change: @escaping @Sendable (inout TableRequest) -> Void
    ) -> Refusal {
        Refusal("One or more parameter values were invalid: " + message, change)
    }
}

@Suite struct CreationTests {
    @Test("a table is what was asked for, and nothing more")
    func plainTable() throws {
        let table = try Requests.definition()
        #expect(table.name == "Music")
        #expect(table.id == 7)
        #expect(
            table.key
                == KeySchema(hash: Requests.attributes("pk"), range: Requests.attributes("sk")))
        #expect(table.billing == .payPerRequest)
        #expect(table.lastSwitchToPayPerRequest == Requests.now)
        #expect(table.throughput == ThroughputSettings())
        #expect(table.indexes.isEmpty && table.stream == nil && table.encryption == nil)
        #expect(table.tableClass == .standard && !table.isDeletionProtected)
    }

    @Test("indexes are numbered local ones first, and are usable at once")
    func indexes() {
        let table = Requests.indexed()
        #expect(table.indexes.map(\.name) == ["byTitle", "byYear"])
        #expect(table.indexes.map(\.id) == [10, 11])
        #expect(table.indexes.map(\.kind) == [.local, .global])
        #expect(table.indexes.allSatisfy { $0.status == .active })
        #expect(table.indexes[0].throughput == nil && table.indexes[1].throughput != nil)
        #expect(table.indexes[1].projection == .keysOnly)
    }

    @Test("no id is drawn for a request that is refused")
    func refusedRequestsDrawNoID() {
        var drawn = 0
        var request = Requests.table { $0.tags = [ResourceTag(key: "aws:x", value: "")] }
        request.attributeDefinitions = Requests.attributes("pk", "sk", "x")
        request.globalIndexes = [Requests.index("byX", Requests.key("x"))]
        #expect(throws: ValidationError.self) {
            try TableDefinition(creating: request, id: 1, uuid: "", now: Requests.now) {
                drawn += 1
                return 1
            }
        }
        #expect(drawn == 0)
    }

    @Test("an index of four hash and four range attributes keeps them in order")
    func multipleAttributes() throws {
        let names = ["h1", "h2", "h3", "h4", "r1", "r2", "r3", "r4"]
        let table = try Requests.definition { request in
            request.attributeDefinitions += names.map {
                KeyAttribute(name: Text($0), type: .number)
            }
            request.globalIndexes = [
                Requests.index(
                    "wide",
                    names.map { Requests.element($0, $0.hasPrefix("h") ? .hash : .range) })
            ]
        }
        #expect(table.indexes[0].key.hash.map(\.name.string) == Array(names[..<4]))
        #expect(table.indexes[0].key.range.map(\.name.string) == Array(names[4...]))
    }

    @Test(
        "what the service accepts: an index over the table's own key, a local one over its range key"
    )
    func acceptedOddities() {
        #expect(
            Requests.refusal { request in
                request.localIndexes = [Requests.index("local", Requests.key("pk", "sk"))]
                request.globalIndexes = [
                    Requests.index("same", Requests.key("pk", "sk")),
                    Requests.index("Music", Requests.key("sk", "pk")),
                    Requests.index(
                        "keys", Requests.key("sk"),
                        ProjectionRequest(kind: .include, nonKeyAttributes: ["pk", "sk", "x"])),
                ]
                request.onDemand = PartialUnits()
                request.warm = PartialUnits(read: 12_001)
                request.encryption = EncryptionRequest()
                request.stream = StreamRequest(isEnabled: false)
            } == nil)
    }

    private static let billing: [Refusal] = [
        .invalid(
            "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED"
        ) { $0.billing = nil },
        .invalid(
            "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED"
        ) { $0.billing = .provisioned },
        .invalid(
            "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"
        ) { $0.provisioned = Requests.five },
        Refusal("Given value 1000000000001 for ReadCapacityUnits is out of bounds") {
            $0.billing = .provisioned
            $0.provisioned = CapacityUnits(read: 1_000_000_000_001, write: 1_000_000_000_001)
        },
        Refusal("Given value 1000000000001 for WriteCapacityUnits is out of bounds") {
            $0.billing = .provisioned
            $0.provisioned = CapacityUnits(read: 1, write: 1_000_000_000_001)
        },
        Refusal(
            "2 validation errors detected: Value '0' at 'provisionedThroughput.writeCapacityUnits' failed to satisfy constraint: Member must have value greater than or equal to 1; Value '-1' at 'provisionedThroughput.readCapacityUnits' failed to satisfy constraint: Member must have value greater than or equal to 1"
        ) { $0.provisioned = CapacityUnits(read: -1, write: 0) },
        .invalid(
            "MaxReadRequestUnits for OnDemandThroughput cannot be specified when table BillingMode is PROVISIONED."
        ) {
            $0.billing = .provisioned
            $0.provisioned = Requests.five
            $0.onDemand = PartialUnits(read: 0, write: 1)
        },
        .invalid(
            "Requested MaxWriteRequestUnits for OnDemandThroughput for table is outside of valid range"
        ) {
            $0.onDemand = PartialUnits(read: 1, write: -1)
        },
        .invalid(
            "Requested ReadUnitsPerSecond for WarmThroughput for table is lower than initial throughput for OnDemand. See: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html#on-demand-capacity-mode-initial"
        ) { $0.warm = PartialUnits(read: 11_999, write: 1) },
        .invalid(
            "Requested WriteUnitsPerSecond for WarmThroughput for table is lower than WriteCapacityUnits of ProvisionedThroughput"
        ) {
            $0.billing = .provisioned
            $0.provisioned = Requests.five
            $0.warm = PartialUnits(read: 5, write: 4)
        },
    ]

    private static let keys: [Refusal] = [
        Refusal("Attribute Name is duplicated: pk") {
            $0.attributeDefinitions = Requests.attributes("pk", "sk", "pk")
        },
        Refusal("Invalid KeySchema: Some index key attribute have no definition") {
            $0.attributeDefinitions = []
        },
        Refusal("Invalid KeySchema: Some index key attribute have no definition") {
            $0.attributeDefinitions = Requests.attributes("pk")
        },
        .invalid(
            "Some index key attributes are not defined in AttributeDefinitions. Keys: [pk, sk], AttributeDefinitions: [pk, SK]"
        ) { $0.attributeDefinitions = Requests.attributes("pk", "SK") },
        .invalid(
            "Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions"
        ) { $0.attributeDefinitions = Requests.attributes("pk", "sk", "extra") },
        Refusal("Both the Hash Key and the Range Key element in the KeySchema have the same name") {
            $0.keySchema = Requests.key("pk", "pk")
        },
        Refusal("Invalid KeySchema: The first KeySchemaElement is not a HASH key type") {
            $0.keySchema = [Requests.element("sk", .range), Requests.element("pk", .hash)]
        },
        Refusal("Invalid KeySchema: The first KeySchemaElement is not a HASH key type") {
            $0.keySchema = [Requests.element("sk", .range)]
        },
        Refusal("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type") {
            $0.keySchema = [Requests.element("pk", .hash), Requests.element("sk", .hash)]
        },
        Refusal(
            "1 validation error detected: Value '[]' at 'keySchema' failed to satisfy constraint: Member must have length greater than or equal to 1"
        ) { $0.keySchema = [] },
    ]

    private static let localIndexes: [Refusal] = [
        .invalid("List of LocalSecondaryIndexes is empty") { $0.localIndexes = [] },
        .invalid(
            "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex"
        ) {
            $0.keySchema = Requests.key("pk")
            $0.localIndexes = [Requests.index("loc", Requests.key("pk", "sk"))]
        },
        .invalid("Index KeySchema does not have a range key for index: loc") {
            $0.localIndexes = [Requests.index("loc", Requests.key("pk"))]
        },
        .invalid(
            "Index KeySchema does not have the same leading hash key as table KeySchema for index: loc. index hash key: sk, table hash key: pk"
        ) { $0.localIndexes = [Requests.index("loc", Requests.key("sk", "pk"))] },
        .invalid("Number of LocalSecondaryIndexes exceeds per-table limit of 5") {
            $0.localIndexes = (0..<6).map { Requests.index("lsi\($0)", Requests.key("pk", "sk")) }
        },
        .invalid("Duplicate index name: twin") {
            $0.localIndexes = [Requests.index("twin", Requests.key("pk", "sk"))]
            $0.globalIndexes = [Requests.index("twin", Requests.key("sk"))]
        },
    ]

    private static let globalIndexes: [Refusal] = [
        .invalid("List of GlobalSecondaryIndexes is empty") { $0.globalIndexes = [] },
        .invalid(
            "Some AttributeDefinitions are not used. AttributeDefinitions: [pk, sk, x], keys used: [pk, sk]"
        ) {
            $0.attributeDefinitions = Requests.attributes("pk", "sk", "x")
            $0.globalIndexes = [Requests.index("gsi", Requests.key("sk"))]
        },
        .invalid(
            "Some index key attributes are not defined in AttributeDefinitions. Keys: [q], AttributeDefinitions: [pk, sk]"
        ) { $0.globalIndexes = [Requests.index("gsi", Requests.key("q"))] },
        Refusal("Invalid KeySchema: The first KeySchemaElement is not a HASH key type") {
            $0.globalIndexes = [Requests.index("gsi", [Requests.element("sk", .range)])]
        },
        .invalid("All HASH key attributes must precede RANGE key attributes in the KeySchema") {
            $0.attributeDefinitions = Requests.attributes("pk", "sk", "x")
            $0.globalIndexes = [
                Requests.index(
                    "gsi",
                    [
                        Requests.element("pk", .hash), Requests.element("sk", .range),
                        Requests.element("x", .hash),
                    ])
            ]
        },
        .invalid("The KeySchema exceeds the maximum allowed number of HASH key attributes") {
            let names = ["a", "b", "c", "d", "e"]
            $0.attributeDefinitions += names.map { KeyAttribute(name: Text($0), type: .string) }
            $0.globalIndexes = [Requests.index("gsi", names.map { Requests.element($0, .hash) })]
        },
        .invalid("The KeySchema exceeds the maximum allowed number of RANGE key attributes") {
            let names = ["a", "b", "c", "d", "e"]
            $0.attributeDefinitions += names.map { KeyAttribute(name: Text($0), type: .string) }
            $0.globalIndexes = [
                Requests.index(
                    "gsi",
                    [Requests.element("pk", .hash)] + names.map { Requests.element($0, .range) })
            ]
        },
        Refusal("The KeySchema contains multiple key attributes with the same name") {
            $0.globalIndexes = [
                Requests.index(
                    "gsi",
                    [
                        Requests.element("pk", .hash), Requests.element("sk", .hash),
                        Requests.element("pk", .range),
                    ])
            ]
        },
        .invalid("GlobalSecondaryIndex count exceeds the per-table limit of 20") {
            $0.globalIndexes = (0..<21).map { Requests.index("gsi\($0)", Requests.key("sk")) }
        },
        .invalid("Duplicate index name: gsi") {
            $0.globalIndexes = [
                Requests.index("gsi", Requests.key("sk")),
                Requests.index("gsi", Requests.key("pk")),
            ]
        },
        .invalid(
            "ProvisionedThroughput should not be specified for index: gsi when BillingMode is PAY_PER_REQUEST"
        ) {
            $0.globalIndexes = [
                Requests.index("gsi", Requests.key("sk"), provisioned: Requests.five)
            ]
        },
        .invalid("ProvisionedThroughput is not specified for index: gsi") {
            $0.billing = .provisioned
            $0.provisioned = Requests.five
            $0.globalIndexes = [Requests.index("gsi", Requests.key("sk"))]
        },
        .invalid(
            "Requested MaxReadRequestUnits for OnDemandThroughput for index : gsi is outside of valid range"
        ) {
            $0.globalIndexes = [
                Requests.index("gsi", Requests.key("sk"), onDemand: PartialUnits(read: -1))
            ]
        },
    ]

    private static func projecting(_ projection: ProjectionRequest)
        -> @Sendable (inout TableRequest) -> Void
    {
        { $0.globalIndexes = [Requests.index("gsi", Requests.key("sk"), projection)] }
    }

    private static let projections: [Refusal] = [
        .invalid("Unknown ProjectionType: null", projecting(ProjectionRequest(kind: nil))),
        .invalid(
            "ProjectionType is INCLUDE, but NonKeyAttributes is not specified",
            projecting(ProjectionRequest(kind: .include))),
        .invalid(
            "ProjectionType is KEYS_ONLY, but NonKeyAttributes is specified",
            projecting(ProjectionRequest(kind: .keysOnly, nonKeyAttributes: ["x"]))),
        .invalid(
            "ProjectionType is ALL, but NonKeyAttributes is specified",
            projecting(ProjectionRequest(kind: .all, nonKeyAttributes: ["x"]))),
        .invalid(
            "Duplicate element in NonKeyAttributes: x",
            projecting(ProjectionRequest(kind: .include, nonKeyAttributes: ["x", "y", "x"]))),
        Refusal(
            "1 validation error detected: Value '[]' at 'globalSecondaryIndexes.1.member.projection.nonKeyAttributes' failed to satisfy constraint: Member must have length greater than or equal to 1",
            projecting(ProjectionRequest(kind: .include, nonKeyAttributes: []))),
    ]

    private static let settings: [Refusal] = [
        .invalid("Table is being created with a stream enabled, UpdateViewType is required") {
            $0.stream = StreamRequest(isEnabled: true)
        },
        .invalid(
            "Table is being created with a stream disabled, UpdateViewType should not be specified"
        ) { $0.stream = StreamRequest(isEnabled: false, viewType: .newImage) },
        .invalid("SSEType can not be specified if Enabled is false") {
            $0.encryption = EncryptionRequest(isEnabled: false, type: "AES256", keyID: "k")
        },
        .invalid("KMSMasterKeyId can not be specified if Enabled is false") {
            $0.encryption = EncryptionRequest(isEnabled: false, keyID: "k")
        },
        .invalid("SSEType AES256 is not supported") {
            $0.encryption = EncryptionRequest(isEnabled: true, type: "AES256")
        },
        .invalid("SSEType KMS is required if KMSMasterKeyId is specified") {
            $0.encryption = EncryptionRequest(isEnabled: true, keyID: "k")
        },
        Refusal("The Tag Key provided is invalid, Key: ") {
            $0.tags = [ResourceTag(key: "", value: "v")]
        },
        Refusal("Tag Key cannot be prefixed with aws:, Key: AWS:x") {
            $0.tags = [ResourceTag(key: "AWS:x", value: "v")]
        },
        Refusal("The Tag Value provided is invalid, Value: a\u{7}") {
            $0.tags = [ResourceTag(key: "k", value: "a\u{7}")]
        },
        Refusal("Duplicate Tag Keys provided as input: Duplicate Tag Key found k") {
            $0.tags = [ResourceTag(key: "k", value: "1"), ResourceTag(key: "k", value: "2")]
        },
        Refusal("Number of Tags exceed the current limit for the provided ResourceArn") {
            $0.tags = (0...50).map { ResourceTag(key: "k\($0)", value: "") }
        },
    ]

    @Test(
        "a request that is wrong is refused with the service's text",
        arguments: billing + keys + localIndexes + globalIndexes + projections + settings)
    private func refusals(refusal: Refusal) {
        #expect(Requests.refusal(refusal.change) == refusal.message)
    }

    @Test("of two faults the one that is checked first is reported")
    func order() {
        let stages = [
            Self.keys.last!,  // a member by itself
            Self.billing[2], Self.keys[0], Self.keys[6], Self.globalIndexes[0],
        ]
        // Each stage's fault alone is reported, and hides that of every later stage.
        let laterFaults: [@Sendable (inout TableRequest) -> Void] = [
            Self.billing[2].change, { $0.attributeDefinitions.append($0.attributeDefinitions[0]) },
            Self.keys[6].change, Self.globalIndexes[0].change, Self.settings[0].change,
        ]
        for (place, stage) in stages.enumerated() {
            for later in laterFaults[place...] {
                #expect(
                    Requests.refusal { request in
                        later(&request)
                        stage.change(&request)
                    } == stage.message)
            }
        }
    }

    @Test("attributes that are projected count over all indexes, and a hundred are enough")
    func projectedAttributes() {
        func refusal(indexes: Int) -> String? {
            Requests.refusal { request in
                request.globalIndexes = (0..<indexes).map { index in
                    Requests.index(
                        "gsi\(index)", Requests.key("sk"),
                        ProjectionRequest(
                            kind: .include, nonKeyAttributes: (0..<20).map { Text("a\($0)") }))
                }
            }
        }
        #expect(refusal(indexes: 5) == nil)
        #expect(refusal(indexes: 6) != nil)
    }

    @Test("a stream's label is its time in UTC, to the millisecond")
    func streamLabels() throws {
        let table = try Requests.definition {
            $0.stream = StreamRequest(isEnabled: true, viewType: .newAndOldImages)
        }
        #expect(
            table.stream
                == StreamSettings(viewType: .newAndOldImages, label: "2023-11-14T22:13:20.250"))
        for (seconds, label) in [
            (0, "1970-01-01T00:00:00.000"), (951_782_400, "2000-02-29T00:00:00.000"),
            (1_709_251_199, "2024-02-29T23:59:59.000"), (4_107_542_400, "2100-03-01T00:00:00.000"),
            (-1, "1969-12-31T23:59:59.000"),
        ] {
            #expect(Timestamp(secondsSince1970: Double(seconds)).streamLabel == label)
        }
    }

    @Test("a key is named by its ARN: as sent, or in the account that the server answers for")
    func encryption() throws {
        let keys = [
            (nil, "arn:aws:kms:us-east-1:000000000000:alias/aws/dynamodb"),
            ("alias/mine", "arn:aws:kms:us-east-1:000000000000:alias/mine"),
            ("1234", "arn:aws:kms:us-east-1:000000000000:key/1234"),
            ("arn:aws:kms:eu-west-1:1:key/9", "arn:aws:kms:eu-west-1:1:key/9"),
        ]
        for (sent, arn) in keys {
            let table = try Requests.definition {
                $0.encryption = EncryptionRequest(isEnabled: true, type: "KMS", keyID: sent)
            }
            #expect(table.encryption == EncryptionSettings(keyARN: arn))
        }
        #expect(
            try Requests.definition { $0.encryption = EncryptionRequest(isEnabled: false) }
                .encryption == nil)
    }
}
