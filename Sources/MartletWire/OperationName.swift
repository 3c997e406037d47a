internal import Glibc

/// The operations that a request can name in its `X-Amz-Target` header.
package enum OperationName: String, CaseIterable, Sendable {
    case batchExecuteStatement = "BatchExecuteStatement"
    case batchGetItem = "BatchGetItem"
    case batchWriteItem = "BatchWriteItem"
    case cancelBulkOperation = "CancelBulkOperation"
    case createBackup = "CreateBackup"
    case createGlobalTable = "CreateGlobalTable"
    case createTable = "CreateTable"
    case deleteBackup = "DeleteBackup"
    case deleteItem = "DeleteItem"
    case deleteResourcePolicy = "DeleteResourcePolicy"
    case deleteTable = "DeleteTable"
    case describeBackup = "DescribeBackup"
    case describeBulkOperation = "DescribeBulkOperation"
    case describeContinuousBackups = "DescribeContinuousBackups"
    case describeContributorInsights = "DescribeContributorInsights"
    case describeEndpoints = "DescribeEndpoints"
    case describeExport = "DescribeExport"
    case describeGlobalTable = "DescribeGlobalTable"
    case describeGlobalTableSettings = "DescribeGlobalTableSettings"
    case describeImport = "DescribeImport"
    case describeKinesisStreamingDestination = "DescribeKinesisStreamingDestination"
    case describeLimits = "DescribeLimits"
    case describeStream = "DescribeStream"
    case describeTable = "DescribeTable"
    case describeTableReplicaAutoScaling = "DescribeTableReplicaAutoScaling"
    case describeTimeToLive = "DescribeTimeToLive"
    case disableKinesisStreamingDestination = "DisableKinesisStreamingDestination"
    case enableKinesisStreamingDestination = "EnableKinesisStreamingDestination"
    case executeStatement = "ExecuteStatement"
    case executeTransaction = "ExecuteTransaction"
    case exportTableToPointInTime = "ExportTableToPointInTime"
    case getItem = "GetItem"
    case getRecords = "GetRecords"
    case getResourcePolicy = "GetResourcePolicy"
    case getShardIterator = "GetShardIterator"
    case importTable = "ImportTable"
    case listBackups = "ListBackups"
    case listBulkOperations = "ListBulkOperations"
    case listContributorInsights = "ListContributorInsights"
    case listExports = "ListExports"
    case listGlobalTables = "ListGlobalTables"
    case listImports = "ListImports"
    case listStreams = "ListStreams"
    case listTables = "ListTables"
    case listTagsOfResource = "ListTagsOfResource"
    case putItem = "PutItem"
    case putResourcePolicy = "PutResourcePolicy"
    case query = "Query"
    case restoreTableFromBackup = "RestoreTableFromBackup"
    case restoreTableToPointInTime = "RestoreTableToPointInTime"
    case scan = "Scan"
    case searchVectors = "SearchVectors"
    case startBulkPutItems = "StartBulkPutItems"
    case tagResource = "TagResource"
    case transactGetItems = "TransactGetItems"
    case transactWriteItems = "TransactWriteItems"
    case untagResource = "UntagResource"
    case updateContinuousBackups = "UpdateContinuousBackups"
    case updateContributorInsights = "UpdateContributorInsights"
    case updateGlobalTable = "UpdateGlobalTable"
    case updateGlobalTableSettings = "UpdateGlobalTableSettings"
    case updateItem = "UpdateItem"
    case updateKinesisStreamingDestination = "UpdateKinesisStreamingDestination"
    case updateTable = "UpdateTable"
    case updateTableReplicaAutoScaling = "UpdateTableReplicaAutoScaling"
    case updateTimeToLive = "UpdateTimeToLive"

    /// - Parameter target: the bytes of the header's value, such as `DynamoDB_20120810.PutItem`.
    /// - Complexity: compares bytes in place; this runs for every request.
    package init?(target: UnsafeBufferPointer<UInt8>) {
        for (operation, bytes) in Self.targets
        where bytes.count == target.count && memcmp(bytes, target.baseAddress!, bytes.count) == 0 {
            self = operation
            return
        }
        return nil
    }

    private static let targets = allCases.map { ($0, Array("\($0.service).\($0.rawValue)".utf8)) }

    /// Streams are a service of their own, at the same address.
    private var service: String {
        switch self {
        case .describeStream, .getRecords, .getShardIterator, .listStreams:
            "DynamoDBStreams_20120810"
        default: "DynamoDB_20120810"
        }
    }

    /// The operation's place among all: for tables of counts.
    package var ordinal: Int { Self.allCases.firstIndex(of: self)! }
}
