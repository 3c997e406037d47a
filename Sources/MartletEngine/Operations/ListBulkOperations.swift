public import MartletCatalog

/// ListBulkOperations: the bulk puts of the last 90 days, the latest first, a page at a time.
public struct ListBulkOperations: Sendable {
    package static let defaultLimit = 10

    public var page: TransferPage

    public init(_ page: TransferPage = TransferPage(limit: 10)) { self.page = page }

    public struct Output: Sendable {
        public var jobs: [DescribedTransfer<BulkPutJob>]
        public var nextToken: String?
    }
}

extension ListBulkOperations: ReadOperation {
    package func run(in context: ReadContext) throws(OperationError) -> Output {
        let (jobs, next) = try page.read(BulkPutJob.self, in: context)
        return Output(
            jobs: jobs.map { DescribedTransfer($0, context.options) }, nextToken: next)
    }
}
