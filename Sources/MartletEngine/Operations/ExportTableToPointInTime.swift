public import MartletCatalog
package import MartletExpressions
internal import MartletModel

/// ExportTableToPointInTime: begins to write the items that a table had at a moment, or what changed
/// between two moments, into a bucket.
public struct ExportTableToPointInTime: Sendable {
    public typealias Output = DescribedTransfer<ExportJob>

    public var request: ExportJob.Request
    /// What the request's filter says, bound.
    package var keyCondition: KeyCondition?
    package var filter: ConditionExpression?
    /// Whether a table without a history may be exported as it is now, which the service refuses.
    package var allowsAnyTable = false

    public init(_ request: ExportJob.Request) { self.request = request }

    package init(
        _ request: ExportJob.Request, keyCondition: KeyCondition?, filter: ConditionExpression?
    ) {
        self.request = request
        self.keyCondition = keyCondition
        self.filter = filter
    }
}

extension ExportTableToPointInTime: WriteOperation {
    /// How many exports are under way. Of requests that come in the same moment none knows the others.
    package func prepare(in context: ReadContext) throws(OperationError) -> Int {
        try context.underwayCount(ExportJob.self)
    }

    package func run(
        _ underwayCount: Int, in transaction: WriteTransaction
    ) throws(OperationError) -> Output {
        let table = try transaction.directory.exportedTable(
            arn: request.tableARN, of: transaction.options.owner)
        if let job = try transaction.job(ExportJob.self, token: request.clientToken) {
            guard job.request == request else {
                throw .transfer(
                    .exportConflict,
                    "Export with the same client token but different parameters already exists")
            }
            return DescribedTransfer(job, transaction.options)
        }
        if underwayCount >= Limits.exports {
            throw .limitExceeded(
                "Subscriber limit exceeded: There is a limit of \(Limits.exports) concurrent "
                    + "exports per subscriber")
        }
        let isOfNow = request.time == nil && request.incremental == nil
        guard table.recovery != nil || allowsAnyTable && isOfNow else {
            throw .transfer(
                .recoveryUnavailable,
                "Point in time recovery is not enabled for table '\(table.name)'")
        }
        try check(table)
        let now = transaction.options.clock.now
        let earliest = table.recovery?.earliest(at: now) ?? now
        let job: ExportJob
        if let incremental = request.incremental {
            let period = try incremental.period(
                from: earliest.microsecondsSince1970, to: transaction.moment())
            let until =
                period.upperBound < transaction.moment()
                ? HistoryPoint(moment: period.upperBound) : transaction.historyPoint()
            job = ExportJob(
                id: transaction.newTransferID(), table: table.name,
                rowsID: transaction.beginExportCopy(
                    of: table.id, until: until, since: HistoryPoint(moment: period.lowerBound)),
                tableUUID: table.uuid, request: request,
                time: Timestamp(microsecondsSince1970: period.upperBound),
                keyNames: table.key.attributes.map(\.name), started: now)
        } else {
            let latest = transaction.moment()
            let moment = request.time?.microsecondsSince1970 ?? latest
            guard isOfNow || moment >= earliest.microsecondsSince1970, moment <= latest else {
                throw .transfer(
                    .invalidExportTime,
                    "ExportTime must be between EarliestRestorableDateTime and "
                        + "LatestRestorableDateTime")
            }
            // Of what has this very moment, the writes so far.
            let until =
                moment < latest
                ? HistoryPoint(moment: moment + 1) : transaction.historyPoint()
            job = ExportJob(
                id: transaction.newTransferID(), table: table.name,
                rowsID: transaction.beginExportCopy(of: table.id, until: until),
                tableUUID: table.uuid, request: request,
                time: Timestamp(microsecondsSince1970: moment), started: now)
        }
        transaction.save(job)
        transaction.remember(tokenOf: job)
        return DescribedTransfer(job, transaction.options)
    }
}

extension ExportTableToPointInTime {
    /// Checks the filter against the table's key, as Query does.
    private func check(_ table: TableDefinition) throws(OperationError) {
        let target = try ReadTarget(table, indexNamed: nil, isConsistent: true, for: .query)
        if let keyCondition {
            _ = try target.range(for: keyCondition)
            try target.checkFilter(filter)
        }
        try table.checkPaths(of: filter)
    }
}

extension ExportJob.Incremental {
    /// A period is at least so long, and at most.
    private static let (shortest, longest): (UInt64, UInt64) = (900_000_000, 86_400_000_000)

    /// The first moment and the first one after the period, in microseconds since 1970.
    fileprivate func period(
        from earliest: UInt64, to latest: UInt64
    ) throws(OperationError) -> Range<UInt64> {
        let start = from.microsecondsSince1970
        let end = to?.microsecondsSince1970 ?? latest
        guard start >= earliest, end <= latest else {
            throw .transfer(
                .invalidExportTime,
                "ExportFromTime and ExportToTime must be between EarliestRestorableDateTime and "
                    + "LatestRestorableDateTime")
        }
        guard start < end, end - start >= Self.shortest else {
            throw .transfer(
                .invalidExportTime,
                "ExportToTime must be at least 15 minutes after ExportFromTime")
        }
        guard end - start <= Self.longest else {
            throw .transfer(
                .invalidExportTime,
                "ExportToTime must be at most 24 hours after ExportFromTime")
        }
        return start..<end
    }
}

extension TableDirectory {
    fileprivate func exportedTable(
        arn text: String, of owner: ResourceOwner
    ) throws(OperationError) -> TableDefinition {
        let arn = try owner.ownARN(parsing: text, for: "ExportTableToPointInTime")
        guard arn.part == .table, let table = tables[arn.table], table.isReady else {
            throw .tableMissing("Table not found: \(text)")
        }
        return table.definition
    }
}
