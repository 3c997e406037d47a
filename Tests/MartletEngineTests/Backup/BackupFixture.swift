import MartletCatalog
import MartletEngine
import MartletModel
import MartletTestSupport

extension TestDatabase {
    /// Asks for a backup and returns its ARN.
    func backUp(
        _ table: TableName = "Tab", name: String = "kept"
    ) throws(OperationError) -> String {
        try engine.run(CreateBackup(table: table, name: name)).arn
    }

    func describeBackup(_ arn: String) throws(OperationError) -> BackupDescription {
        try engine.run(DescribeBackup(arn: arn))
    }

    func waitForBackup(_ arn: String) throws(OperationError) -> Bool {
        try wait { () throws(OperationError) in try describeBackup(arn).status == .available }
    }

    func listBackups(_ kind: ListBackups.KindFilter = .all) throws(OperationError) -> [String] {
        try engine.run(ListBackups(kind: kind)).backups.map(\.backup.name)
    }

    @discardableResult
    func restore(
        _ arn: String, to target: TableName, _ request: RestoreRequest? = nil
    ) throws(OperationError) -> TableDescription {
        var request = request ?? RestoreRequest(target: target)
        request.target = target
        return try engine.run(RestoreTableFromBackup(arn: arn, request: request))
    }

    /// - Parameter time: seconds since 1970; nil: the latest.
    @discardableResult
    func restore(
        _ table: TableName = "Tab", at time: Double?, to target: TableName
    ) throws(OperationError) -> TableDescription {
        try engine.run(
            RestoreTableToPointInTime(
                source: .name(table), time: time.map { Timestamp(secondsSince1970: $0) },
                request: RestoreRequest(target: target)))
    }

    @discardableResult
    func setRecovery(
        _ isEnabled: Bool, of table: TableName = "Tab", days: Int? = nil
    ) throws(OperationError) -> DescribeContinuousBackups.Output {
        try engine.run(
            UpdateContinuousBackups(table: table, isEnabled: isEnabled, periodInDays: days))
    }

    func waitForTable(_ table: TableName) throws(OperationError) -> Bool {
        try wait { () throws(OperationError) in try describe(table).status == .active }
    }

    /// The rows of a kind, as `dump` names them.
    func rows(_ kind: String) -> [String] { dump().filter { $0.hasPrefix(kind + " ") } }
}
