public import MartletCatalog

/// CancelBulkOperation: asks a bulk put to stop. What it has put stays.
public struct CancelBulkOperation: Sendable {
    public typealias Output = DescribedTransfer<BulkPutJob>

    public var arn: String

    public init(arn: String) { self.arn = arn }
}

extension CancelBulkOperation: WriteOperation {
    package func prepare(in context: ReadContext) throws(OperationError) {}

    package func run(
        _ prepared: Void, in transaction: WriteTransaction
    ) throws(OperationError) -> Output {
        guard let name = TransferARN(arn, .bulkPut), name.owner == transaction.options.owner,
            var job = try transaction.job(BulkPutJob.self, name.id), job.table == name.table
        else { throw .bulkOperationNotFound(arn) }
        guard job.isUnderway else {
            throw .validation(
                "Bulk operation cannot be cancelled because it is in status "
                    + "\(job.status.rawValue)")
        }
        job.status = .cancelling
        transaction.save(job)
        return DescribedTransfer(job, transaction.options)
    }
}
