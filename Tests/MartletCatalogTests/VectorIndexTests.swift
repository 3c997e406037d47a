import MartletCatalog
import MartletEncoding
import MartletModel
import MartletTestBasics
import MartletVectors
import Testing

private let now = Timestamp(secondsSince1970: 1_800_000_000)

private func invalid(_ text: String) -> CatalogError {
    .validation("One or more parameter values were invalid: " + text)
}

private func index(
    _ name: Text = "byV", on attribute: Text = "v", dimensions: Int = 3,
    by schema: [(Text, SearchSchemaElement.Role)] = []
) -> VectorIndexRequest {
    VectorIndexRequest(
        name: name, attribute: attribute, dimensions: dimensions,
        searchSchema: schema.isEmpty
            ? nil : schema.map { SearchSchemaElement(name: $0.0, role: $0.1) })
}

/// A table with key (pk, sk) and these vector indexes.
private func table(
    _ indexes: [VectorIndexRequest], defining names: [String] = [],
    _ change: (inout TableRequest) -> Void = { _ in }
) throws(ValidationError) -> TableDefinition {
    try Requests.definition { request in
        request.attributeDefinitions += names.map { KeyAttribute(name: Text($0), type: .string) }
        request.vectorIndexes = indexes
        change(&request)
    }
}

private func refusal(
    _ indexes: [VectorIndexRequest], defining names: [String] = [],
    _ change: (inout TableRequest) -> Void = { _ in }
) -> CatalogError? {
    do throws(ValidationError) {
        _ = try table(indexes, defining: names, change)
        return nil
    } catch {
        return CatalogError(error)
    }
}

extension TableDefinition {
    fileprivate func changed(
        _ edit: (inout TableChange) -> Void
    ) throws(CatalogError) -> ChangedDefinition {
        var change = TableChange(name: name)
        edit(&change)
        var nextID: UInt32 = 100
        return try applying(change, now: now) {
            defer { nextID += 1 }
            return nextID
        }
    }

    fileprivate func refusal(_ edit: (inout TableChange) -> Void) -> CatalogError? {
        do throws(CatalogError) {
            _ = try changed(edit)
            return nil
        } catch {
            return error
        }
    }
}

@Suite struct VectorIndexCreationTests {
    @Test("a table begins with its vector indexes active, numbered after the others")
    func creation() throws {
        let table = try table(
            [
                index("one", by: [("b", .inlineFilter), ("t", .hash), ("a", .inlineFilter)]),
                index("two", on: "w", dimensions: 4096),
            ], defining: ["title", "t", "a", "b"]
        ) { $0.globalIndexes = [Requests.index("byTitle", Requests.key("title"))] }
        #expect(table.indexes.map(\.id) == [10])
        #expect(table.vectorIndexes.map(\.id) == [11, 12])
        #expect(table.vectorIndexes.allSatisfy { $0.status == .active && !$0.isBackfilling })
        let one = try #require(table.vectorIndex(named: "one"))
        #expect(one.hash == KeyAttribute(name: "t", type: .string))
        #expect(one.filters.map(\.name) == ["b", "a"])
        #expect(one.schema.map(\.name) == ["t", "b", "a"])
        #expect(one.parameters == VectorParameters(dimensions: 3, metric: .cosine))
        #expect(table.index(named: "one") == nil)
    }

    @Test("each fault of a new vector index has the service's text")
    func refusals() {
        let many = (0..<19).map { ("f\($0)", SearchSchemaElement.Role.inlineFilter) }
        let filters = many.map { (Text($0.0), $0.1) }
        let names = many.map(\.0)
        #expect(
            refusal(
                [index("one", by: Array(filters.dropLast()))], defining: Array(names.dropLast()))
                == nil)
        let cases: [(CatalogError?, String)] = [
            (
                refusal([index()]) {
                    $0.billing = .provisioned
                    $0.provisioned = Requests.five
                }, "Vector indexes are only supported for PAY_PER_REQUEST tables"
            ),
            (
                refusal((0..<6).map { index(Text("ix\($0)a")) }),
                "VectorIndex count exceeds the per-table limit of 5"
            ),
            (
                refusal([index(by: [("t", .hash), ("u", .hash)])], defining: ["t", "u"]),
                "Value '2' at 'SearchSchema' failed to satisfy constraint: "
                    + "Member must have HASH count less than or equal to 1"
            ),
            (
                refusal([index(by: filters)], defining: names),
                "Value '19' at 'SearchSchema' failed to satisfy constraint: "
                    + "Member must have INLINE_FILTER count less than or equal to 18"
            ),
            (
                refusal([index(by: [("t", .hash), ("t", .inlineFilter)])], defining: ["t"]),
                "SearchSchema contains a duplicate AttributeName"
            ),
            (
                refusal([index(dimensions: 0)]),
                "Number of dimensions must be between 1 and 4096 inclusive."
            ),
            (
                refusal([index(dimensions: 4097)]),
                "Number of dimensions must be between 1 and 4096 inclusive."
            ),
            (
                refusal([index(by: [("t", .hash)])]),
                "One element in SearchSchema is not defined in attribute definitions"
            ),
            (
                refusal([index()], defining: ["v"]),
                "Conflicting attribute definition for 'v'. An attribute cannot be defined in "
                    + "AttributeDefinitions when used as a VectorAttribute."
            ),
            (
                refusal([index(on: "pk")]),
                "Conflicting attribute definition for 'pk'. An attribute cannot be defined in "
                    + "AttributeDefinitions when used as a VectorAttribute."
            ),
            (
                refusal([index("one"), index("two", dimensions: 4)]),
                "Conflicting attribute definition for 'v'. All VectorIndexes on the same vector "
                    + "attribute must use the same dimensions."
            ),
            (refusal([index("one"), index("one", on: "w")]), "Duplicate index name: one"),
            (
                refusal([index("byTitle")], defining: ["title"]) {
                    $0.globalIndexes = [Requests.index("byTitle", Requests.key("title"))]
                }, "Duplicate index name: byTitle"
            ),
            (refusal([]), "List of VectorIndexes is empty"),
            (
                refusal([index()], defining: ["extra"]),
                "Some AttributeDefinitions are not used. AttributeDefinitions: [pk, sk, extra], "
                    + "keys used: [pk, sk]"
            ),
        ]
        for (found, text) in cases { #expect(found == invalid(text)) }
        #expect(
            refusal([index("ab")])
                == .validation(
                    "1 validation error detected: Value 'ab' at 'vectorIndexes.1.member.indexName' "
                        + "failed to satisfy constraint: "
                        + "Member must have length greater than or equal to 3"))
    }

    @Test("several indexes share an attribute when their dimensions agree")
    func sharedAttribute() throws {
        let shared = try table([index("one"), index("two")])
        #expect(shared.vectorIndexes.count == 2)
    }

    @Test("how an index is built may be chosen within its ranges")
    func tuning() throws {
        var request = index()
        request.tuning.m = 32
        request.tuning.codes = .int8
        request.tuning.residence = .mapped
        #expect(try table([request]).vectorIndexes[0].parameters.m == 32)
        request.tuning.m = 1
        #expect(refusal([request]) == .validation("m of a vector index must be in 2...128"))
    }
}

@Suite struct VectorIndexChangeTests {
    private let oneIndex = CatalogError.limitExceeded(
        "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously "
            + "per table")

    @Test("a new index is to be filled; its schema's definitions join the table's and go with it")
    func createAndDelete() throws {
        let changed = try table([index("one", by: [("t", .hash)])], defining: ["t"]).changed {
            $0.attributeDefinitions = Requests.attributes("t", "c")
            $0.vectorIndexChanges = [
                .create(index("two", on: "w", by: [("t", .hash), ("c", .inlineFilter)]))
            ]
        }
        let created = try #require(changed.createdVectorIndexes.first)
        #expect(created.id == 100 && created.status == .creating && created.isBackfilling)
        #expect(changed.definition.vectorIndexes.map(\.name) == ["one", "two"])
        #expect(
            changed.definition.attributeDefinitions.map(\.name) == ["pk", "sk", "t", "c"])
        #expect(changed.changesTable)
        let deleted = try changed.definition.changed {
            $0.vectorIndexChanges = [.delete(name: "two")]
        }
        #expect(deleted.deletedVectorIndexes == [created])
        #expect(deleted.definition.attributeDefinitions.map(\.name) == ["pk", "sk", "t"])
    }

    @Test("one index at a time is created or deleted, be it global or of vectors")
    func oneAtATime() throws {
        let table = try table([index("one")], defining: ["title"]) {
            $0.globalIndexes = [Requests.index("byTitle", Requests.key("title"))]
        }
        #expect(
            table.refusal {
                $0.vectorIndexChanges = [.create(index("two")), .create(index("three"))]
            } == oneIndex)
        #expect(
            table.refusal {
                $0.vectorIndexChanges = [.create(index("two"))]
                $0.indexChanges = [.delete(name: "byTitle")]
            } == oneIndex)
        let busy = try table.changed { $0.vectorIndexChanges = [.create(index("two"))] }.definition
        #expect(busy.refusal { $0.vectorIndexChanges = [.create(index("three"))] } == oneIndex)
        #expect(busy.refusal { $0.vectorIndexChanges = [.delete(name: "one")] } == oneIndex)
        #expect(busy.refusal { $0.indexChanges = [.delete(name: "byTitle")] } == oneIndex)
        // What is being filled may be given up.
        #expect(busy.refusal { $0.vectorIndexChanges = [.delete(name: "two")] } == nil)
        #expect(
            busy.refusal { $0.vectorIndexChanges = [.create(index("two"))] }
                == .resourceInUse(
                    "Attempt to change a resource which is still in use: Index is being created.  "
                        + "Table: Music Index: two"))
    }

    @Test("each fault of a change has the service's text")
    func refusals() throws {
        let full = try table((0..<5).map { index(Text("ix\($0)a")) }, defining: ["title"]) {
            $0.globalIndexes = [Requests.index("byTitle", Requests.key("title"))]
        }
        func creating(_ request: VectorIndexRequest, defining names: [String] = [])
            -> (inout TableChange) -> Void
        {
            {
                $0.attributeDefinitions = names.map { KeyAttribute(name: Text($0), type: .number) }
                $0.vectorIndexChanges = [.create(request)]
            }
        }
        #expect(
            full.refusal(creating(index("ix5a")))
                == .limitExceeded(
                    "Subscriber limit exceeded: Number of vector secondary indexes exceeds "
                        + "per-table limit of 5"))
        let exists = CatalogError.validation("Attempting to create an index which already exists")
        #expect(full.refusal(creating(index("ix1a"))) == exists)
        #expect(full.refusal(creating(index("byTitle"))) == exists)
        #expect(
            full.refusal {
                $0.attributeDefinitions = Requests.attributes("title")
                $0.indexChanges = [
                    .create(Requests.index("ix1a", Requests.key("title")))
                ]
            } == exists)
        for name in ["none", "ix9a"] as [Text] {
            #expect(
                full.refusal { $0.vectorIndexChanges = [.delete(name: name)] }
                    == .resourceNotFound(
                        "Requested resource not found: Index \(name) for table Music"))
        }
        #expect(
            full.refusal { $0.indexChanges = [.delete(name: "ix1a")] }
                == .validation(
                    "Cannot delete an index that is not a GlobalSecondaryIndex: ix1a"))

        let table = try table([index("one")], defining: ["title"]) {
            $0.globalIndexes = [Requests.index("byTitle", Requests.key("title"))]
        }
        let existing =
            "Attributes cannot be redefined. Please check that your attribute has the same type as "
            + "previously defined. Existing schema: Schema:[SchemaElement: key{pk:S:HASH}, "
            + "SchemaElement: key{sk:S:RANGE}] New schema: "
        let cases: [(CatalogError?, String)] = [
            (
                table.refusal(creating(index("two", on: "sk", dimensions: 4))),
                existing + "VectorIndexSchema:[VectorAttribute: key{sk:L:4}]"
            ),
            (
                table.refusal(creating(index("two", on: "title"))),
                "Conflicting attribute definition for 'title'. An attribute cannot be defined in "
                    + "AttributeDefinitions when used as a VectorAttribute."
            ),
            (
                table.refusal(creating(index("two", by: [("title", .hash)]))),
                "One element in SearchSchema is not defined in attribute definitions"
            ),
            (
                table.refusal(creating(index("two", by: [("title", .hash)]), defining: ["title"])),
                existing + "VectorIndexSchema:[VectorAttribute: key{v:L:3}]"
            ),
            (
                table.refusal(creating(index("two", dimensions: 4))),
                "Conflicting attribute definition for 'v'. All VectorIndexes on the same vector "
                    + "attribute must use the same dimensions."
            ),
            (
                table.refusal {
                    $0.attributeDefinitions = Requests.attributes("v")
                    $0.indexChanges = [.create(Requests.index("by_v", Requests.key("v")))]
                },
                "Conflicting attribute definition for 'v'. An attribute cannot be defined in "
                    + "AttributeDefinitions when used as a VectorAttribute."
            ),
            (
                table.refusal {
                    $0.billing = .provisioned
                    $0.provisioned = Requests.five
                }, "Vector indexes are only supported for PAY_PER_REQUEST tables"
            ),
            (
                Requests.provisioned().refusal(creating(index("one"))),
                "Vector indexes are only supported for PAY_PER_REQUEST tables"
            ),
            (
                table.refusal {
                    $0.billing = .payPerRequest
                    $0.vectorIndexChanges = []
                }, "List of VectorIndexUpdates is empty"
            ),
        ]
        for (found, text) in cases { #expect(found == invalid(text)) }
        // A table may become billed by request for its first vector index.
        #expect(
            Requests.provisioned().refusal {
                $0.billing = .payPerRequest
                $0.vectorIndexChanges = [.create(index("one"))]
            } == nil)
    }
}

@Suite struct VectorWriteCheckTests {
    private static let sample = try! table(
        [index("plain"), index("schema", by: [("t", .hash), ("n", .inlineFilter)])], defining: ["t"]
    ) { $0.attributeDefinitions.append(KeyAttribute(name: "n", type: .number)) }

    private func fault(
        _ item: Item, from origin: AttributeOrigin = .item
    ) -> String? {
        do throws(ValidationError) {
            try Self.sample.checkVectors(of: item, from: origin)
            return nil
        } catch {
            return error.message
        }
    }

    private static func numbers(_ numerals: String...) -> AttributeValue {
        .list(numerals.map { .number(try! DecimalNumber(parsing: $0)) })
    }

    @Test("what is not there, or fits, may be written")
    func sound() {
        for item: Item in [
            [:], ["v": Self.numbers("1", "-0.5", "1E-40")],
            ["v": Self.numbers("3.4028235E38", "-3.4028235E38", "0")],
            ["n": .number(DecimalNumber(1))], ["t": .string("x")],
        ] {
            #expect(fault(item) == nil)
        }
    }

    @Test("what does not fit is refused with the service's texts, the first index by name first")
    func faults() {
        let twice =
            "One or more parameter values are not valid. One or more parameter values were "
            + "invalid ."
        let once = "One or more parameter values were invalid."
        let cases: [(Item, String)] = [
            (
                ["v": Self.numbers("1", "2")],
                "\(twice) Invalid size for parameter v, Expected: 3, Actual: 2. IndexName: plain"
            ),
            (
                ["v": .string("x")],
                "\(twice) Invalid type for parameter v, Expected: L, Actual: S. IndexName: plain"
            ),
            (
                ["v": .numberSet(SortedSet(distinct: [1, 2, 3].map { DecimalNumber($0) })!)],
                "\(twice) Invalid type for parameter v, Expected: L, Actual: NS. IndexName: plain"
            ),
            (
                ["v": .list([.number(DecimalNumber(1)), .string("2"), .number(DecimalNumber(3))])],
                "\(once) Invalid type for parameter v[1], Expected: 32-bit floating point number, "
                    + "Actual: S. IndexName: plain"
            ),
            (
                ["v": Self.numbers("1E39", "0", "0")],
                "\(twice) Invalid value for parameter v[0], Value: 1E+39 is outside valid range "
                    + "[-3.4028235E38, 3.4028235E38]. IndexName: plain"
            ),
            (
                ["v": Self.numbers("0", "0", "-3.41E38")],
                "\(twice) Invalid value for parameter v[2], Value: -3.41E+38 is outside valid "
                    + "range [-3.4028235E38, 3.4028235E38]. IndexName: plain"
            ),
            (
                ["t": .number(DecimalNumber(1)), "n": .string("x")],
                "\(once) Attribute 't' type mismatch. Expected: S, Actual: N. IndexName: schema"
            ),
            (
                ["n": .string("x")],
                "\(once) Attribute 'n' type mismatch. Expected: N, Actual: S. IndexName: schema"
            ),
            (
                ["t": .string("")],
                "One or more parameter values are not valid. A value specified for a secondary "
                    + "index key is not supported. The AttributeValue for a key attribute cannot "
                    + "contain an empty string value. IndexName: schema, IndexKey: t"
            ),
            (
                ["t": .string(Text(String(repeating: "x", count: 2049)))],
                "One or more parameter values were invalid: Size limit exceeded for Index Key t "
                    + "Actual Size: 2049 bytes Max Size: 2048 bytes IndexName: schema"
            ),
        ]
        for (item, text) in cases { #expect(fault(item) == text) }
    }

    @Test("an update answers for what it changes, in words of its own for empty keys")
    func updates() {
        let item: Item = ["v": .string("x"), "t": .string("")]
        #expect(fault(item, from: .updateExpression(of: ["other"])) == nil)
        #expect(
            fault(item, from: .updateExpression(of: ["t"]))
                == "One or more parameter values are not valid. The update expression attempted to "
                + "update a secondary index key to a value that is not supported. The "
                + "AttributeValue for a key attribute cannot contain an empty string value.")
        #expect(
            fault(item, from: .updateExpression(of: ["v"]))?.contains("Expected: L, Actual: S")
                == true)
    }

    @Test("a transaction tells what is wrong with a vector from what is wrong with a request")
    func transactions() {
        #expect(VectorFault.wrote(fault(["v": .null])!))
        #expect(!VectorFault.wrote(fault(["t": .string("")])!))
    }
}

@Suite struct VectorIndexRecordTests {
    /// A record as version 1 of the program wrote it.
    private static let fossil: Item = [
        "format": .number(DecimalNumber(1)), "name": .string("Music"),
        "id": .number(DecimalNumber(7)),
        "uuid": .string("uuid"), "created": .number(try! DecimalNumber(parsing: "1700000000.25")),
        "attributes": .list([
            .map(["name": .string("pk"), "type": .string("S")]),
            .map(["name": .string("sk"), "type": .string("S")]),
        ]),
        "hash": .list([.string("pk")]), "range": .list([.string("sk")]), "indexes": .list([]),
        "billing": .string("PAY_PER_REQUEST"),
        "switched": .number(try! DecimalNumber(parsing: "1700000000.25")),
        "throughput": .map(["read": .number(DecimalNumber(0)), "write": .number(DecimalNumber(0))]),
        "class": .string("STANDARD"), "protected": .bool(false), "tags": .list([]),
    ]

    /// The same table with a vector index, as it is written since there are any.
    private static let fossilWithVectors: Item = {
        var item = fossil
        item["format"] = .number(DecimalNumber(2))
        item["attributes"] = .list([
            .map(["name": .string("pk"), "type": .string("S")]),
            .map(["name": .string("sk"), "type": .string("S")]),
            .map(["name": .string("t"), "type": .string("S")]),
            .map(["name": .string("c"), "type": .string("S")]),
        ])
        item["vectors"] = .list([
            .map([
                "name": .string("byV"), "id": .number(DecimalNumber(10)), "attribute": .string("v"),
                "dimensions": .number(DecimalNumber(3)), "distance": .string("COSINE"),
                "hash": .string("t"),
                "filters": .list([.string("c")]), "projection": .string("ALL"),
                "status": .string("ACTIVE"), "backfilling": .bool(false),
                "m": .number(DecimalNumber(16)),
                "efConstruction": .number(DecimalNumber(200)), "codes": .string("int4"),
                "residence": .string("memory"),
            ])
        ])
        return item
    }()

    @Test("a table without vector indexes is written as before, and reads back")
    func plainFormat() throws {
        let table = try Requests.definition()
        #expect(table.storedItem == Self.fossil)
        #expect(try TableDefinition(storedItem: Self.fossil) == table)
    }

    @Test("a table with a vector index is written in the second format, and reads back")
    func vectorFormat() throws {
        let table = try table(
            [index(by: [("t", .hash), ("c", .inlineFilter)])], defining: ["t", "c"])
        #expect(table.storedItem == Self.fossilWithVectors)
        #expect(try TableDefinition(storedItem: Self.fossilWithVectors) == table)
    }

    @Test("every choice of an index comes back", arguments: [1] as [UInt64])
    func roundTrips(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for step in 0..<200 {
            var table = random.definition()
            let attributes = table.attributeDefinitions
            table.vectorIndexes = (0..<random.number(1...5)).map { place in
                VectorIndexDefinition(
                    name: Text("vectors\(place)"), id: UInt32(random.number(0...99)),
                    attribute: Text("v\(place)"),
                    parameters: VectorParameters(
                        dimensions: random.number(1...4096),
                        metric: Metric.allCases.randomElement(using: &random)!,
                        m: random.number(2...128), efConstruction: random.number(1...1000),
                        codes: CodeKind.allCases.randomElement(using: &random)!,
                        residence: VectorResidence.allCases.randomElement(using: &random)!),
                    hash: random.maybe(attributes[0]), filters: Array(attributes.dropFirst()),
                    projection: [.all, .keysOnly, .include(["x"])]
                        .randomElement(using: &random)!,
                    status: random.chance(1, in: 2) ? .creating : .active,
                    isBackfilling: random.chance(1, in: 2))
            }
            let record = try ItemRecord(verifying: table.record.bytes)
            #expect(try TableDefinition(record: record) == table, "seed \(seed), step \(step)")
        }
    }

    @Test("an index that lacks a member, has one too many, or a value out of range, is corrupt")
    func damage() throws {
        guard case .list(let stored)? = Self.fossilWithVectors["vectors"],
            case .map(let members) = stored[0]
        else { return #expect(Bool(false)) }
        func isCorrupt(_ members: AttributeMap) -> Bool {
            var item = Self.fossilWithVectors
            item["vectors"] = .list([.map(members)])
            do throws(CorruptRecord) {
                _ = try TableDefinition(storedItem: item)
                return false
            } catch {
                return true
            }
        }
        #expect(!isCorrupt(members))
        for entry in members where entry.name != "hash" {
            var damaged = members
            damaged[entry.name] = nil
            #expect(isCorrupt(damaged), "\(entry.name)")
            damaged[entry.name] = .bool(true)
            #expect(isCorrupt(damaged) != (entry.name == "backfilling"), "\(entry.name)")
        }
        for (name, value) in [
            ("dimensions", .number(DecimalNumber(0))), ("m", .number(DecimalNumber(1))),
            ("codes", .string("int2")),
            ("distance", .string("MANHATTAN")), ("extra", .null), ("hash", .string("nobody")),
        ] as [(Text, AttributeValue)] {
            var damaged = members
            damaged[name] = value
            #expect(isCorrupt(damaged), "\(name)")
        }
        var item = Self.fossilWithVectors
        item["format"] = .number(DecimalNumber(1))
        #expect(throws: CorruptRecord.self) { try TableDefinition(storedItem: item) }
        item = Self.fossil
        item["format"] = .number(DecimalNumber(2))
        #expect(throws: CorruptRecord.self) { try TableDefinition(storedItem: item) }
    }

    @Test("a tally with saved bytes is 24 bytes, one without is as it was")
    func tallies() throws {
        let tally = Tally(itemCount: 2, sizeBytes: 300, savedBytes: -2)
        #expect(tally.stored.count == 24)
        #expect(Array(tally.stored.suffix(8)) == [0xFE] + [UInt8](repeating: 0xFF, count: 7))
        #expect(try Tally(stored: tally.stored) == tally)
        #expect(Tally(itemCount: 2, sizeBytes: 300).stored.count == 16)
    }
}
