// TableDescription, as CreateTable, UpdateTable, DeleteTable and DescribeTable answer it. Members
// that say nothing are left out, as the service leaves them out.

internal import MartletCatalog
internal import MartletModel

extension JSONWriter {
    /// An answer whose only member is a table's description.
    mutating func tableDescription(_ table: TableDescription, as name: StaticString) {
        beginObject()
        member(name)
        tableDescription(table)
        endObject()
    }

    private mutating func tableDescription(_ table: TableDescription) {
        let definition = table.definition
        beginObject()
        member("AttributeDefinitions")
        beginArray()
        for attribute in definition.attributeDefinitions {
            beginObject()
            member("AttributeName")
            string(attribute.name)
            member("AttributeType")
            string(attribute.type.rawValue)
            endObject()
        }
        endArray()
        member("TableName")
        string(definition.name.description)
        keySchema(definition.key)
        member("TableStatus")
        string(table.status.rawValue)
        member("CreationDateTime")
        double(definition.created.secondsSince1970)
        throughput(definition.throughput)
        tally(table.tally, sizeName: "TableSizeBytes")
        member("TableArn")
        string(table.arn)
        member("TableId")
        string(definition.uuid)
        billing(definition)
        indexes(of: table)
        settings(of: table)
        endObject()
    }

    // MARK: Keys and indexes

    mutating func keySchema(_ key: KeySchema) {
        member("KeySchema")
        beginArray()
        for attribute in key.hash { keyElement(attribute, "HASH") }
        for attribute in key.range { keyElement(attribute, "RANGE") }
        endArray()
    }

    private mutating func keyElement(_ attribute: KeyAttribute, _ role: String) {
        beginObject()
        member("AttributeName")
        string(attribute.name)
        member("KeyType")
        string(role)
        endObject()
    }

    private mutating func indexes(of table: TableDescription) {
        let definition = table.definition
        let local = definition.localIndexes
        if !local.isEmpty {
            member("LocalSecondaryIndexes")
            beginArray()
            for index in local { self.index(index, of: table, status: nil) }
            endArray()
        }
        let global = definition.globalIndexes
        if !global.isEmpty || !table.deletedIndexes.isEmpty {
            member("GlobalSecondaryIndexes")
            beginArray()
            for index in global {
                self.index(index, of: table, status: status(of: index, in: table))
            }
            for index in table.deletedIndexes { self.index(index, of: table, status: "DELETING") }
            endArray()
        }
        vectorIndexes(of: table)
    }

    /// An index comes and goes with its table.
    private func status(of index: IndexDefinition, in table: TableDescription) -> String {
        switch table.status {
        case .creating, .deleting: table.status.rawValue
        case .updating where table.updatingIndexes.contains(index.name): "UPDATING"
        default: index.status.rawValue
        }
    }

    /// - Parameter status: nil for a local index, which has none of its own.
    private mutating func index(
        _ index: IndexDefinition, of table: TableDescription, status: String?
    ) {
        beginObject()
        member("IndexName")
        string(index.name)
        keySchema(index.key)
        projection(index.projection)
        if let status {
            member("IndexStatus")
            string(status)
            // A table that is being restored says so for all of them.
            if index.status == .creating, table.status != .creating {
                member("Backfilling")
                bool(!table.allocatingIndexes.contains(index.id))
            }
        }
        if let throughput = index.throughput { self.throughput(throughput) }
        tally(table.indexTallies[index.id] ?? Tally(), sizeName: "IndexSizeBytes")
        member("IndexArn")
        string("\(table.arn)/index/\(index.name)")
        if let throughput = index.throughput {
            limits(throughput, of: table, isReady: index.status == .active)
        }
        endObject()
    }

    mutating func projection(_ projection: Projection) {
        member("Projection")
        beginObject()
        member("ProjectionType")
        switch projection {
        case .all: string("ALL")
        case .keysOnly: string("KEYS_ONLY")
        case .include(let names):
            string("INCLUDE")
            member("NonKeyAttributes")
            beginArray()
            for name in names { string(name) }
            endArray()
        }
        endObject()
    }

    mutating func tally(_ tally: Tally, sizeName: StaticString) {
        member(sizeName)
        integer(tally.sizeBytes)
        member("ItemCount")
        integer(tally.itemCount)
    }

    // MARK: Settings

    private mutating func throughput(_ throughput: ThroughputSettings) {
        member("ProvisionedThroughput")
        beginObject()
        if let increase = throughput.lastIncrease {
            member("LastIncreaseDateTime")
            double(increase.secondsSince1970)
        }
        if let decrease = throughput.lastDecrease {
            member("LastDecreaseDateTime")
            double(decrease.secondsSince1970)
        }
        member("NumberOfDecreasesToday")
        integer(0)
        member("ReadCapacityUnits")
        integer(throughput.provisioned.read)
        member("WriteCapacityUnits")
        integer(throughput.provisioned.write)
        endObject()
    }

    /// Maxima that were set, and how warm the table or the index is; that is not said of what is
    /// coming or going, unless it was asked for.
    private mutating func limits(
        _ throughput: ThroughputSettings, of table: TableDescription, isReady: Bool = true
    ) {
        if let onDemand = throughput.onDemand {
            self.onDemand(onDemand)
        }
        let isThere = isReady && (table.status == .active || table.status == .updating)
        let billing = table.definition.billing
        if let warm = throughput.warm ?? (isThere ? throughput.leastWarm(billing) : nil) {
            member("WarmThroughput")
            beginObject()
            member("ReadUnitsPerSecond")
            integer(warm.read)
            member("WriteUnitsPerSecond")
            integer(warm.write)
            member("Status")
            string("ACTIVE")
            endObject()
        }
    }

    mutating func onDemand(_ maxima: CapacityUnits) {
        member("OnDemandThroughput")
        beginObject()
        member("MaxReadRequestUnits")
        integer(maxima.read)
        member("MaxWriteRequestUnits")
        integer(maxima.write)
        endObject()
    }

    /// Only for a table that is, or once was, billed by request.
    private mutating func billing(_ table: TableDefinition) {
        guard table.billing == .payPerRequest || table.lastSwitchToPayPerRequest != nil else {
            return
        }
        member("BillingModeSummary")
        beginObject()
        member("BillingMode")
        string(table.billing.rawValue)
        if let switched = table.lastSwitchToPayPerRequest {
            member("LastUpdateToPayPerRequestDateTime")
            double(switched.secondsSince1970)
        }
        endObject()
    }

    private mutating func settings(of table: TableDescription) {
        let definition = table.definition
        if let stream = definition.stream {
            member("StreamSpecification")
            beginObject()
            member("StreamEnabled")
            bool(true)
            member("StreamViewType")
            string(stream.viewType.rawValue)
            endObject()
        }
        if let label = definition.stream?.label ?? table.latestStreamLabel {
            member("LatestStreamLabel")
            string(label)
            member("LatestStreamArn")
            string("\(table.arn)/stream/\(label)")
        }
        if let encryption = definition.encryption { encryptionDescription(encryption) }
        if let origin = definition.restored { restoreSummary(origin) }
        if definition.tableClass != .standard || definition.lastTableClassUpdate != nil {
            member("TableClassSummary")
            beginObject()
            member("TableClass")
            string(definition.tableClass.rawValue)
            if let update = definition.lastTableClassUpdate {
                member("LastUpdateDateTime")
                double(update.secondsSince1970)
            }
            endObject()
        }
        member("DeletionProtectionEnabled")
        bool(definition.isDeletionProtected)
        if let isProtected = definition.attached.isDisassociationProtected {
            member("DisassociationProtectionEnabled")
            bool(isProtected)
        }
        if let replication = definition.attached.settingsReplication {
            member("GlobalTableSettingsReplicationMode")
            string(replication.rawValue)
        }
        limits(definition.throughput, of: table)
    }

    mutating func encryptionDescription(_ encryption: EncryptionSettings) {
        member("SSEDescription")
        beginObject()
        member("Status")
        string("ENABLED")
        member("SSEType")
        string("KMS")
        member("KMSMasterKeyArn")
        string(encryption.keyARN)
        endObject()
    }

    private mutating func restoreSummary(_ origin: RestoreOrigin) {
        member("RestoreSummary")
        beginObject()
        if let backup = origin.backupARN {
            member("SourceBackupArn")
            string(backup)
        }
        member("SourceTableArn")
        string(origin.tableARN)
        member("RestoreDateTime")
        double(origin.time.secondsSince1970)
        member("RestoreInProgress")
        bool(origin.isInProgress)
        endObject()
    }
}
