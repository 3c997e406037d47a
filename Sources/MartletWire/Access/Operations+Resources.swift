// What each operation touches, by the members that name it.

internal import MartletCatalog
package import MartletEngine

// MARK: Items

extension BatchGetItem {
    package var resources: [ResourceUse] { requests.map { ResourceUse($0.table) } }
}

extension BatchWriteItem {
    package var resources: [ResourceUse] { tables.map { ResourceUse($0.table) } }
}

extension DeleteItem { package var resources: [ResourceUse] { [ResourceUse(table)] } }
extension GetItem { package var resources: [ResourceUse] { [ResourceUse(table)] } }
extension PutItem { package var resources: [ResourceUse] { [ResourceUse(table)] } }
extension UpdateItem { package var resources: [ResourceUse] { [ResourceUse(table)] } }

extension Query { package var resources: [ResourceUse] { [ResourceUse(table, index: index)] } }
extension Scan { package var resources: [ResourceUse] { [ResourceUse(table, index: index)] } }
extension SearchVectors {
    package var resources: [ResourceUse] { [ResourceUse(table, index: index)] }
}

extension TransactGetItems {
    package var resources: [ResourceUse] { gets.map { ResourceUse($0.table, .getItem) } }
}

extension TransactWriteItems {
    package var resources: [ResourceUse] {
        actions.map { action in
            switch action.effect {
            case .put: ResourceUse(action.table, .putItem)
            case .update: ResourceUse(action.table, .updateItem)
            case .delete: ResourceUse(action.table, .deleteItem)
            case .check: ResourceUse(action.table, .conditionCheckItem)
            }
        }
    }
}

// MARK: PartiQL

extension BatchExecuteStatement {
    package var resources: [ResourceUse] { targets.map { ResourceUse($0) } }
}

extension ExecuteStatement {
    package var resources: [ResourceUse] { [ResourceUse(parsed.target)] }
}

extension ExecuteTransaction {
    package var resources: [ResourceUse] { targets.map { ResourceUse($0) } }
}

// MARK: Tables

extension CreateTable { package var resources: [ResourceUse] { [ResourceUse(request.name)] } }
extension DeleteTable { package var resources: [ResourceUse] { [ResourceUse(table)] } }
extension DescribeTable { package var resources: [ResourceUse] { [ResourceUse(table)] } }
extension DescribeLimits { package var resources: [ResourceUse] { [ResourceUse(.nothing)] } }
extension ListTables { package var resources: [ResourceUse] { [ResourceUse(.everything)] } }
extension UpdateTable { package var resources: [ResourceUse] { [ResourceUse(change.name)] } }
extension DescribeTimeToLive { package var resources: [ResourceUse] { [ResourceUse(table)] } }
extension UpdateTimeToLive { package var resources: [ResourceUse] { [ResourceUse(table)] } }

extension ListTagsOfResource {
    package var resources: [ResourceUse] { [ResourceUse(arn: resourceARN)] }
}

extension TagResource {
    package var resources: [ResourceUse] { [ResourceUse(arn: resourceARN)] }
}

extension UntagResource {
    package var resources: [ResourceUse] { [ResourceUse(arn: resourceARN)] }
}

extension DeleteResourcePolicy {
    package var resources: [ResourceUse] { [ResourceUse(arn: resourceARN)] }
}

extension GetResourcePolicy {
    package var resources: [ResourceUse] { [ResourceUse(arn: resourceARN)] }
}

extension PutResourcePolicy {
    package var resources: [ResourceUse] { [ResourceUse(arn: resourceARN)] }
}

extension DescribeContributorInsights {
    package var resources: [ResourceUse] { [ResourceUse(table, index: index)] }
}

extension ListContributorInsights {
    package var resources: [ResourceUse] {
        [table.map { ResourceUse($0) } ?? ResourceUse(.everything)]
    }
}

extension UpdateContributorInsights {
    package var resources: [ResourceUse] { [ResourceUse(table, index: index)] }
}

extension DescribeKinesisStreamingDestination {
    package var resources: [ResourceUse] { [ResourceUse(table)] }
}

extension DisableKinesisStreamingDestination {
    package var resources: [ResourceUse] { [ResourceUse(table)] }
}

extension EnableKinesisStreamingDestination {
    package var resources: [ResourceUse] { [ResourceUse(table)] }
}

extension UpdateKinesisStreamingDestination {
    package var resources: [ResourceUse] { [ResourceUse(table)] }
}

extension DescribeTableReplicaAutoScaling {
    package var resources: [ResourceUse] { [ResourceUse(table)] }
}

extension UpdateTableReplicaAutoScaling {
    package var resources: [ResourceUse] { [ResourceUse(table)] }
}

extension CreateGlobalTable { package var resources: [ResourceUse] { [ResourceUse(name)] } }
extension DescribeGlobalTable { package var resources: [ResourceUse] { [ResourceUse(name)] } }
extension UpdateGlobalTable { package var resources: [ResourceUse] { [ResourceUse(name)] } }
extension ListGlobalTables { package var resources: [ResourceUse] { [ResourceUse(.everything)] } }

extension DescribeGlobalTableSettings {
    package var resources: [ResourceUse] { [ResourceUse(name)] }
}

extension UpdateGlobalTableSettings {
    package var resources: [ResourceUse] { [ResourceUse(name)] }
}

// MARK: Streams

extension DescribeStream {
    package var resources: [ResourceUse] { [ResourceUse(arn: streamARN)] }
}

extension GetRecords {
    package var resources: [ResourceUse] {
        [streamARN.map { ResourceUse(arn: $0) } ?? ResourceUse(.everything)]
    }
}

extension GetShardIterator {
    package var resources: [ResourceUse] { [ResourceUse(arn: streamARN)] }
}

extension ListStreams {
    package var resources: [ResourceUse] {
        [table.map { ResourceUse($0) } ?? ResourceUse(.everything)]
    }
}

// MARK: Backups

extension CreateBackup { package var resources: [ResourceUse] { [ResourceUse(table)] } }
extension DeleteBackup { package var resources: [ResourceUse] { [ResourceUse(arn: arn)] } }
extension DescribeBackup { package var resources: [ResourceUse] { [ResourceUse(arn: arn)] } }

extension DescribeContinuousBackups {
    package var resources: [ResourceUse] { [ResourceUse(table)] }
}

extension ListBackups {
    package var resources: [ResourceUse] {
        [table.map { ResourceUse($0) } ?? ResourceUse(.everything)]
    }
}

extension RestoreTableFromBackup {
    package var resources: [ResourceUse] {
        [ResourceUse(arn: arn), ResourceUse(request.target)]
    }
}

extension RestoreTableToPointInTime {
    package var resources: [ResourceUse] {
        switch source {
        case .name(let name): [ResourceUse(name), ResourceUse(request.target)]
        case .arn(let arn): [ResourceUse(arn: arn), ResourceUse(request.target)]
        }
    }
}

extension UpdateContinuousBackups {
    package var resources: [ResourceUse] { [ResourceUse(table)] }
}

// MARK: Exports, imports and bulk puts

extension CancelBulkOperation { package var resources: [ResourceUse] { [ResourceUse(arn: arn)] } }
extension DescribeBulkOperation { package var resources: [ResourceUse] { [ResourceUse(arn: arn)] } }
extension DescribeExport { package var resources: [ResourceUse] { [ResourceUse(arn: arn)] } }
extension DescribeImport { package var resources: [ResourceUse] { [ResourceUse(arn: arn)] } }

extension ExportTableToPointInTime {
    package var resources: [ResourceUse] { [ResourceUse(arn: request.tableARN)] }
}

extension ImportTable { package var resources: [ResourceUse] { [ResourceUse(request.name)] } }
extension ListBulkOperations { package var resources: [ResourceUse] { page.resources } }
extension ListExports { package var resources: [ResourceUse] { page.resources } }
extension ListImports { package var resources: [ResourceUse] { page.resources } }
extension StartBulkPutItems { package var resources: [ResourceUse] { [ResourceUse(table)] } }

extension TransferPage {
    fileprivate var resources: [ResourceUse] {
        [tableARN.map { ResourceUse(arn: $0) } ?? ResourceUse(.everything)]
    }
}
