public import MartletCatalog
internal import MartletModel

/// UpdateContinuousBackups: switches point-in-time recovery, or changes how far back it goes.
public struct UpdateContinuousBackups: Sendable {
    public typealias Output = DescribeContinuousBackups.Output

    public var table: TableName
    public var isEnabled: Bool
    /// nil: as far as can be.
    public var periodInDays: Int?

    public init(table: TableName, isEnabled: Bool, periodInDays: Int? = nil) {
        self.table = table
        self.isEnabled = isEnabled
        self.periodInDays = periodInDays
    }
}

extension UpdateContinuousBackups: WriteOperation {
    package func prepare(in context: ReadContext) throws(OperationError) {}

    package func run(
        _ prepared: Void, in transaction: WriteTransaction
    ) throws(OperationError) -> Output {
        guard let table = transaction.directory.tables[table] else {
            throw .tableMissing("Table not found: \(self.table)")
        }
        guard table.isReady else {
            throw .backup(
                .continuousBackupsUnavailable,
                "Backups are being enabled for the table: \(self.table). Please retry later")
        }
        var definition = table.definition
        let moment = Timestamp(microsecondsSince1970: transaction.moment())
        if isEnabled {
            let days = periodInDays ?? RecoverySettings.periodsInDays.upperBound
            // What a shorter period has let go of, a longer one does not bring back.
            let since = definition.recovery?.earliest(at: moment) ?? moment
            definition.recovery = RecoverySettings(since: since, periodInDays: days)
        } else {
            definition.recovery = nil
        }
        if definition != table.definition {
            transaction.save(definition)
            transaction.releaseHistory(of: definition.id)
        }
        return Output(definition.recovery, at: moment)
    }
}
