// What each operation does to data, as far as permissions go: the one table of it.

/// Levels of permission; each includes those before it.
package enum AccessLevel: Int, Comparable, Sendable, CaseIterable {
    /// Items, descriptions, stream records.
    case read
    /// Changing items.
    case write
    /// Making, changing and removing tables; moving their data elsewhere or from elsewhere.
    case admin

    package static func < (left: AccessLevel, right: AccessLevel) -> Bool {
        left.rawValue < right.rawValue
    }
}

extension OperationName {
    /// The level that the operation takes; nil where each of a request's actions or statements has
    /// one of its own (`ResourceAction`).
    package var accessLevel: AccessLevel? {
        switch self {
        case .batchGetItem, .describeBackup, .describeBulkOperation, .describeContinuousBackups,
            .describeContributorInsights, .describeEndpoints, .describeExport,
            .describeGlobalTable, .describeGlobalTableSettings, .describeImport,
            .describeKinesisStreamingDestination, .describeLimits, .describeStream,
            .describeTable, .describeTableReplicaAutoScaling, .describeTimeToLive, .getItem,
            .getRecords, .getResourcePolicy, .getShardIterator, .listBackups,
            .listBulkOperations, .listContributorInsights, .listExports, .listGlobalTables,
            .listImports, .listStreams, .listTables, .listTagsOfResource, .query, .scan,
            .searchVectors:
            .read
        case .batchWriteItem, .deleteItem, .putItem, .updateItem:
            .write
        case .cancelBulkOperation, .createBackup, .createGlobalTable, .createTable,
            .deleteBackup, .deleteResourcePolicy, .deleteTable,
            .disableKinesisStreamingDestination, .enableKinesisStreamingDestination,
            .exportTableToPointInTime, .importTable, .putResourcePolicy,
            .restoreTableFromBackup, .restoreTableToPointInTime, .startBulkPutItems,
            .tagResource, .untagResource, .updateContinuousBackups, .updateContributorInsights,
            .updateGlobalTable, .updateGlobalTableSettings, .updateKinesisStreamingDestination,
            .updateTable, .updateTableReplicaAutoScaling, .updateTimeToLive:
            .admin
        case .batchExecuteStatement, .executeStatement, .executeTransaction, .transactGetItems,
            .transactWriteItems:
            nil
        }
    }
}

/// A permission by the service's name, where that is not the operation's.
package struct ResourceAction: Sendable, Hashable {
    package var name: String
    package var level: AccessLevel

    static let conditionCheckItem = ResourceAction(name: "ConditionCheckItem", level: .read)
    static let deleteItem = ResourceAction(name: "DeleteItem", level: .write)
    static let getItem = ResourceAction(name: "GetItem", level: .read)
    static let partiQLDelete = ResourceAction(name: "PartiQLDelete", level: .write)
    static let partiQLInsert = ResourceAction(name: "PartiQLInsert", level: .write)
    static let partiQLSelect = ResourceAction(name: "PartiQLSelect", level: .read)
    static let partiQLUpdate = ResourceAction(name: "PartiQLUpdate", level: .write)
    static let putItem = ResourceAction(name: "PutItem", level: .write)
    static let updateItem = ResourceAction(name: "UpdateItem", level: .write)
}
