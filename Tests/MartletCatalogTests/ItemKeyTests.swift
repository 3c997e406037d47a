import MartletCatalog
import MartletEncoding
import MartletModel
import Testing

private func n(_ value: Int) -> AttributeValue { .number(DecimalNumber(value)) }
private func text(_ count: Int) -> AttributeValue {
    .string(Text(String(repeating: "x", count: count)))
}

private let schema = KeySchema(
    hash: [KeyAttribute(name: "pk", type: .string)],
    range: [KeyAttribute(name: "sk", type: .number)])
private let hashOnly = KeySchema(hash: [KeyAttribute(name: "pk", type: .binary)])
private let texts = KeySchema(hash: Requests.attributes("pk"), range: Requests.attributes("sk"))

private func refusal<Value>(_ work: () throws(ValidationError) -> Value) -> String? {
    do throws(ValidationError) {
        _ = try work()
        return nil
    } catch {
        return error.message
    }
}

@Suite struct PrimaryKeyTests {
    @Test("an item's key is found, whatever else the item has")
    func ofItem() throws {
        let item: Item = ["pk": .string("a"), "sk": n(1), "other": .null]
        let key = PrimaryKey(hash: .string("a"), range: n(1))
        #expect(try schema.primaryKey(ofItem: item) == key)
        #expect(try schema.primaryKey(ofItem: ItemRecord(item)) == key)
        #expect(schema.keyItem(of: key) == ["pk": .string("a"), "sk": n(1)])
    }

    private static let invalid = "One or more parameter values were invalid: "

    @Test(
        "an item without a sound key is refused, hash before range and form before size",
        arguments: [
            ([:], "Missing the key pk in the item"),
            (["pk": .string("")], "Missing the key sk in the item"),
            (["pk": n(1)], "Type mismatch for key pk expected: S actual: N"),
            (["pk": .null, "sk": .null], "Type mismatch for key pk expected: S actual: NULL"),
            (
                ["pk": .string(""), "sk": .list([])],
                "Type mismatch for key sk expected: N actual: L"
            ),
            (
                ["pk": text(2049), "sk": n(1)],
                "Size of hashkey has exceeded the maximum size limit of2048 bytes"
            ),
        ] as [(Item, String)])
    func itemRefusals(item: Item, message: String) {
        #expect(
            refusal { () throws(ValidationError) in try schema.primaryKey(ofItem: item) }
                == Self.invalid + message)
    }

    @Test("empty and oversized values have texts of their own; the limits themselves are allowed")
    func values() {
        func refused(_ key: KeySchema, _ item: Item) -> String? {
            let message = refusal { () throws(ValidationError) in try key.primaryKey(ofItem: item) }
            // A key map is told the same.
            #expect(
                refusal { () throws(ValidationError) in try key.primaryKey(ofKey: item) } == message
            )
            return message
        }
        let empty =
            "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty "
        #expect(
            refused(schema, ["pk": .string(""), "sk": n(1)]) == empty + "string value. Key: pk")
        #expect(refused(hashOnly, ["pk": .binary([])]) == empty + "binary value. Key: pk")
        #expect(
            refused(texts, ["pk": text(2049), "sk": .string("")]) == empty + "string value. Key: sk"
        )
        #expect(
            refused(texts, ["pk": text(2048), "sk": text(1025)])
                == Self.invalid
                + "Aggregated size of all range keys has exceeded the size limit of 1024 bytes")
        #expect(refused(texts, ["pk": text(2048), "sk": text(1024)]) == nil)
        #expect(refused(hashOnly, ["pk": .binary([UInt8](repeating: 0, count: 2048))]) == nil)
    }

    @Test(
        "a key map holds the key and nothing else",
        arguments: [
            [:], ["pk": .string("a")], ["sk": n(1)], ["pk": .string("a"), "sk": .string("1")],
            ["pk": .string("a"), "sk": n(1), "x": n(1)], ["pk": .string("a"), "x": n(1)],
            ["pk": .null, "sk": n(1)],
        ] as [AttributeMap])
    func keyMaps(key: AttributeMap) {
        #expect(
            refusal { () throws(ValidationError) in try schema.primaryKey(ofKey: key) }
                == "The provided key element does not match the schema")
    }
}

@Suite struct IndexKeyTests {
    /// byTitle (pk, title: S) and byYear (year: N).
    private let table = Requests.indexed()
    private let item: Item = [
        "pk": .string("p"), "sk": .string("s"), "title": .string("t"), "year": n(1999),
        "extra": .bool(true),
    ]

    private func fault(_ name: Text, _ value: AttributeValue, _ origin: AttributeOrigin = .item)
        -> IndexKeyFault?
    {
        var changed = item
        changed[name] = value
        do throws(IndexKeyFault) {
            try table.checkIndexKeys(of: changed, from: origin)
            return nil
        } catch {
            return error
        }
    }

    @Test("an item without an index's attribute is sound, and is not in the index")
    func sparse() throws {
        var sparse = item
        sparse["year"] = nil
        try table.checkIndexKeys(of: sparse)
        #expect(IndexKey.extract(from: sparse, table.indexes[1]) == nil)
        #expect(table.indexRowKey(table.indexes[1], of: sparse) == nil)
        #expect(IndexKey.extract(from: sparse, table.indexes[0]) == [.string("p"), .string("t")])
        #expect(IndexKey.extract(from: item, table.indexes[1]) == [n(1999)])
    }

    @Test("a value that cannot be an index key refuses the item; an update is told without names")
    func faults() {
        #expect(
            fault("year", .string("x"))
                == .item(
                    ValidationError(
                        "One or more parameter values were invalid: Type mismatch for Index Key year Expected: N Actual: S IndexName: byYear"
                    )))
        #expect(
            fault("title", .list([]), .updateExpression(of: ["title"]))
                == .item(
                    ValidationError(
                        "The update expression attempted to update the secondary index key to unsupported type"
                    )))
        #expect(
            fault("title", .string(""))
                == .request(
                    ValidationError(
                        "One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty string value. IndexName: byTitle, IndexKey: title"
                    )))
        #expect(
            fault("title", .string(""), .updateExpression(of: ["title"]))
                == .request(
                    ValidationError(
                        "One or more parameter values are not valid. The update expression attempted to update a secondary index key to a value that is not supported. The AttributeValue for a key attribute cannot contain an empty string value."
                    )))
        #expect(
            fault("title", text(1025))
                == .item(
                    ValidationError(
                        "One or more parameter values were invalid: Size limit exceeded for Index Key title Actual Size: 1025 bytes Max Size: 1024 bytes IndexName: byTitle"
                    )))
        #expect(fault("title", text(1024)) == nil)
        #expect(fault("extra", .string("")) == nil)
    }

    @Test("of several faulty indexes the first by name is reported")
    func firstByName() throws {
        let table = try Requests.definition { request in
            request.attributeDefinitions = Requests.attributes("pk", "sk", "x")
            request.globalIndexes = ["zebra", "apple", "mango"].map {
                Requests.index($0, Requests.key("x"))
            }
        }
        let item: Item = ["pk": .string("p"), "sk": .string("s"), "x": n(1)]
        let message =
            "One or more parameter values were invalid: Type mismatch for Index Key x Expected: S Actual: N IndexName: apple"
        #expect(throws: IndexKeyFault.item(ValidationError(message))) {
            try table.checkIndexKeys(of: item)
        }
        // An index made over such an item leaves it out.
        #expect(table.indexRowKey(table.indexes[0], of: item) == nil)
    }

    @Test("an index holds its keys, the table's and what it projects; records are projected alike")
    func projections() {
        let record = ItemRecord(item)
        let keys = Requests.indexed()
        #expect(
            keys.projectedItem(for: keys.indexes[1], of: item)
                == ["pk": .string("p"), "sk": .string("s"), "year": n(1999)])
        #expect(keys.projectedItem(for: keys.indexes[0], of: item) == item)
        let including = Requests.indexed {
            $0.globalIndexes![0].projection = ProjectionRequest(
                kind: .include, nonKeyAttributes: ["extra", "absent"])
        }
        #expect(
            including.projectedItem(for: including.indexes[1], of: item)
                == ["pk": .string("p"), "sk": .string("s"), "year": n(1999), "extra": .bool(true)])
        for table in [keys, including] {
            for index in table.indexes {
                #expect(
                    table.projectedRecord(for: index, of: record).item
                        == table.projectedItem(for: index, of: item))
            }
        }
    }
}

@Suite struct RowKeyTests {
    @Test("rows of a partition lie together, in the order of the range key")
    func order() {
        let table = TableDefinition(
            name: "abc", id: 5, uuid: "", created: Requests.now,
            attributeDefinitions: schema.attributes, key: schema)
        let prefix = table.partitionPrefix(.string("p"))
        let rows = [-10, -1, 0, 2, 10].map {
            table.rowKey(PrimaryKey(hash: .string("p"), range: n($0)))
        }
        #expect(rows.allSatisfy { $0.starts(with: prefix) })
        #expect(zip(rows, rows.dropFirst()).allSatisfy { $0.lexicographicallyPrecedes($1) })
        #expect(!table.rowKey(PrimaryKey(hash: .string("pp"), range: n(0))).starts(with: prefix))
        // Space, id, hash of the partition key's bytes, then its bytes.
        #expect(prefix[..<5] == [0x10, 0, 0, 0, 5])
        #expect(prefix[13...] == [0x70, 0, 0])
    }

    @Test("an index row is named by the item, and by its parts alike")
    func indexRows() throws {
        let table = try Requests.definition { request in
            request.attributeDefinitions = Requests.attributes("pk", "sk", "a", "b", "c")
            request.globalIndexes = [
                Requests.index(
                    "gsi",
                    [
                        Requests.element("a", .hash), Requests.element("b", .hash),
                        Requests.element("c", .range),
                    ])
            ]
        }
        let item: Item = [
            "a": .string("1"), "b": .string("2"), "c": .string("3"), "pk": .string("p"),
            "sk": .string("s"),
        ]
        let row = try #require(table.indexRowKey(table.indexes[0], of: item))
        #expect(row == table.indexRowKey(table.indexes[0], of: ItemRecord(item)))
        #expect(
            row
                == table.indexRowKey(
                    table.indexes[0], [.string("1"), .string("2"), .string("3")],
                    PrimaryKey(hash: .string("p"), range: .string("s"))))
        #expect(row[..<5] == [0x11, 0, 0, 0, 10])
        // Index key, then table key: 1 2 | 3 | p s, each with its end.
        #expect(
            row[13...].elementsEqual(
                ["1", "2", "3", "p", "s"].flatMap { Array($0.utf8) + [0, 0] }))
    }
}
