public import MartletCatalog
internal import MartletModel

/// StartBulkPutItems: begins to put the items of objects in a bucket into a table.
public struct StartBulkPutItems: Sendable {
    public typealias Output = DescribedTransfer<BulkPutJob>

    public var table: TableName
    public var request: BulkPutJob.Request

    package init(table: TableName, _ request: BulkPutJob.Request) {
        self.table = table
        self.request = request
    }

    /// - Parameters:
    ///   - source: where the objects with the items are, a JSON object a line.
    ///   - output: where reports go; nil: into the source's bucket.
    ///   - reports: which of them are written.
    ///   - maxWriteUnits: how many the puts may take in a second, 1024 at least; nil: no bound.
    ///   - clientToken: sent again, it answers the same bulk put.
    public init(
        table: TableName, from source: BucketPath, compression: TransferCompression? = nil,
        reportsTo output: BucketPath? = nil, encryption: BucketEncryption = BucketEncryption(),
        reports: [BulkPutJob.Report] = [.error], maxWriteUnits: Int? = nil,
        tier: BulkPutJob.Tier? = nil, clientToken: String? = nil
    ) {
        self.init(
            table: table,
            BulkPutJob.Request(
                table: table.description, clientToken: clientToken, source: source,
                compression: compression, output: output ?? BucketPath(bucket: source.bucket),
                namesOutputBucket: output != nil, encryption: encryption, reports: reports,
                maxWriteUnits: maxWriteUnits, tier: tier))
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
