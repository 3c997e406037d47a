internal import MartletCatalog

/// DeleteBackup: removes a backup that a client made.
public struct DeleteBackup: Sendable {
    public typealias Output = BackupDescription

    public var arn: String

    public init(arn: String) { self.arn = arn }
}

extension DeleteBackup: WriteOperation {
    package func prepare(in context: ReadContext) throws(OperationError) {}

    package func run(
        _ prepared: Void, in transaction: WriteTransaction
    ) throws(OperationError) -> BackupDescription {
        let owner = transaction.options.owner
        let backup = try transaction.directory.backup(arn: arn, for: "DeleteBackup", of: owner)
        if backup.kind == .system {
            throw .validation("System backups cannot be deleted: \(arn)")
        }
        if backup.status == .creating {
            throw .backup(.backupInUse, "Backup is being created: \(arn)")
        }
        if transaction.directory.copies.values.contains(where: { $0.source == backup.rowsID }) {
            throw .backup(.backupInUse, "Backup is being used to restore another table: \(arn)")
        }
        transaction.remove(backup)
        return BackupDescription(backup, status: .deleted, owner: owner)
    }
}
