public import MartletCatalog
internal import MartletModel

/// RestoreTableToPointInTime: a new table with the items that a table had at a moment of its
/// recovery period, after every write up to that moment and no other.
public struct RestoreTableToPointInTime: Sendable {
    public typealias Output = TableDescription

    public enum Source: Sendable, Hashable {
        case name(TableName)
        case arn(String)
    }

    public var source: Source
    /// nil: the latest moment.
    public var time: Timestamp?
    public var request: RestoreRequest

    public init(source: Source, time: Timestamp?, request: RestoreRequest) {
        self.source = source
        self.time = time
        self.request = request
    }
}

extension RestoreTableToPointInTime: WriteOperation {
    package func prepare(in context: ReadContext) throws(OperationError) {}

    package func run(
        _ prepared: Void, in transaction: WriteTransaction
    ) throws(OperationError) -> TableDescription {
        let owner = transaction.options.owner
        let table = try source(transaction.directory, owner).definition
        guard let recovery = table.recovery else {
            throw .backup(
                .recoveryUnavailable,
                "Point in time recovery is not enabled for table '\(table.name)'")
        }
        let latest = transaction.moment()
        let moment = time?.microsecondsSince1970 ?? latest
        let earliest = recovery.earliest(at: transaction.options.clock.now)
        guard moment >= earliest.microsecondsSince1970, moment <= latest else {
            throw .backup(
                .invalidRestoreTime,
                "RestoreDateTime must be between EarliestRestorableDateTime and "
                    + "LatestRestorableDateTime")
        }
        try transaction.requireNewTable(request.target)
        // Of what has this very moment, the writes so far.
        let until =
            moment < latest
            ? HistoryPoint(moment: moment + 1) : transaction.historyPoint()
        let origin = RestoreOrigin(
            backupARN: nil, tableARN: ResourceARN(owner: owner, table: table.name).description,
            time: time ?? Timestamp(microsecondsSince1970: latest), isInProgress: true)
        return try transaction.restore(
            table, from: origin, request, copying: table.id, until: until)
    }

    private func source(
        _ directory: TableDirectory, _ owner: ResourceOwner
    ) throws(OperationError) -> Table {
        switch source {
        case .name(let name): return try directory.backedUpTable(name)
        case .arn(let text):
            let arn = try owner.ownARN(parsing: text, for: "RestoreTableToPointInTime")
            guard arn.part == .table else { throw .tableMissing("Table not found: \(text)") }
            return try directory.backedUpTable(arn.table)
        }
    }
}
