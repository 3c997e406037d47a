// Backups and copies in the catalogue: reading, finding and changing them.

internal import MartletCatalog
internal import MartletEncoding
internal import MartletKeyValue
internal import MartletModel

extension TableDirectory {
    static func readBackups(
        _ store: any KeyValueReadable
    ) throws(StorageError) -> [UInt32: BackupDefinition] {
        var backups: [UInt32: BackupDefinition] = [:]
        let cursor = try store.cursor(over: .prefix(BackupDefinition.keys), .forward)
        while let (_, value) = try cursor.next() {
            do throws(CorruptRecord) {
                let backup = try BackupDefinition(record: ItemRecord(verifying: value))
                backups[backup.id] = backup
            } catch {
                throw StorageError(error, in: "backup")
            }
        }
        return backups
    }

    static func readCopies(
        _ store: any KeyValueReadable
    ) throws(StorageError) -> [UInt32: TableCopy] {
        var copies: [UInt32: TableCopy] = [:]
        let cursor = try store.cursor(over: .prefix(TableCopy.keys), .forward)
        while let (key, value) = try cursor.next() {
            // Longer keys are those of progress.
            guard key.count == OrderedKey.tablePrefix(.copy, 0).count else { continue }
            do throws(CorruptRecord) {
                let copy = try TableCopy(record: ItemRecord(verifying: value))
                copies[copy.target] = copy
            } catch {
                throw StorageError(error, in: "copy")
            }
        }
        return copies
    }

    /// Whether a table is being copied as it was at some moment, which needs its history.
    func isCopied(_ id: UInt32) -> Bool {
        copies.values.contains { $0.source == id && $0.until != nil }
    }

    func table(withID id: UInt32) -> Table? {
        tables.values.first { $0.id == id }
    }

    /// The backup that an ARN names. Those of other owners are not ours to show.
    func backup(
        arn text: String, for operation: StaticString, of owner: ResourceOwner
    ) throws(OperationError) -> BackupDefinition {
        let arn: BackupARN
        do throws(ValidationError) {
            arn = try BackupARN(parsing: text)
        } catch {
            throw OperationError(error)
        }
        try owner.requireOwnership(of: arn.owner, named: text, for: operation)
        guard let backup = backup(of: arn.table, labelled: arn.label) else {
            throw .backup(.backupNotFound, "Backup not found: \(text)")
        }
        return backup
    }

    func backup(of table: TableName, labelled label: String) -> BackupDefinition? {
        backups.values.first { $0.label == label && $0.table.name == table }
    }

    /// The directory with one backup added, replaced or (nil) removed.
    func replacing(
        backup id: UInt32, with backup: BackupDefinition?, nextID: UInt32? = nil
    ) -> TableDirectory {
        var backups = backups
        backups[id] = backup
        return TableDirectory(
            tables: tables, nextID: nextID ?? self.nextID, backups: backups, copies: copies,
            departed: departed)
    }

    /// The directory with one copy added or (nil) removed. Its source begins or ends to keep
    /// history with it.
    func replacing(copyTo target: UInt32, with copy: TableCopy?) -> TableDirectory {
        let changed = copy ?? copies[target]
        var copies = copies
        copies[target] = copy
        let directory = TableDirectory(
            tables: tables, nextID: nextID, backups: backups, copies: copies, departed: departed)
        guard let changed, let table = table(withID: changed.source) else { return directory }
        let name = table.definition.name
        return directory.replacing(
            name,
            with: Table(
                table.definition, isCopied: directory.isCopied(changed.source),
                phases: table.phases),
            nextID: nextID)
    }
}
