internal import MartletCatalog

/// DescribeBackup: a backup and the table as it was.
public struct DescribeBackup: Sendable {
    public typealias Output = BackupDescription

    public var arn: String

    public init(arn: String) { self.arn = arn }
}

extension DescribeBackup: ReadOperation {
    package func run(in context: ReadContext) throws(OperationError) -> BackupDescription {
        let owner = context.options.owner
        return BackupDescription(
            try context.directory.backup(arn: arn, for: "DescribeBackup", of: owner), owner: owner)
    }
}
