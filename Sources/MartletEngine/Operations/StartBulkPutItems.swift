package import MartletCatalog
internal import MartletModel

/// StartBulkPutItems: begins to put the items of objects in a bucket into a table.
package struct StartBulkPutItems: Sendable {
    package typealias Output = DescribedTransfer<BulkPutJob>

    package var table: TableName
    package var request: BulkPutJob.Request

    package init(table: TableName, _ request: BulkPutJob.Request) {
        self.table = table
        self.request = request
    }
}

extension StartBulkPutItems: WriteOperation {
    package func prepare(in context: ReadContext) throws(OperationError) {}

    package func run(
        _ prepared: Void, in transaction: WriteTransaction
    ) throws(OperationError) -> Output {
        if let job = try transaction.job(BulkPutJob.self, token: request.clientToken) {
            guard job.request == request else { throw .idempotentParameterMismatch }
            return DescribedTransfer(job, transaction.options)
        }
        let found = try transaction.directory.namedTable(table)
        try found.requireReady()
        let definition = found.definition
        let isCreatingIndex =
            definition.indexes.contains { $0.status == .creating }
            || definition.vectorIndexes.contains { $0.status == .creating }
        if isCreatingIndex {
            throw .resourceInUse(
                "Attempt to change a resource which is still in use: Table has an index that is "
                    + "being created: \(table)")
        }
        let job = BulkPutJob(
            id: transaction.newTransferID(), table: table, tableID: definition.id,
            tableUUID: definition.uuid, request: request, started: transaction.now)
        transaction.save(job)
        transaction.remember(tokenOf: job)
        return DescribedTransfer(job, transaction.options)
    }
}
