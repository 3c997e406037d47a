internal import MartletCatalog
internal import MartletEngine
internal import MartletModel

private typealias IndexUsage = (name: Text, bytes: Int)

extension JSONWriter {
    /// An answer whose only member describes a bulk put.
    mutating func bulkOperation(_ described: DescribedTransfer<BulkPutJob>) {
        let job = described.job
        beginObject()
        member("BulkOperationDescription")
        beginObject()
        member("BulkOperationArn")
        string(described.arn)
        member("BulkOperationStatus")
        string(job.status.rawValue)
        member("TableDetails")
        beginArray()
        beginObject()
        member("TableName")
        string(job.request.table)
        member("TableId")
        string(job.tableUUID)
        endObject()
        endArray()
        optional("ClientToken", job.clientToken)
        configurations(job.request)
        optional("StartTime", job.started)
        optional("EndTime", job.ended)
        member("ProcessedItemCount")
        integer(job.processedCount)
        member("ProcessedInputBytes")
        integer(job.processedBytes)
        optional("TotalInputBytes", job.totalBytes)
        usage(of: job)
        member("FailedItemCount")
        integer(job.failedCount)
        failure(job.failure)
        optional("MaxWriteRequestUnits", job.request.maxWriteUnits)
        member("PerformanceTier")
        string((job.request.tier ?? .standard).rawValue)
        endObject()
        endObject()
    }

    private mutating func configurations(_ request: BulkPutJob.Request) {
        member("InputS3Configuration")
        beginObject()
        optional("S3BucketOwner", request.source.owner)
        member("S3Bucket")
        string(request.source.bucket)
        optional("S3KeyPrefix", request.source.prefix)
        member("InputFormat")
        string("DYNAMODB_JSON")
        member("InputCompressionType")
        string((request.compression ?? .none).rawValue)
        endObject()
        member("OutputS3Configuration")
        beginObject()
        optional("S3BucketOwner", request.output.owner)
        member("S3Bucket")
        string(request.output.bucket)
        optional("S3KeyPrefix", request.output.prefix)
        optional("S3SseAlgorithm", request.encryption.algorithm?.rawValue)
        optional("S3SseKmsKeyId", request.encryption.keyID)
        member("OutputType")
        beginArray()
        for report in request.reports { string(report.rawValue) }
        endArray()
        endObject()
    }

    private mutating func usage(of job: BulkPutJob) {
        member("BulkOperationUsage")
        beginArray()
        beginObject()
        member("TableName")
        string(job.request.table)
        var (local, global, vector): ([IndexUsage], [IndexUsage], [IndexUsage]) = ([], [], [])
        for (index, bytes) in job.indexUsage.sorted(by: { $0.key.name < $1.key.name }) {
            switch index {
            case .local(let name): local.append((name, bytes))
            case .global(let name): global.append((name, bytes))
            case .vector(let name): vector.append((name, bytes))
            }
        }
        member("BulkPutBytes")
        integer((local + global).reduce(job.tableUsage) { $0 + $1.bytes })
        member("Table")
        bytes(job.tableUsage, "BulkPutBytes")
        usage(local, as: "LocalSecondaryIndexes", "BulkPutBytes")
        usage(global, as: "GlobalSecondaryIndexes", "BulkPutBytes")
        usage(vector, as: "VectorIndexes", "BulkPutVectorBytes")
        endObject()
        endArray()
    }

    private mutating func usage(
        _ indexes: [IndexUsage], as name: StaticString, _ unit: StaticString
    ) {
        guard !indexes.isEmpty else { return }
        member(name)
        beginObject()
        for index in indexes {
            entry(index.name)
            bytes(index.bytes, unit)
        }
        endObject()
    }

    private mutating func bytes(_ count: Int, _ unit: StaticString) {
        beginObject()
        member(unit)
        integer(count)
        endObject()
    }
}
