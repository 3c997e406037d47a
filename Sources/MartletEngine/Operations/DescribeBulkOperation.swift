public import MartletCatalog

/// DescribeBulkOperation: how far a bulk put is, or how it ended.
public struct DescribeBulkOperation: Sendable {
    public typealias Output = DescribedTransfer<BulkPutJob>

    public var arn: String

    public init(arn: String) { self.arn = arn }
}

extension DescribeBulkOperation: ReadOperation {
    package func run(in context: ReadContext) throws(OperationError) -> Output {
        guard let name = TransferARN(arn, .bulkPut), name.owner == context.options.owner,
            let job = try context.job(BulkPutJob.self, name.id), job.table == name.table
        else { throw .bulkOperationNotFound(arn) }
        return DescribedTransfer(job, context.options)
    }
}

extension OperationError {
    static func bulkOperationNotFound(_ arn: String) -> OperationError {
        .resourceNotFound("Requested resource not found: Bulk operation: \(arn) not found")
    }
}
