import MartletCatalog
import MartletModel
import Testing

@testable import MartletEngine
@testable import MartletWire

private let arn = "arn:aws:dynamodb:us-east-1:000000000000:table/tab/backup/01489602797149-73d8d5bc"
private let invalid = "One or more parameter values were invalid: "

@Suite struct BackupWireTests {
    private func short(_ value: String, _ path: String, _ count: Int) -> String {
        "Value '\(value)' at '\(path)' failed to satisfy constraint: "
            + "Member must have length greater than or equal to \(count)"
    }

    @Test("CreateBackup: name, then table")
    func create() throws {
        expectRefusals(
            of: CreateBackup.self,
            [
                ("{}", Texts.joined(Texts.null("backupName"), Texts.null("tableName"))),
                (
                    #"{"TableName":"tab","BackupName":"a!"}"#,
                    Texts.joined(
                        "Value 'a!' at 'backupName' failed to satisfy constraint: "
                            + "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
                        short("a!", "backupName", 3))
                ),
            ])
        let request = try decode(CreateBackup.self, #"{"BackupName":"kept","TableName":"tab"}"#)
        #expect(request.operation.table == "tab")
        #expect(request.operation.name == "kept")
    }

    @Test("DescribeBackup and DeleteBackup: the ARN")
    func named() throws {
        let cases = [
            ("{}", Texts.joined(Texts.null("backupArn"))),
            (#"{"BackupArn":"arn:"}"#, Texts.joined(short("arn:", "backupArn", 37))),
        ]
        expectRefusals(of: DescribeBackup.self, cases)
        expectRefusals(of: DeleteBackup.self, cases)
        #expect(try decode(DeleteBackup.self, #"{"BackupArn":"\#(arn)"}"#).operation.arn == arn)
    }

    @Test("ListBackups: type, start, limit, table; all of them optional")
    func list() throws {
        expectRefusals(
            of: ListBackups.self,
            [
                (
                    #"{"Limit":0,"BackupType":"X","ExclusiveStartBackupArn":"arn:","TableName":""}"#,
                    Texts.joined(
                        Texts.choice("X", "backupType", "USER, SYSTEM, AWS_BACKUP, ALL"),
                        short("arn:", "exclusiveStartBackupArn", 37),
                        "Value '0' at 'limit' failed to satisfy constraint: "
                            + "Member must have value greater than or equal to 1",
                        short("", "tableName", 1))
                )
            ])
        let plain = try decode(ListBackups.self, "{}").operation
        #expect(plain.kind == .user)
        #expect(plain.limit == 100)
        #expect(plain.table == nil && plain.earliest == nil && plain.end == nil)
        let full = try decode(
            ListBackups.self,
            #"{"TableName":"arn:aws:dynamodb:us-east-1:000000000000:table/tab","Limit":7,"#
                + #""BackupType":"ALL","TimeRangeLowerBound":1.5,"TimeRangeUpperBound":2e9,"#
                + #""ExclusiveStartBackupArn":"\#(arn)"}"#
        ).operation
        #expect(full.table == "tab")
        #expect(full.kind == .all)
        #expect(full.earliest == Timestamp(secondsSince1970: 1.5))
        #expect(full.end == Timestamp(secondsSince1970: 2e9))
        #expect(full.exclusiveStartARN == arn)
        #expect(
            failure(ListBackups.self, #"{"TimeRangeLowerBound":"now"}"#)
                == .serialization("STRING_VALUE cannot be converted to Timestamp"))
    }

    @Test("restores: constraints together, then the ways to name source and moment")
    func restores() throws {
        expectRefusals(
            of: RestoreTableFromBackup.self,
            [
                ("{}", Texts.joined(Texts.null("backupArn"), Texts.null("targetTableName"))),
                (
                    #"{"BackupArn":"\#(arn)","TargetTableName":"tab","BillingModeOverride":"X","#
                        + #""GlobalSecondaryIndexOverride":[{"KeySchema":[],"IndexName":"idx"}],"#
                        + #""ProvisionedThroughputOverride":{"ReadCapacityUnits":1}}"#,
                    Texts.joined(
                        Texts.choice("X", "billingModeOverride", "PROVISIONED, PAY_PER_REQUEST"),
                        short("[]", "globalSecondaryIndexOverride.1.member.keySchema", 1),
                        Texts.null("globalSecondaryIndexOverride.1.member.projection"),
                        Texts.null("provisionedThroughputOverride.writeCapacityUnits"))
                ),
            ])
        expectRefusals(
            of: RestoreTableToPointInTime.self,
            [
                (
                    #"{"SourceTableName":"a!b"}"#,
                    Texts.joined(
                        "Value 'a!b' at 'sourceTableName' failed to satisfy constraint: "
                            + "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
                        Texts.null("targetTableName"))
                ),
                (
                    #"{"TargetTableName":"tab","UseLatestRestorableTime":true}"#,
                    invalid + "Either SourceTableName or SourceTableArn must be specified"
                ),
                (
                    #"{"TargetTableName":"tab","SourceTableName":"tab","SourceTableArn":"a"}"#,
                    invalid + "SourceTableName and SourceTableArn can not both be specified"
                ),
                (
                    #"{"TargetTableName":"tab","SourceTableName":"tab"}"#,
                    invalid
                        + "Either UseLatestRestorableTime or RestoreDateTime must be specified"
                ),
                (
                    #"{"TargetTableName":"tab","SourceTableName":"tab","RestoreDateTime":5.0,"#
                        + #""UseLatestRestorableTime":true}"#,
                    invalid
                        + "UseLatestRestorableTime and RestoreDateTime can not both be specified"
                ),
            ])
        let restore = try decode(
            RestoreTableToPointInTime.self,
            #"{"TargetTableName":"new","SourceTableName":"tab","RestoreDateTime":1.25,"#
                + #""UseLatestRestorableTime":false,"LocalSecondaryIndexOverride":[],"#
                + #""OnDemandThroughputOverride":{"MaxReadRequestUnits":5},"#
                + #""SSESpecificationOverride":{"Enabled":true}}"#
        ).operation
        #expect(restore.source == .name("tab"))
        #expect(restore.time == Timestamp(secondsSince1970: 1.25))
        #expect(
            restore.request
                == RestoreRequest(
                    target: "new", localIndexes: [], onDemand: PartialUnits(read: 5),
                    encryption: EncryptionRequest(isEnabled: true)))
    }

    @Test("UpdateContinuousBackups: the specification, then the table")
    func continuous() throws {
        let path = "pointInTimeRecoverySpecification"
        expectRefusals(
            of: UpdateContinuousBackups.self,
            [
                ("{}", Texts.joined(Texts.null(path), Texts.null("tableName"))),
                (
                    #"{"TableName":"tab","PointInTimeRecoverySpecification":{"#
                        + #""RecoveryPeriodInDays":36}}"#,
                    Texts.joined(
                        Texts.null(path + ".pointInTimeRecoveryEnabled"),
                        "Value '36' at '\(path).recoveryPeriodInDays' failed to satisfy "
                            + "constraint: Member must have value less than or equal to 35")
                ),
            ])
        let request = try decode(
            UpdateContinuousBackups.self,
            #"{"TableName":"tab","PointInTimeRecoverySpecification":{"#
                + #""PointInTimeRecoveryEnabled":true,"RecoveryPeriodInDays":3}}"#)
        #expect(request.operation.isEnabled)
        #expect(request.operation.periodInDays == 3)
        let settings = RecoverySettings(
            since: Timestamp(secondsSince1970: 99.5), periodInDays: 3)
        #expect(
            encoded(
                DescribeContinuousBackups.Output(settings, at: Timestamp(secondsSince1970: 120)),
                for: request)
                == #"{"ContinuousBackupsDescription":{"ContinuousBackupsStatus":"ENABLED","#
                + #""PointInTimeRecoveryDescription":{"PointInTimeRecoveryStatus":"ENABLED","#
                + #""RecoveryPeriodInDays":3,"EarliestRestorableDateTime":100.0,"#
                + #""LatestRestorableDateTime":120.0}}}"#)
    }

    @Test("answers: details, descriptions, summaries")
    func answers() throws {
        let attribute = KeyAttribute(name: "a", type: .string)
        let table = TableDefinition(
            name: "tab", id: 3, uuid: "uu", created: Timestamp(secondsSince1970: 5),
            attributeDefinitions: [attribute], key: KeySchema(hash: [attribute]),
            indexes: [
                IndexDefinition(
                    name: "byA", id: 4, kind: .global, key: KeySchema(hash: [attribute]),
                    projection: .keysOnly,
                    throughput: ThroughputSettings(
                        provisioned: CapacityUnits(read: 1, write: 2)))
            ],
            billing: .provisioned,
            throughput: ThroughputSettings(provisioned: CapacityUnits(read: 3, write: 4)),
            timeToLiveAttribute: "ends")
        let backup = BackupDefinition(
            id: 9, rowsID: 9, name: "kept", label: "01489602797149-73d8d5bc", kind: .system,
            status: .creating, created: Timestamp(secondsSince1970: 7),
            expires: Timestamp(secondsSince1970: 8), itemCount: 2, sizeBytes: 30, table: table)
        let description = BackupDescription(backup, owner: .local)
        let members =
            #""BackupArn":"\#(arn)","BackupName":"kept","BackupSizeBytes":30,"#
            + #""BackupStatus":"CREATING","BackupType":"SYSTEM","BackupCreationDateTime":7.0,"#
            + #""BackupExpiryDateTime":8.0}"#
        let tableARN = "arn:aws:dynamodb:us-east-1:000000000000:table/tab"
        let created = try decode(CreateBackup.self, #"{"BackupName":"kept","TableName":"tab"}"#)
        #expect(encoded(description, for: created) == #"{"BackupDetails":{"# + members + "}")
        let described = try decode(DescribeBackup.self, #"{"BackupArn":"\#(arn)"}"#)
        #expect(
            encoded(description, for: described)
                == #"{"BackupDescription":{"BackupDetails":{"# + members
                + #","SourceTableDetails":{"TableName":"tab","TableId":"uu","#
                + #""TableArn":"\#(tableARN)","TableSizeBytes":30,"#
                + #""KeySchema":[{"AttributeName":"a","KeyType":"HASH"}],"#
                + #""TableCreationDateTime":5.0,"#
                + #""ProvisionedThroughput":{"ReadCapacityUnits":3,"WriteCapacityUnits":4},"#
                + #""ItemCount":2,"BillingMode":"PROVISIONED"},"#
                + #""SourceTableFeatureDetails":{"GlobalSecondaryIndexes":[{"IndexName":"byA","#
                + #""KeySchema":[{"AttributeName":"a","KeyType":"HASH"}],"#
                + #""Projection":{"ProjectionType":"KEYS_ONLY"},"#
                + #""ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":2}}],"#
                + #""TimeToLiveDescription":{"TimeToLiveStatus":"ENABLED","AttributeName":"ends"}}}}"#
        )
        let listed = try decode(ListBackups.self, "{}")
        #expect(
            encoded(
                ListBackups.Output(backups: [description], lastEvaluatedARN: arn), for: listed)
                == #"{"BackupSummaries":[{"TableName":"tab","TableId":"uu","#
                + #""TableArn":"\#(tableARN)","# + members
                + #"],"LastEvaluatedBackupArn":"\#(arn)"}"#)
    }

    @Test("faults have the names of the service")
    func faults() {
        let cases: [(BackupFault, String)] = [
            (.backupNotFound, "BackupNotFoundException"), (.backupInUse, "BackupInUseException"),
            (.tableInUse, "TableInUseException"), (.tableExists, "TableAlreadyExistsException"),
            (.continuousBackupsUnavailable, "ContinuousBackupsUnavailableException"),
            (.recoveryUnavailable, "PointInTimeRecoveryUnavailableException"),
            (.invalidRestoreTime, "InvalidRestoreTimeException"),
        ]
        for (fault, name) in cases {
            let shape = ErrorShape(OperationError.backup(fault, "text"))
            #expect(shape.type == "com.amazonaws.dynamodb.v20120810#\(name)")
            #expect(shape.message == "text")
            #expect(shape.status == 400)
        }
    }
}
