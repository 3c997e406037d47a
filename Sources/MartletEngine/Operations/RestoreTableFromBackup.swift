public import MartletCatalog
internal import MartletModel

/// RestoreTableFromBackup: a new table with the items of a backup. They are copied in the
/// background; until that is done the table is there, but cannot be used.
public struct RestoreTableFromBackup: Sendable {
    public typealias Output = TableDescription

    public var arn: String
    public var request: RestoreRequest

    public init(arn: String, request: RestoreRequest) {
        self.arn = arn
        self.request = request
    }
}

extension RestoreTableFromBackup: WriteOperation {
    package func prepare(in context: ReadContext) throws(OperationError) {}

    package func run(
        _ prepared: Void, in transaction: WriteTransaction
    ) throws(OperationError) -> TableDescription {
        let owner = transaction.options.owner
        let backup = try transaction.directory.backup(
            arn: arn, for: "RestoreTableFromBackup", of: owner)
        try transaction.requireNewTable(request.target)
        guard backup.status == .available else {
            throw .backup(.backupInUse, "Backup is being created: \(arn)")
        }
        let origin = RestoreOrigin(
            backupARN: arn,
            tableARN: ResourceARN(owner: owner, table: backup.table.name).description,
            time: backup.created, isInProgress: true)
        return try transaction.restore(
            backup.table, from: origin, request, copying: backup.rowsID, until: nil)
    }
}

extension WriteTransaction {
    /// A restore makes a table that was not there.
    func requireNewTable(_ name: TableName) throws(OperationError) {
        if let table = directory.tables[name] {
            throw table.isReady
                ? .backup(.tableExists, "Table already exists: \(name)")
                : .backup(.tableInUse, "Table is being created: \(name)")
        }
        if directory.departedTable(name) != nil {
            throw .backup(.tableInUse, "Table is being deleted: \(name)")
        }
        let restoreCount = directory.tables.values.count {
            $0.definition.restored?.isInProgress == true
        }
        if restoreCount >= Limits.restores {
            throw .limitExceeded(
                "Subscriber limit exceeded: There is a limit of \(Limits.restores) concurrent "
                    + "restores per subscriber")
        }
        if directory.tables.count >= Limits.tables {
            throw .limitExceeded(
                "Subscriber limit exceeded: There is a limit of \(Limits.tables) tables per "
                    + "subscriber")
        }
    }

    /// Makes the table and has its items copied.
    func restore(
        _ source: TableDefinition, from origin: RestoreOrigin, _ request: RestoreRequest,
        copying rowsID: UInt32, until: HistoryPoint?
    ) throws(OperationError) -> TableDescription {
        let id = directory.nextID
        var next = id + 1
        let definition: TableDefinition
        do throws(ValidationError) {
            definition = try source.restored(
                request, from: origin, id: id, uuid: randomUUID(), now: now, owner: options.owner
            ) {
                defer { next += 1 }
                return next
            }
        } catch {
            throw OperationError(error)
        }
        let description = try TableDescription(definition, owner: options.owner, tally: tally)
        save(definition, nextID: next)
        begin(TableCopy(target: id, source: rowsID, until: until))
        return description
    }
}
