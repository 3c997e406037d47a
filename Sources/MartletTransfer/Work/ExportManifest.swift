// The manifests of an export, as AWS lays them out: `manifest-files.json` has a line for each data
// file, `manifest-summary.json` says what was exported; beside each its MD5 sum in base64. The summary
// comes last: who finds it, finds everything.

internal import MartletCatalog
internal import MartletModel
internal import MartletWire

struct ExportManifest {
    struct DataFile {
        var key: String
        var itemCount: Int
        var md5: [UInt8]
    }

    let job: ExportJob
    let owner: ResourceOwner

    func write(_ files: [DataFile], to bucket: Bucket) throws(TransferFailure) {
        let filesKey = job.keyPrefix + "manifest-files.json"
        try write(filesManifest(files), to: filesKey, in: bucket)
        try bucket.syncFolder(of: files[0].key)
        try write(summary(filesKey: filesKey), to: job.manifestKey, in: bucket)
        try bucket.syncFolder(of: filesKey)
    }

    private func write(
        _ manifest: [UInt8], to key: String, in bucket: Bucket
    ) throws(TransferFailure) {
        let sum = Base64Text.encoded(MD5.digest(of: manifest))
        let sumKey = key.prefix(key.utf8.count - "json".utf8.count) + "md5"
        try bucket.write(Array(sum.utf8), to: String(sumKey))
        try bucket.write(manifest, to: key)
    }

    private func filesManifest(_ files: [DataFile]) -> [UInt8] {
        var bytes: [UInt8] = []
        for file in files {
            var writer = JSONWriter()
            writer.beginObject()
            writer.member("itemCount")
            writer.integer(file.itemCount)
            writer.member("md5Checksum")
            writer.string(Base64Text.encoded(file.md5))
            writer.member("etag")
            writer.string(file.md5.map(Self.hexadecimal).joined() + "-1")
            writer.member("dataFileS3Key")
            writer.string(file.key)
            writer.endObject()
            bytes += writer.bytes + [UInt8(ascii: "\n")]
        }
        return bytes
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }

    private func summary(filesKey: String) -> [UInt8] {
        var writer = JSONWriter()
        func member(_ name: StaticString, _ text: String?) {
            writer.member(name)
            if let text { writer.string(text) } else { writer.null() }
        }
        writer.beginObject()
        member("version", job.request.incremental == nil ? "2020-06-30" : "2023-08-01")
        member("exportArn", job.arn(of: owner))
        member("startTime", job.started.streamLabel + "Z")
        member("endTime", job.ended.map { $0.streamLabel + "Z" })
        member("tableArn", ResourceARN(owner: owner, table: job.table).description)
        member("tableId", job.tableUUID)
        if let incremental = job.request.incremental {
            member("exportFromTime", incremental.from.streamLabel + "Z")
            member("exportToTime", job.time.streamLabel + "Z")
        } else {
            member("exportTime", job.time.streamLabel + "Z")
        }
        member("s3Bucket", job.request.target.bucket)
        member("s3Prefix", job.request.target.prefix)
        member("s3SseAlgorithm", (job.request.encryption.algorithm ?? .aes256).rawValue)
        member("s3SseKmsKeyId", job.request.encryption.keyID)
        member("manifestFilesS3Key", filesKey)
        writer.member("billedSizeBytes")
        writer.integer(job.billedBytes)
        writer.member("itemCount")
        writer.integer(job.itemCount)
        member("outputFormat", "DYNAMODB_JSON")
        if let incremental = job.request.incremental {
            member("outputView", incremental.view.rawValue)
        }
        member("exportType", job.typeName)
        writer.endObject()
        return writer.bytes
    }
}
