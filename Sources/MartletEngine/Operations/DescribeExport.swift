public import MartletCatalog

/// DescribeExport: how far an export is, or how it ended.
public struct DescribeExport: Sendable {
    public typealias Output = DescribedTransfer<ExportJob>

    public var arn: String

    public init(arn: String) { self.arn = arn }
}

extension DescribeExport: ReadOperation {
    package func run(in context: ReadContext) throws(OperationError) -> Output {
        guard let name = TransferARN(arn, .export), name.owner == context.options.owner,
            let job = try context.job(ExportJob.self, name.id), job.table == name.table
        else { throw .transfer(.exportNotFound, "Export not found: \(arn)") }
        return DescribedTransfer(job, context.options)
    }
}
