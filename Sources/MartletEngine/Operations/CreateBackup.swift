public import MartletCatalog
internal import MartletModel

/// CreateBackup: the items of a table as of this moment, kept under a name. They are copied in the
/// background while writes go on.
public struct CreateBackup: Sendable {
    public typealias Output = BackupDescription

    public var table: TableName
    public var name: String

    public init(table: TableName, name: String) {
        self.table = table
        self.name = name
    }
}

extension CreateBackup: WriteOperation {
    package func prepare(in context: ReadContext) throws(OperationError) {}

    package func run(
        _ prepared: Void, in transaction: WriteTransaction
    ) throws(OperationError) -> BackupDescription {
        let table = try transaction.directory.backedUpTable(table)
        let definition = table.definition
        let described = try TableDescription(
            definition, owner: transaction.options.owner, tally: transaction.tally)
        let moment = transaction.moment()
        let id = transaction.directory.nextID
        let backup = BackupDefinition(
            id: id, rowsID: id, name: name,
            label: transaction.newLabel(of: definition.name, isSystem: false), kind: .user,
            status: .creating, created: Timestamp(microsecondsSince1970: moment),
            itemCount: described.tally.itemCount, sizeBytes: described.tally.sizeBytes,
            table: definition)
        transaction.save(backup, nextID: id + 1)
        transaction.begin(
            TableCopy(target: id, source: definition.id, until: transaction.historyPoint()))
        return BackupDescription(backup, owner: transaction.options.owner)
    }
}

extension TableDirectory {
    /// The table that a backup operation names.
    func backedUpTable(_ name: TableName) throws(OperationError) -> Table {
        guard let table = tables[name] else {
            throw .tableMissing("Table not found: \(name)")
        }
        guard table.isReady else {
            throw .backup(.tableInUse, "Table is being created: \(name)")
        }
        return table
    }
}

/// A backup as it is answered.
public struct BackupDescription: Sendable {
    public enum Status: String, Sendable {
        case creating = "CREATING"
        case available = "AVAILABLE"
        case deleted = "DELETED"
    }

    public var backup: BackupDefinition
    public var arn: String
    public var tableARN: String
    public var status: Status

    init(_ backup: BackupDefinition, status: Status? = nil, owner: ResourceOwner) {
        self.backup = backup
        arn = backup.arn(of: owner).description
        tableARN = ResourceARN(owner: owner, table: backup.table.name).description
        self.status = status ?? (backup.status == .creating ? .creating : .available)
    }
}
