import MartletCatalog
@testable import MartletEngine
import MartletModel
import Testing

@testable import MartletWire

@Suite struct VectorIndexWireTests {
    private static let head =
        #""TableName":"tab","KeySchema":[{"AttributeName":"a","KeyType":"HASH"}],"#
        + #""BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":["#
        + #"{"AttributeName":"a","AttributeType":"S"},{"AttributeName":"t","AttributeType":"S"},"#
        + #"{"AttributeName":"n","AttributeType":"N"}]"#

    private static let index =
        #"{"IndexName":"byV","VectorAttribute":{"AttributeName":"v"},"Dimensions":3,"#
        + #""DistanceFunction":"EUCLIDEAN","SearchSchema":["#
        + #"{"AttributeName":"t","SearchSchemaElementType":"HASH"},"#
        + #"{"AttributeName":"n","SearchSchemaElementType":"INLINE_FILTER"}],"#
        + #""Projection":{"ProjectionType":"KEYS_ONLY"}}"#

    private func description(_ extra: String = "") throws -> TableDescription {
        let request = try decode(
            CreateTable.self, "{\(Self.head),\"VectorIndexes\":[\(Self.index)]\(extra)}"
        ).operation.request
        var nextID: UInt32 = 1
        let definition = try TableDefinition(
            creating: request, id: 1, uuid: "uuid", now: Timestamp(secondsSince1970: 1)
        ) {
            nextID += 1
            return nextID
        }
        return TableDescription(
            definition: definition, status: .creating, arn: "arn",
            indexTallies: [2: Tally(itemCount: 4, sizeBytes: 500)])
    }

    /// The `VectorIndexes` of a description's answer.
    private func written(_ description: TableDescription) throws -> String? {
        let request = try decode(CreateTable.self, "{\(Self.head)}")
        let answer = encoded(description, for: request)
        guard let start = answer.firstRange(of: #""VectorIndexes":["#)?.upperBound,
            let end = answer.firstRange(of: #"],"DeletionProtectionEnabled""#)?.lowerBound
        else { return nil }
        return String(answer[start..<end])
    }

    @Test("single members of a vector index are checked with all others")
    func members() throws {
        func path(_ member: String) -> String { "vectorIndexes.1.member.\(member)" }
        func longer(_ value: String, _ path: String, _ length: Int) -> String {
            "Value '\(value)' at '\(path)' failed to satisfy constraint: "
                + "Member must have length greater than or equal to \(length)"
        }
        expectRefusals(
            of: CreateTable.self,
            [
                (
                    #"{\#(Self.head),"VectorIndexes":[{}]}"#,
                    Texts.joined(
                        Texts.null(path("indexName")), Texts.null(path("vectorAttribute")),
                        Texts.null(path("dimensions")), Texts.null(path("distanceFunction")),
                        Texts.null(path("projection")))
                ),
                (
                    #"{\#(Self.head),"VectorIndexes":[{"IndexName":"ab","VectorAttribute":{},"#
                        + #""Dimensions":3,"DistanceFunction":"MANHATTAN","SearchSchema":[{"#
                        + #""AttributeName":"","SearchSchemaElementType":"X"}],"Projection":{}}]}"#,
                    Texts.joined(
                        longer("ab", path("indexName"), 3),
                        Texts.null(path("vectorAttribute.attributeName")),
                        longer("", path("searchSchema.1.member.attributeName"), 1),
                        Texts.choice(
                            "X", path("searchSchema.1.member.searchSchemaElementType"),
                            "HASH, INLINE_FILTER"),
                        Texts.choice(
                            "MANHATTAN", path("distanceFunction"),
                            "COSINE, DOT_PRODUCT, EUCLIDEAN"))
                ),
                (
                    #"{\#(Self.head),"VectorIndexes":[{"IndexName":"abc","VectorAttribute":{"#
                        + #""AttributeName":"v"},"Dimensions":3,"DistanceFunction":"COSINE","#
                        + #""SearchSchema":[],"Projection":{}}]}"#,
                    Texts.joined(longer("[]", path("searchSchema"), 1))
                ),
            ])
        let model = "com.amazonaws.dynamodb.v20120810"
        for (members, text) in [
            (#"[[]]"#, "Unrecognized collection type class \(model).VectorIndex"),
            (#"[{"Dimensions":"3"}]"#, "STRING_VALUE cannot be converted to Integer"),
            (#"[{"VectorAttribute":"v"}]"#, "Unexpected field type"),
        ] {
            #expect(
                failure(CreateTable.self, #"{\#(Self.head),"VectorIndexes":\#(members)}"#)
                    == .serialization(text))
        }
    }

    @Test("a vector index becomes the catalogue's request, member for member")
    func decodes() throws {
        let request = try decode(
            CreateTable.self, "{\(Self.head),\"VectorIndexes\":[\(Self.index)]}"
        ).operation.request
        let index = try #require(request.vectorIndexes?.first)
        #expect(index.name == "byV" && index.attribute == "v" && index.dimensions == 3)
        #expect(index.distance.protocolName == "EUCLIDEAN")
        #expect(
            index.searchSchema == [
                SearchSchemaElement(name: "t", role: .hash),
                SearchSchemaElement(name: "n", role: .inlineFilter),
            ])
        #expect(index.projection == ProjectionRequest(kind: .keysOnly))
        #expect(
            try decode(CreateTable.self, "{\(Self.head)}").operation.request.vectorIndexes == nil)
    }

    @Test("an update names exactly one of create and delete")
    func updates() throws {
        func update(_ changes: String) -> String {
            #"{"TableName":"tab","VectorIndexUpdates":[\#(changes)]}"#
        }
        let names = "VectorIndexUpdate.Create, VectorIndexUpdate.Delete"
        expectRefusals(
            of: UpdateTable.self,
            [
                (
                    update(#"{"Delete":{}},{"Create":{"IndexName":"byV"}}"#),
                    Texts.joined(
                        Texts.null("vectorIndexUpdates.1.member.delete.indexName"),
                        Texts.null("vectorIndexUpdates.2.member.create.vectorAttribute"),
                        Texts.null("vectorIndexUpdates.2.member.create.dimensions"),
                        Texts.null("vectorIndexUpdates.2.member.create.distanceFunction"),
                        Texts.null("vectorIndexUpdates.2.member.create.projection"))
                ),
                (update("{}"), Texts.invalid + "One of \(names) must not be null"),
                (
                    update(#"{"Create":\#(Self.index),"Delete":{"IndexName":"byV"}}"#),
                    Texts.invalid + "Only one of \(names) can be set"
                ),
            ])
        let change = try decode(UpdateTable.self, update(#"{"Delete":{"IndexName":"byV"}}"#))
            .operation.change
        #expect(change == TableChange(name: "tab", vectorIndexChanges: [.delete(name: "byV")]))
        let created = try decode(UpdateTable.self, update(#"{"Create":\#(Self.index)}"#))
            .operation.change
        guard case .create(let index)? = created.vectorIndexChanges?.first else {
            Issue.record("no index")
            return
        }
        #expect(index.name == "byV")
        let empty = try decode(UpdateTable.self, update("")).operation.change
        #expect(empty.vectorIndexChanges == [])
    }

    @Test("a description tells an index's state, and Backfilling only while it is being added")
    func describes() throws {
        var description = try description()
        let start =
            #"{"IndexName":"byV","VectorAttribute":{"AttributeName":"v"},"Dimensions":3,"#
            + #""DistanceFunction":"EUCLIDEAN","SearchSchema":["#
            + #"{"AttributeName":"t","SearchSchemaElementType":"HASH"},"#
            + #"{"AttributeName":"n","SearchSchemaElementType":"INLINE_FILTER"}],"#
            + #""Projection":{"ProjectionType":"KEYS_ONLY"},"IndexStatus":"#
        let end = #","IndexSizeBytes":500,"ItemCount":4,"IndexArn":"arn/index/byV"}"#
        #expect(try written(description) == start + #""CREATING""# + end)
        description.status = .active
        #expect(try written(description) == start + #""ACTIVE""# + end)
        description.definition.vectorIndexes[0].status = .creating
        #expect(
            try written(description) == start + #""CREATING","Backfilling":false"# + end)
        description.definition.vectorIndexes[0].isBackfilling = true
        #expect(try written(description) == start + #""CREATING","Backfilling":true"# + end)
        description.deletedVectorIndexes = description.definition.vectorIndexes
        description.definition.vectorIndexes = []
        #expect(try written(description) == start + #""DELETING""# + end)
        description.deletedVectorIndexes = []
        #expect(try written(description) == nil)
    }

    @Test("consumed capacity names the bytes written to each index that changed")
    func capacity() {
        let capacity = ConsumedCapacity(
            table: "tab", total: 2, tableUnits: 2, vectorIndexBytes: [("byV", 1024), ("all", 4099)])
        let text = MartletWireTests.written { $0.consumedCapacity(capacity) }
        #expect(
            text
                == #"{"TableName":"tab","CapacityUnits":2.0,"Table":{"CapacityUnits":2.0},"#
                + #""VectorIndexes":{"byV":{"VectorWriteRequestBytes":1024.0},"#
                + #""all":{"VectorWriteRequestBytes":4099.0}}}"#)
    }
}
