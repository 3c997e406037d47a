package import MartletCatalog

/// ListBulkOperations: the bulk puts of the last 90 days, the latest first, a page at a time.
package struct ListBulkOperations: Sendable {
    package static let defaultLimit = 10

    package var page: TransferPage

    package init(_ page: TransferPage) { self.page = page }

    package struct Output: Sendable {
        package var jobs: [DescribedTransfer<BulkPutJob>]
        package var nextToken: String?
    }
}

extension ListBulkOperations: ReadOperation {
    package func run(in context: ReadContext) throws(OperationError) -> Output {
        let (jobs, next) = try page.read(BulkPutJob.self, in: context)
        return Output(
            jobs: jobs.map { DescribedTransfer($0, context.options) }, nextToken: next)
    }
}
