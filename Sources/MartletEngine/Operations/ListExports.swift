package import MartletCatalog

/// ListExports: the exports of the last 90 days, the latest first, a page at a time.
package struct ListExports: Sendable {
    package var page: TransferPage

    package init(_ page: TransferPage) { self.page = page }

    package struct Output: Sendable {
        package var jobs: [DescribedTransfer<ExportJob>]
        package var nextToken: String?
    }
}

extension ListExports: ReadOperation {
    package func run(in context: ReadContext) throws(OperationError) -> Output {
        let (jobs, next) = try page.read(ExportJob.self, in: context)
        return Output(
            jobs: jobs.map { DescribedTransfer($0, context.options) }, nextToken: next)
    }
}
