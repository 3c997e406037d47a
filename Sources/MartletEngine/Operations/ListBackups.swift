public import MartletCatalog
internal import MartletModel

/// ListBackups: in the order in which they were made, a page at a time.
public struct ListBackups: Sendable {
    public enum KindFilter: String, Sendable, CaseIterable {
        case user = "USER"
        case system = "SYSTEM"
        /// Made by another service, which is not here.
        case awsBackup = "AWS_BACKUP"
        case all = "ALL"
    }

    /// nil: of all tables.
    public var table: TableName?
    public var kind: KindFilter
    /// Included.
    public var earliest: Timestamp?
    /// Not included.
    public var end: Timestamp?
    public var exclusiveStartARN: String?
    public var limit: Int

    public init(
        table: TableName? = nil, kind: KindFilter = .user, earliest: Timestamp? = nil,
        end: Timestamp? = nil, exclusiveStartARN: String? = nil, limit: Int = 100
    ) {
        self.table = table
        self.kind = kind
        self.earliest = earliest
        self.end = end
        self.exclusiveStartARN = exclusiveStartARN
        self.limit = limit
    }

    public struct Output: Sendable {
        public var backups: [BackupDescription]
        public var lastEvaluatedARN: String?
    }
}

extension ListBackups: ReadOperation {
    package func run(in context: ReadContext) throws(OperationError) -> Output {
        let start = try start()
        let owner = context.options.owner
        let listed = context.directory.backups.values.filter(includes).map { backup in
            (place: Place(backup), backup: backup)
        }.filter { entry in start.map { $0 < entry.place } ?? true }
            .sorted { $0.place < $1.place }
        let page = listed.prefix(limit).map { BackupDescription($0.backup, owner: owner) }
        return Output(
            backups: page, lastEvaluatedARN: page.count < listed.count ? page.last?.arn : nil)
    }

    private func start() throws(OperationError) -> Place? {
        guard let exclusiveStartARN else { return nil }
        do throws(ValidationError) {
            return Place(try BackupARN(parsing: exclusiveStartARN))
        } catch {
            throw OperationError(error)
        }
    }

    private func includes(_ backup: BackupDefinition) -> Bool {
        switch (kind, backup.kind) {
        case (.all, _), (.user, .user), (.system, .system): break
        default: return false
        }
        if let table, backup.table.name != table { return false }
        if let earliest, backup.created < earliest { return false }
        if let end, backup.created >= end { return false }
        return true
    }
}

/// Where a backup stands in the list. Its ARN says so by itself, so a page can begin after a backup
/// that is gone.
private struct Place: Comparable {
    let label: String
    let table: TableName

    init(_ backup: BackupDefinition) {
        label = backup.label
        table = backup.table.name
    }

    init(_ arn: BackupARN) {
        label = arn.label
        table = arn.table
    }

    static func < (left: Place, right: Place) -> Bool {
        (left.label, left.table) < (right.label, right.table)
    }
}
