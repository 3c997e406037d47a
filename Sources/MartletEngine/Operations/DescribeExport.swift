package import MartletCatalog

/// DescribeExport: how far an export is, or how it ended.
package struct DescribeExport: Sendable {
    package typealias Output = DescribedTransfer<ExportJob>

    package var arn: String

    package init(arn: String) { self.arn = arn }
}

extension DescribeExport: ReadOperation {
    package func run(in context: ReadContext) throws(OperationError) -> Output {
        guard let name = TransferARN(arn, .export), name.owner == context.options.owner,
            let job = try context.job(ExportJob.self, name.id), job.table == name.table
        else { throw .transfer(.exportNotFound, "Export not found: \(arn)") }
        return DescribedTransfer(job, context.options)
    }
}
