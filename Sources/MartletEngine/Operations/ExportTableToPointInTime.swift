package import MartletCatalog
package import MartletExpressions
internal import MartletModel

/// ExportTableToPointInTime: begins to write the items that a table has into a bucket.
package struct ExportTableToPointInTime: Sendable {
    package typealias Output = DescribedTransfer<ExportJob>

    package var request: ExportJob.Request
    /// What the request's filter says, bound.
    package var keyCondition: KeyCondition?
    package var filter: ConditionExpression?

    package init(
        _ request: ExportJob.Request, keyCondition: KeyCondition? = nil,
        filter: ConditionExpression? = nil
    ) {
        self.request = request
        self.keyCondition = keyCondition
        self.filter = filter
    }
}

extension ExportTableToPointInTime: WriteOperation {
    package func prepare(in context: ReadContext) throws(OperationError) {}

    package func run(
        _ prepared: Void, in transaction: WriteTransaction
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
        guard let recovery = table.recovery else {
            throw .transfer(
                .recoveryUnavailable,
                "Point in time recovery is not enabled for table '\(table.name)'")
        }
        try check(table)
        let latest = transaction.moment()
        let moment = request.time?.microsecondsSince1970 ?? latest
        let now = transaction.options.clock.now
        let earliest = recovery.earliest(at: now)
        guard moment >= earliest.microsecondsSince1970, moment <= latest else {
            throw .transfer(
                .invalidExportTime,
                "ExportTime must be between EarliestRestorableDateTime and "
                    + "LatestRestorableDateTime")
        }
        // Of what has this very moment, the writes so far.
        let until =
            moment < latest
            ? HistoryPoint(moment: moment + 1) : transaction.historyPoint()
        let job = ExportJob(
            id: transaction.newTransferID(), table: table.name,
            rowsID: transaction.beginExportCopy(of: table.id, until: until), tableUUID: table.uuid,
            request: request, time: Timestamp(microsecondsSince1970: moment), started: now)
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
