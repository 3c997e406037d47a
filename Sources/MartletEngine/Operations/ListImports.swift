public import MartletCatalog

/// ListImports: the imports of the last 90 days, the latest first, a page at a time.
public struct ListImports: Sendable {
    public var page: TransferPage

    public init(_ page: TransferPage = TransferPage()) { self.page = page }

    public struct Output: Sendable {
        public var jobs: [DescribedTransfer<ImportJob>]
        public var nextToken: String?
    }
}

extension ListImports: ReadOperation {
    package func run(in context: ReadContext) throws(OperationError) -> Output {
        let (jobs, next) = try page.read(ImportJob.self, in: context)
        return Output(
            jobs: jobs.map { DescribedTransfer($0, context.options) }, nextToken: next)
    }
}
