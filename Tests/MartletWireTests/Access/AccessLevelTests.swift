// The levels of operations, against a table made from the access levels that AWS's Service
// Authorization Reference gives for DynamoDB: Read and List are `read`, Write on items is `write`;
// Write on tables, Tagging and Permissions management are `admin`.

import MartletCatalog
import MartletEngine
import MartletWire
import Testing

@Suite struct AccessLevelTests {
    private static let read = [
        "BatchGetItem", "DescribeBackup", "DescribeBulkOperation", "DescribeContinuousBackups",
        "DescribeContributorInsights", "DescribeEndpoints", "DescribeExport",
        "DescribeGlobalTable", "DescribeGlobalTableSettings", "DescribeImport",
        "DescribeKinesisStreamingDestination", "DescribeLimits", "DescribeStream",
        "DescribeTable", "DescribeTableReplicaAutoScaling", "DescribeTimeToLive", "GetItem",
        "GetRecords", "GetResourcePolicy", "GetShardIterator", "ListBackups",
        "ListBulkOperations", "ListContributorInsights", "ListExports", "ListGlobalTables",
        "ListImports", "ListStreams", "ListTables", "ListTagsOfResource", "Query", "Scan",
        "SearchVectors",
    ]
    private static let write = ["BatchWriteItem", "DeleteItem", "PutItem", "UpdateItem"]
    private static let byAction = [
        "BatchExecuteStatement", "ExecuteStatement", "ExecuteTransaction", "TransactGetItems",
        "TransactWriteItems",
    ]
    private static let admin = [
        "CancelBulkOperation", "CreateBackup", "CreateGlobalTable", "CreateTable", "DeleteBackup",
        "DeleteResourcePolicy", "DeleteTable", "DisableKinesisStreamingDestination",
        "EnableKinesisStreamingDestination", "ExportTableToPointInTime", "ImportTable",
        "PutResourcePolicy", "RestoreTableFromBackup", "RestoreTableToPointInTime",
        "StartBulkPutItems", "TagResource", "UntagResource", "UpdateContinuousBackups",
        "UpdateContributorInsights", "UpdateGlobalTable", "UpdateGlobalTableSettings",
        "UpdateKinesisStreamingDestination", "UpdateTable", "UpdateTableReplicaAutoScaling",
        "UpdateTimeToLive",
    ]

    @Test("every operation that is known has the level of its kind, and none is forgotten")
    func levels() {
        let table =
            Self.read.map { ($0, AccessLevel?.some(.read)) } + Self.write.map { ($0, .write) }
            + Self.admin.map { ($0, .admin) } + Self.byAction.map { ($0, nil) }
        #expect(Set(table.map(\.0)) == Set(OperationName.allCases.map(\.rawValue)))
        #expect(table.count == OperationName.allCases.count)
        for (name, level) in table {
            #expect(OperationName(rawValue: name)?.accessLevel == level, "\(name)")
        }
    }

    @Test("each level includes those before it")
    func order() {
        #expect(AccessLevel.allCases.sorted() == [.read, .write, .admin])
    }

    private func resources<Operation: WireOperation>(
        _ type: Operation.Type, _ body: String
    ) throws -> [ResourceUse] {
        try Array(body.utf8).withUnsafeBufferPointer {
            try Operation.decode($0).operation.resources
        }
    }

    @Test("a request touches every table that its members name, also by ARN")
    func tables() throws {
        let arn = "arn:aws:dynamodb:us-east-1:000000000000:table/Beta"
        #expect(
            Set(
                try resources(
                    BatchGetItem.self,
                    #"{"RequestItems":{"Alpha":{"Keys":[{"a":{"S":"1"}}]},"#
                        + #""\#(arn)":{"Keys":[{"a":{"S":"1"}}]}}}"#
                ).map(\.resource)) == [.table("Alpha"), .table("Beta")])
        #expect(
            try resources(
                Query.self,
                #"{"TableName":"\#(arn)","IndexName":"ByName","KeyConditionExpression":"a = :a","#
                    + #""ExpressionAttributeValues":{":a":{"S":"1"}}}"#
            ).map(\.resource) == [.table("Beta", part: "/index/ByName")])
        #expect(
            try resources(
                DescribeBackup.self, #"{"BackupArn":"\#(arn)/backup/01234567890123-00000000"}"#
            ).map(\.resource) == [.table("Beta", part: "/backup/01234567890123-00000000")])
        #expect(
            try resources(
                RestoreTableToPointInTime.self,
                #"{"SourceTableName":"Alpha","TargetTableName":"Beta","#
                    + #""UseLatestRestorableTime":true}"#
            ).map(\.resource) == [.table("Alpha"), .table("Beta")])
    }

    @Test("actions of a transaction and statements take the level of what they do")
    func actions() throws {
        let uses = try resources(
            TransactWriteItems.self,
            #"{"TransactItems":[{"ConditionCheck":{"TableName":"Alpha","Key":{"a":{"S":"1"}},"#
                + #""ConditionExpression":"attribute_exists(a)"}},"#
                + #"{"Put":{"TableName":"Beta","Item":{"a":{"S":"1"}}}}]}"#)
        #expect(uses.map(\.action?.name) == ["ConditionCheckItem", "PutItem"])
        #expect(uses.map(\.action?.level) == [.read, .write])
        for (text, name, level) in [
            (#"SELECT * FROM \"Alpha\".\"ByName\" WHERE a = 1"#, "PartiQLSelect", AccessLevel.read),
            (#"INSERT INTO \"Alpha\" VALUE {'a': 1}"#, "PartiQLInsert", .write),
            (#"UPDATE \"Alpha\" SET b = 1 WHERE a = 1"#, "PartiQLUpdate", .write),
            (#"DELETE FROM \"Alpha\" WHERE a = 1"#, "PartiQLDelete", .write),
        ] {
            let uses = try resources(ExecuteStatement.self, #"{"Statement":"\#(text)"}"#)
            #expect(uses.map(\.action?.name) == [name])
            #expect(uses.map(\.action?.level) == [level])
            guard case .table("Alpha", _) = uses[0].resource else {
                Issue.record("\(uses)")
                continue
            }
        }
    }

    @Test("an iterator of a stream touches its table, and a text that is none touches everything")
    func iterators() throws {
        let uses = try resources(GetRecords.self, #"{"ShardIterator":"nonsense"}"#)
        #expect(uses.map(\.resource) == [.everything])
    }
}
