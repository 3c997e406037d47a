public import MartletCatalog

/// ImportTable: makes a table and begins to fill it with the items of objects in a bucket.
public struct ImportTable: Sendable {
    public typealias Output = DescribedTransfer<ImportJob>

    public var request: TableRequest
    public var input: ImportJob.Input
    public var clientToken: String?

    public init(_ request: TableRequest, from input: ImportJob.Input, clientToken: String? = nil) {
        self.request = request
        self.input = input
        self.clientToken = clientToken
    }
}

extension ImportTable: WriteOperation {
    /// Checks the request, so that a bad one does not queue.
    package func prepare(in context: ReadContext) throws(OperationError) {
        _ = try CreateTable(request).definition(
            nextID: 0, now: context.options.clock.now, context.options)
    }

    package func run(
        _ prepared: Void, in transaction: WriteTransaction
    ) throws(OperationError) -> Output {
        if let job = try transaction.job(ImportJob.self, token: clientToken) {
            guard job.input == input, try describes(job.definition, transaction.options) else {
                throw .transfer(
                    .importConflict,
                    "Import with the same client token but different parameters already exists")
            }
            return DescribedTransfer(job, transaction.options)
        }
        try transaction.requireRoom(forTable: request.name)
        var (definition, nextID) = try CreateTable(request).definition(
            nextID: transaction.directory.nextID, now: transaction.now, transaction.options)
        definition.attached.isImporting = true
        let job = ImportJob(
            id: transaction.newTransferID(), clientToken: clientToken, input: input,
            definition: definition, started: transaction.now)
        transaction.save(definition, nextID: nextID)
        transaction.save(job)
        transaction.remember(tokenOf: job)
        return DescribedTransfer(job, transaction.options)
    }

    /// Whether the request would make this table.
    private func describes(
        _ definition: TableDefinition, _ options: EngineOptions
    ) throws(OperationError) -> Bool {
        var (candidate, _) = try CreateTable(request).definition(
            nextID: definition.id, now: definition.created, options)
        candidate.uuid = definition.uuid
        candidate.attached = definition.attached
        return candidate == definition
    }
}

/// Ends an import: its table may be used.
package struct EndImport: WriteOperation {
    package var job: ImportJob

    package init(_ job: ImportJob) { self.job = job }

    package func prepare(in context: ReadContext) throws(OperationError) {}

    package func run(_ prepared: Void, in transaction: WriteTransaction) throws(OperationError) {
        if var definition = transaction.directory.tables[job.table]?.definition,
            definition.id == job.definition.id
        {
            definition.attached.isImporting = false
            transaction.save(definition)
        }
        transaction.save(job)
    }
}
