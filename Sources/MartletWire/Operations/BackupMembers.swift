// Backups as requests name them and as answers show them.

internal import MartletCatalog
internal import MartletEngine
internal import MartletModel

extension MemberChecks {
    private static let backupARNCharacters = 37...1024

    /// Checks the ARN of a backup.
    mutating func backupARN(_ value: String?, at path: @autoclosure () -> String = "backupArn") {
        length(of: value, in: Self.backupARNCharacters, at: path())
    }
}

/// Reads a request that consists of a backup's ARN.
func readBackupARN(_ body: UnsafeBufferPointer<UInt8>) throws(WireError) -> String {
    let arn = try readBody(body) { reader, progress throws(WireError) in
        var arn: String?
        while let member = try reader.nextMember(&progress) {
            switch member {
            case "BackupArn": arn = try reader.readOptionalString()
            default: try reader.skipValue()
            }
        }
        return arn
    }
    var checks = MemberChecks()
    checks.require(arn != nil, at: "backupArn")
    checks.backupARN(arn)
    try checks.check()
    return arn!
}

extension JSONWriter {
    /// An answer whose only member is a backup's description.
    mutating func backupDescription(_ description: BackupDescription) {
        beginObject()
        member("BackupDescription")
        beginObject()
        backupDetails(description)
        sourceTable(description)
        features(of: description.backup.table)
        endObject()
        endObject()
    }

    mutating func backupDetails(_ description: BackupDescription) {
        member("BackupDetails")
        beginObject()
        backupMembers(description)
        endObject()
    }

    /// What details and summaries say.
    mutating func backupMembers(_ description: BackupDescription) {
        let backup = description.backup
        member("BackupArn")
        string(description.arn)
        member("BackupName")
        string(backup.name)
        member("BackupSizeBytes")
        integer(backup.sizeBytes)
        member("BackupStatus")
        string(description.status.rawValue)
        member("BackupType")
        string(backup.kind.rawValue)
        member("BackupCreationDateTime")
        double(backup.created.secondsSince1970)
        if let expires = backup.expires {
            member("BackupExpiryDateTime")
            double(expires.secondsSince1970)
        }
    }

    private mutating func sourceTable(_ description: BackupDescription) {
        let table = description.backup.table
        member("SourceTableDetails")
        beginObject()
        member("TableName")
        string(table.name.description)
        member("TableId")
        string(table.uuid)
        member("TableArn")
        string(description.tableARN)
        member("TableSizeBytes")
        integer(description.backup.sizeBytes)
        keySchema(table.key)
        member("TableCreationDateTime")
        double(table.created.secondsSince1970)
        units(table.throughput.provisioned)
        if let maxima = table.throughput.onDemand { onDemand(maxima) }
        member("ItemCount")
        integer(description.backup.itemCount)
        member("BillingMode")
        string(table.billing.rawValue)
        endObject()
    }

    private mutating func units(_ units: CapacityUnits) {
        member("ProvisionedThroughput")
        beginObject()
        member("ReadCapacityUnits")
        integer(units.read)
        member("WriteCapacityUnits")
        integer(units.write)
        endObject()
    }

    /// The indexes and settings that the table had; those that it had not are left out.
    private mutating func features(of table: TableDefinition) {
        member("SourceTableFeatureDetails")
        beginObject()
        secondaryIndexes(table.localIndexes, "LocalSecondaryIndexes")
        secondaryIndexes(table.globalIndexes, "GlobalSecondaryIndexes")
        if let stream = table.stream {
            member("StreamDescription")
            beginObject()
            member("StreamEnabled")
            bool(true)
            member("StreamViewType")
            string(stream.viewType.rawValue)
            endObject()
        }
        if let attribute = table.timeToLiveAttribute {
            member("TimeToLiveDescription")
            beginObject()
            member("TimeToLiveStatus")
            string("ENABLED")
            member("AttributeName")
            string(attribute)
            endObject()
        }
        if let encryption = table.encryption { encryptionDescription(encryption) }
        if !table.vectorIndexes.isEmpty {
            member("VectorIndexes")
            beginArray()
            for index in table.vectorIndexes {
                beginObject()
                vectorIndexShape(index)
                endObject()
            }
            endArray()
        }
        endObject()
    }

    private mutating func secondaryIndexes(_ indexes: [IndexDefinition], _ name: StaticString) {
        guard !indexes.isEmpty else { return }
        member(name)
        beginArray()
        for index in indexes {
            beginObject()
            member("IndexName")
            string(index.name)
            keySchema(index.key)
            projection(index.projection)
            if let throughput = index.throughput {
                units(throughput.provisioned)
                if let maxima = throughput.onDemand { onDemand(maxima) }
            }
            endObject()
        }
        endArray()
    }
}
