package import MartletCatalog

/// A job as it is answered.
package struct DescribedTransfer<Job: TransferJob>: Sendable {
    package var job: Job
    package var arn: String
    package var tableARN: String

    init(_ job: Job, _ options: EngineOptions) {
        self.job = job
        arn = job.arn(of: options.owner)
        tableARN = ResourceARN(owner: options.owner, table: job.table).description
    }
}
