public import MartletCatalog

/// ListExports: the exports of the last 90 days, the latest first, a page at a time.
public struct ListExports: Sendable {
    public var page: TransferPage

    public init(_ page: TransferPage = TransferPage()) { self.page = page }

    public struct Output: Sendable {
        public var jobs: [DescribedTransfer<ExportJob>]
        public var nextToken: String?
    }
}

extension ListExports: ReadOperation {
    package func run(in context: ReadContext) throws(OperationError) -> Output {
        let (jobs, next) = try page.read(ExportJob.self, in: context)
        return Output(
            jobs: jobs.map { DescribedTransfer($0, context.options) }, nextToken: next)
    }
}
