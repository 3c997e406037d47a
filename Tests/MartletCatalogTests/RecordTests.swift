import MartletCatalog
import MartletEncoding
import MartletModel
import MartletTestBasics
import Testing

extension SeededRandom {
    mutating func maybe<Value>(_ value: @autoclosure () -> Value) -> Value? {
        chance(1, in: 2) ? value() : nil
    }

    private mutating func word() -> String {
        String((0..<number(3...12)).map { _ in "abcXYZ019_-.".randomElement(using: &self)! })
    }

    private mutating func time() -> Timestamp {
        Timestamp(secondsSince1970: Double.random(in: 0...4e9, using: &self))
    }

    private mutating func units() -> CapacityUnits {
        CapacityUnits(read: number(-1...40_000), write: number(-1...40_000))
    }

    private mutating func throughput() -> ThroughputSettings {
        ThroughputSettings(
            provisioned: CapacityUnits(read: number(0...9_000_000), write: number(0...9)),
            lastIncrease: maybe(()).map { time() }, lastDecrease: maybe(()).map { time() },
            onDemand: maybe(()).map { units() }, warm: maybe(()).map { units() })
    }

    private mutating func attached() -> AttachedSettings {
        AttachedSettings(
            policyRevision: maybe(()).map { number(0...4_000_000_000_000) },
            streamPolicy: maybe(()).map {
                StreamPolicy(label: word(), document: word(), revision: number(0...9))
            },
            insights: (0..<number(0...2)).map { place in
                ContributorInsights(
                    index: place == 0 ? nil : Text(word()), isEnabled: chance(1, in: 2),
                    mode: chance(1, in: 2) ? .throttled : .accessedAndThrottled, enabled: time(),
                    updated: time())
            },
            destinations: (0..<number(0...2)).map { _ in
                KinesisDestination(
                    streamARN: word(), isActive: chance(1, in: 2),
                    precision: maybe(()).map { chance(1, in: 2) ? .millisecond : .microsecond })
            },
            settingsReplication: maybe(.disabled),
            isDisassociationProtected: maybe(()).map { chance(1, in: 2) })
    }

    mutating func definition() -> TableDefinition {
        let attributes = (0..<number(2...9)).map { place in
            KeyAttribute(
                name: Text(place == 0 ? "\u{E9} key" : "a\(place)"),
                type: [KeyType.string, .number, .binary].randomElement(using: &self)!)
        }
        func some(_ counts: ClosedRange<Int>) -> [KeyAttribute] {
            Array(attributes.shuffled(using: &self).prefix(number(counts)))
        }
        let indexes = (0..<number(0...6)).map { place in
            IndexDefinition(
                name: Text("index\(place)"), id: UInt32(number(0...Int(UInt32.max))),
                kind: chance(1, in: 2) ? .local : .global,
                key: KeySchema(hash: some(1...4), range: some(0...4)),
                projection: [.all, .keysOnly, .include(["x", "", "\u{1F600}"])]
                    .randomElement(using: &self)!,
                status: chance(1, in: 2) ? .creating : .active,
                throughput: maybe(()).map { throughput() })
        }
        return TableDefinition(
            name: TableName(word()), id: UInt32(number(0...Int(UInt32.max))), uuid: word(),
            created: time(), attributeDefinitions: attributes,
            key: KeySchema(hash: some(1...1), range: some(0...1)), indexes: indexes,
            billing: chance(1, in: 2) ? .provisioned : .payPerRequest,
            lastSwitchToPayPerRequest: maybe(()).map { time() }, throughput: throughput(),
            tableClass: chance(1, in: 2) ? .standard : .infrequentAccess,
            lastTableClassUpdate: maybe(()).map { time() },
            isDeletionProtected: chance(1, in: 2),
            stream: maybe(()).map { StreamSettings(viewType: .keysOnly, label: word()) },
            encryption: maybe(()).map { EncryptionSettings(keyARN: word()) },
            timeToLiveAttribute: maybe(Text("ttl \u{E9}")),
            tags: (0..<number(0...3)).map { ResourceTag(key: "k\($0)", value: word()) },
            resourcePolicy: maybe(()).map { word() },
            attached: maybe(()).map { attached() } ?? AttachedSettings(),
            recovery: maybe(()).map {
                RecoverySettings(since: time(), periodInDays: number(1...35))
            },
            restored: maybe(()).map {
                RestoreOrigin(
                    backupARN: maybe(()).map { word() }, tableARN: word(), time: time(),
                    isInProgress: chance(1, in: 2))
            })
    }
}

@Suite struct RecordTests {
    @Test("a definition comes back as it was stored", arguments: [1, 2, 3] as [UInt64])
    func roundTrips(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for step in 0..<300 {
            let table = random.definition()
            let record = try ItemRecord(verifying: table.record.bytes)
            #expect(try TableDefinition(record: record) == table, "seed \(seed), step \(step)")
        }
    }

    @Test(
        "a definition that lacks a member, or has one too many, is corrupt",
        arguments: [4] as [UInt64])
    func damage(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let optional: Set<Text> = ["switched", "classChanged", "stream", "key", "expiry", "policy"]
        for _ in 0..<50 {
            let item = random.definition().storedItem
            // Of these one may go, but not the last: a format is as old as it can be.
            let hasBoth = item["recovery"] != nil && item["restored"] != nil
            let optional = hasBoth ? optional.union(["recovery", "restored"]) : optional
            for entry in item {
                var damaged = item
                damaged[entry.name] = nil
                if optional.contains(entry.name) {
                    _ = try TableDefinition(storedItem: damaged)
                } else {
                    #expect(throws: CorruptRecord.self) { try TableDefinition(storedItem: damaged) }
                }
                damaged[entry.name] = .stringSet(SortedSet(distinct: ["x"])!)
                #expect(throws: CorruptRecord.self, "\(entry.name)") {
                    try TableDefinition(storedItem: damaged)
                }
            }
            var extended = item
            extended["replicas"] = .list([])
            #expect(throws: CorruptRecord.self) { try TableDefinition(storedItem: extended) }
            extended["replicas"] = nil
            for other in [1, 2, 3, 4] where .number(DecimalNumber(other)) != item["format"] {
                extended["format"] = .number(DecimalNumber(other))
                #expect(throws: CorruptRecord.self) { try TableDefinition(storedItem: extended) }
            }
        }
    }

    @Test("a key attribute without a definition is corrupt")
    func undefinedKey() {
        var item = Requests.indexed().storedItem
        item["hash"] = .list([.string("nobody")])
        #expect(throws: CorruptRecord.self) { try TableDefinition(storedItem: item) }
        item["hash"] = .list([])
        #expect(throws: CorruptRecord.self) { try TableDefinition(storedItem: item) }
    }

    @Test("catalogue keys hold a name or an id, and nothing else is one")
    func keys() {
        #expect(CatalogKey.table("Music") == [0x02] + Array("Music".utf8))
        #expect(CatalogKey.tableName(in: CatalogKey.table("Music")) == "Music")
        #expect(CatalogKey.tableName(in: [0x03, 0x61, 0x61, 0x61]) == nil)
        #expect(CatalogKey.tableName(in: CatalogKey.tables) == nil)
        #expect(CatalogKey.tally(258) == [0x03, 0, 0, 1, 2])
        #expect(CatalogKey.tallyID(in: [0x03, 0, 0, 1, 2]) == 258)
        #expect(CatalogKey.tallyID(in: [0x03, 0, 0, 1]) == nil)
        #expect(CatalogKey.tallyID(in: [0x02, 0, 0, 1, 2]) == nil)
    }

    @Test("a tally is sixteen bytes, and other bytes are none")
    func tallies() throws {
        let tally = Tally(itemCount: 25_599, sizeBytes: 0x0102_0304_0506)
        #expect(
            tally.stored
                == [0xFF, 0x63, 0, 0, 0, 0, 0, 0, 0x06, 0x05, 0x04, 0x03, 0x02, 0x01, 0, 0])
        #expect(try Tally(stored: tally.stored) == tally)
        #expect(throws: CorruptRecord.self) { try Tally(stored: tally.stored.dropLast()) }
        #expect(throws: CorruptRecord.self) {
            try Tally(stored: [UInt8](repeating: 0xFF, count: 16))
        }
    }
}

@Suite struct ResourceARNTests {
    @Test("an ARN reads back as it was written")
    func roundTrips() throws {
        let owner = ResourceOwner(region: "eu-west-2", account: "123456789012")
        for (part, suffix) in [
            (ResourceARN.Part.table, ""), (.index("by-year"), "/index/by-year"),
            (.stream("2026-10-08T23:07:31.275"), "/stream/2026-10-08T23:07:31.275"),
        ] {
            let arn = ResourceARN(owner: owner, table: "Music", part: part)
            let text = "arn:aws:dynamodb:eu-west-2:123456789012:table/Music\(suffix)"
            #expect(arn.description == text)
            #expect(try ResourceARN(parsing: text) == arn)
        }
        #expect(
            try ResourceARN(parsing: "arn:aws-cn:dynamodb:cn-north-1:1:table/abc").partition
                == "aws-cn")
    }

    @Test(
        "what is no ARN of a table is refused",
        arguments: [
            (
                "Music",
                "One or more parameter values were invalid: ARNs must start with 'arn:': Music"
            ),
            (
                "arn:aws:s3:::bucket",
                "One or more parameter values were invalid: Provided Arn is not a DynamoDB resource arn: arn:aws:s3:::bucket"
            ),
            (
                "arn:aws:dynamodb:r:1:table/ab",
                "Invalid TableArn: Invalid ResourceArn provided as input arn:aws:dynamodb:r:1:table/ab"
            ),
            (
                "arn:aws:dynamodb:r:1:table/abc/what/x",
                "Invalid TableArn: Invalid ResourceArn provided as input arn:aws:dynamodb:r:1:table/abc/what/x"
            ),
            (
                "arn:aws:dynamodb:r:1:table/abc/index",
                "Invalid TableArn: Invalid ResourceArn provided as input arn:aws:dynamodb:r:1:table/abc/index"
            ),
        ])
    func refusals(text: String, message: String) {
        #expect(throws: ValidationError(message)) { try ResourceARN(parsing: text) }
    }

    @Test("a table is named by its name or by its ARN")
    func references() throws {
        #expect(TableName(reference: "Music") == "Music")
        #expect(TableName(reference: "arn:aws:dynamodb:r:1:table/Music") == "Music")
        for text in [
            "arn:aws:sns:r:1:x", "arn:aws:dynamodb:r:1:table/Music/index/byYear", "arn:", "Music",
        ] {
            #expect(TableName(inARN: text) == nil)
            #expect(TableName(reference: text) == TableName(text))
        }
    }
}
