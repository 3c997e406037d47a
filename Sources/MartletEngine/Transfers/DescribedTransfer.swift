internal import MartletCatalog

/// A job as it is answered: an export, an import or a bulk put.
public struct DescribedTransfer<Job: Sendable>: Sendable {
    public var job: Job
    public var arn: String
    public var tableARN: String
}

extension DescribedTransfer where Job: TransferJob {
    init(_ job: Job, _ options: EngineOptions) {
        self.init(
            job: job, arn: job.arn(of: options.owner),
            tableARN: ResourceARN(owner: options.owner, table: job.table).description)
    }
}
