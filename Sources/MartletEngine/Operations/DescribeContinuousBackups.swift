package import MartletCatalog

/// DescribeContinuousBackups: the truth, which is that point-in-time recovery is off. AWS says
/// `ENABLED` of continuous backups themselves for every table.
package struct DescribeContinuousBackups: Sendable {
    package var table: TableName

    package init(table: TableName) { self.table = table }

    package struct Output: Sendable {
        package var isPointInTimeRecoveryEnabled: Bool
    }
}

extension DescribeContinuousBackups: ReadOperation {
    package func run(in context: ReadContext) throws(OperationError) -> Output {
        guard context.directory.tables[table] != nil else {
            throw .tableMissing("Table not found: \(table)")
        }
        return Output(isPointInTimeRecoveryEnabled: false)
    }
}
