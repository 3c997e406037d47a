public import MartletCatalog

/// DescribeImport: how far an import is, or how it ended.
public struct DescribeImport: Sendable {
    public typealias Output = DescribedTransfer<ImportJob>

    public var arn: String

    public init(arn: String) { self.arn = arn }
}

extension DescribeImport: ReadOperation {
    package func run(in context: ReadContext) throws(OperationError) -> Output {
        guard let name = TransferARN(arn, .importing), name.owner == context.options.owner,
            let job = try context.job(ImportJob.self, name.id), job.table == name.table
        else { throw .transfer(.importNotFound, "Import not found: \(arn)") }
        return DescribedTransfer(job, context.options)
    }
}
