import MartletWire
import Testing

@testable import MartletCLI

@Suite struct TableBlueprintTests {
    func creation(_ description: String, tags: [String: String] = [:]) throws -> String {
        let tree = try #require(JSONTree(description))
        return String(decoding: TableBlueprint(tree, tags: tags).creation, as: UTF8.self)
    }

    static let keys =
        #""TableName":"T","AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}],"#
        + #""KeySchema":[{"AttributeName":"id","KeyType":"HASH"}]"#

    @Test("on demand: what the table is, and nothing of how it is doing")
    func onDemand() throws {
        let made = try creation(
            "{" + Self.keys
                + #","TableStatus":"ACTIVE","ItemCount":7,"TableArn":"a","#
                + #""ProvisionedThroughput":{"ReadCapacityUnits":0,"WriteCapacityUnits":0},"#
                + #""BillingModeSummary":{"BillingMode":"PAY_PER_REQUEST"},"#
                + #""OnDemandThroughput":{"MaxReadRequestUnits":5},"#
                + #""TableClassSummary":{"TableClass":"STANDARD_INFREQUENT_ACCESS"},"#
                + #""GlobalSecondaryIndexes":[{"IndexName":"I","KeySchema":[],"Projection":{},"#
                + #""IndexStatus":"ACTIVE","ItemCount":1,"IndexArn":"x","#
                + #""ProvisionedThroughput":{"ReadCapacityUnits":0,"WriteCapacityUnits":0}}]}"#,
            tags: ["b": "2", "a": "1"])
        #expect(
            made == "{" + Self.keys
                + #","BillingMode":"PAY_PER_REQUEST","OnDemandThroughput":"#
                + #"{"MaxReadRequestUnits":5},"TableClass":"STANDARD_INFREQUENT_ACCESS","#
                + #""GlobalSecondaryIndexes":[{"IndexName":"I","KeySchema":[],"Projection":{}}],"#
                + #""Tags":[{"Key":"a","Value":"1"},{"Key":"b","Value":"2"}]}"#)
    }

    @Test("provisioned: the units of the table and of its indexes")
    func provisioned() throws {
        let made = try creation(
            "{" + Self.keys
                + #","ProvisionedThroughput":{"NumberOfDecreasesToday":0,"#
                + #""ReadCapacityUnits":3,"WriteCapacityUnits":4},"GlobalSecondaryIndexes":"#
                + #"[{"IndexName":"I","ProvisionedThroughput":{"ReadCapacityUnits":5,"#
                + #""WriteCapacityUnits":6}}]}"#)
        #expect(
            made == "{" + Self.keys
                + #","BillingMode":"PROVISIONED","ProvisionedThroughput":{"ReadCapacityUnits":3,"#
                + #""WriteCapacityUnits":4},"GlobalSecondaryIndexes":[{"IndexName":"I","#
                + #""ProvisionedThroughput":{"ReadCapacityUnits":5,"WriteCapacityUnits":6}}]}"#)
    }

    @Test("a stream and protection come afterwards, unless they are there")
    func updates() throws {
        let tree = try #require(
            JSONTree(
                #"{"TableName":"T","StreamSpecification":{"StreamEnabled":true,"#
                    + #""StreamViewType":"KEYS_ONLY"},"DeletionProtectionEnabled":true}"#))
        let updates = TableBlueprint(tree, tags: [:]).updates
        #expect(
            updates.map { String(decoding: $0.body, as: UTF8.self) } == [
                #"{"TableName":"T","StreamSpecification":{"StreamEnabled":true,"#
                    + #""StreamViewType":"KEYS_ONLY"}}"#,
                #"{"TableName":"T","DeletionProtectionEnabled":true}"#,
            ])
        let bare = try #require(JSONTree(#"{"DeletionProtectionEnabled":false}"#))
        #expect(updates.map { $0.isMade(in: tree) } == [true, true])
        #expect(updates.map { $0.isMade(in: bare) } == [false, false])
        #expect(TableBlueprint(bare, tags: [:]).updates.isEmpty)
    }
}
