internal import MartletCatalog
internal import MartletEngine

extension JSONWriter {
    /// An answer whose only member describes an export.
    mutating func export(_ described: DescribedTransfer<ExportJob>) {
        let job = described.job
        beginObject()
        member("ExportDescription")
        beginObject()
        member("ExportArn")
        string(described.arn)
        member("ExportStatus")
        string(job.status.rawValue)
        optional("StartTime", job.started)
        optional("EndTime", job.ended)
        if job.status == .completed { optional("ExportManifest", job.manifestKey) }
        member("TableArn")
        string(described.tableARN)
        member("TableId")
        string(job.tableUUID)
        if job.request.incremental == nil { optional("ExportTime", job.time) }
        optional("ClientToken", job.clientToken)
        member("S3Bucket")
        string(job.request.target.bucket)
        optional("S3BucketOwner", job.request.target.owner)
        optional("S3Prefix", job.request.target.prefix)
        member("S3SseAlgorithm")
        string((job.request.encryption.algorithm ?? .aes256).rawValue)
        optional("S3SseKmsKeyId", job.request.encryption.keyID)
        failure(job.failure)
        member("ExportFormat")
        string("DYNAMODB_JSON")
        if job.status == .completed {
            optional("BilledSizeBytes", job.billedBytes)
            optional("ItemCount", job.itemCount)
        }
        member("ExportType")
        string(job.typeName)
        if let incremental = job.request.incremental {
            member("IncrementalExportSpecification")
            incrementalExport(incremental, end: job.time)
        }
        if let filter = job.request.filter {
            member("FilterSpecification")
            exportFilter(filter)
        }
        endObject()
        endObject()
    }
}
