// What requests for exports, imports and bulk puts have in common: buckets, tokens, pages of jobs,
// and the descriptions that answer them.

internal import MartletCatalog
internal import MartletEngine
internal import MartletModel

/// A bucket with what is said of it. Members of the model go by several names.
struct BucketMembers {
    var bucket: String?
    var owner: String?
    var prefix: String?
    var algorithm: String?
    var keyID: String?

    /// Reads a member; false for any other, which is then unread.
    mutating func read(
        _ name: JSONString, from reader: inout JSONReader
    ) throws(WireError) -> Bool {
        switch name {
        case "S3Bucket": bucket = try reader.readOptionalString()
        case "S3BucketOwner": owner = try reader.readOptionalString()
        case "S3Prefix", "S3KeyPrefix": prefix = try reader.readOptionalString()
        case "S3SseAlgorithm": algorithm = try reader.readOptionalString()
        case "S3SseKmsKeyId": keyID = try reader.readOptionalString()
        default: return false
        }
        return true
    }

    /// - Parameters:
    ///   - path: of the structure around the members, with its dot.
    ///   - prefixName: what the prefix is called there.
    func check(
        _ checks: inout MemberChecks, at path: String = "", prefixName: String = "s3Prefix",
        isRequired: Bool = true
    ) -> (BucketPath, BucketEncryption) {
        if isRequired { checks.require(bucket != nil, at: path + "s3Bucket") }
        checks.bucket(bucket, owner: owner, at: path)
        checks.length(of: prefix, in: 0...1024, at: path + prefixName)
        let algorithm = checks.choice(
            algorithm, of: .bucketEncryption, at: path + "s3SseAlgorithm")
        checks.length(of: keyID, in: 1...2048, at: path + "s3SseKmsKeyId")
        return (
            BucketPath(bucket: bucket ?? "", owner: owner, prefix: prefix),
            BucketEncryption(algorithm: algorithm, keyID: keyID)
        )
    }
}

extension Choices where Value == BucketEncryption.Algorithm {
    static let bucketEncryption = Choices([BucketEncryption.Algorithm.aes256, .kms])
}

extension Choices where Value == TransferFormat {
    static let exportFormat = Choices([TransferFormat.dynamoDBJSON, .ion])
    static let importFormat = Choices([TransferFormat.dynamoDBJSON, .ion, .csv])
}

extension Choices where Value == TransferCompression {
    static let inputCompression = Choices([TransferCompression.gzip, .zstd, .none])
}

/// Refuses what AWS takes and this server does not.
func refuseIon(_ format: TransferFormat?, _ parameter: String) throws(WireError) {
    guard format == .ion else { return }
    throw .validation(
        "One or more parameter values were invalid: \(parameter) ION is not supported")
}

/// Reads a request that consists of the ARN of a job.
func readJobARN(
    _ body: UnsafeBufferPointer<UInt8>, _ member: StaticString, at path: String
) throws(WireError) -> String {
    let arn = try readBody(body) { reader, progress throws(WireError) in
        var arn: String?
        while let name = try reader.nextMember(&progress) {
            switch name {
            case member: arn = try reader.readOptionalString()
            default: try reader.skipValue()
            }
        }
        return arn
    }
    var checks = MemberChecks()
    checks.jobARN(arn, at: path)
    try checks.check()
    return arn!
}

/// Reads a request for a page of jobs.
func readTransferPage(
    _ body: UnsafeBufferPointer<UInt8>, limit: (member: StaticString, path: String),
    defaultLimit: Int = TransferPage.limit
) throws(WireError) -> TransferPage {
    var page = TransferPage(limit: defaultLimit)
    try readBody(body) { reader, progress throws(WireError) in
        while let name = try reader.nextMember(&progress) {
            switch name {
            case "TableArn": page.tableARN = try reader.readOptionalString()
            case "NextToken": page.token = try reader.readOptionalString()
            case limit.member: page.limit = try reader.readOptionalInteger() ?? defaultLimit
            default: try reader.skipValue()
            }
        }
    }
    var checks = MemberChecks()
    checks.length(of: page.tableARN, in: 1...1024, at: "tableArn")
    checks.range(of: page.limit, from: 1, through: TransferPage.limit, at: limit.path)
    try checks.check()
    return page
}

extension JSONWriter {
    mutating func optional(_ name: StaticString, _ text: String?) {
        guard let text else { return }
        member(name)
        string(text)
    }

    mutating func optional(_ name: StaticString, _ number: Int?) {
        guard let number else { return }
        member(name)
        integer(number)
    }

    mutating func optional(_ name: StaticString, _ time: Timestamp?) {
        guard let time else { return }
        member(name)
        double(time.secondsSince1970)
    }

    mutating func failure(_ failure: TransferFailure?) {
        optional("FailureCode", failure?.code)
        optional("FailureMessage", failure?.message)
    }

    /// A page of jobs.
    mutating func page<Job>(
        _ jobs: [Job], as name: StaticString, nextToken: String?,
        _ write: (inout JSONWriter, Job) -> Void
    ) {
        beginObject()
        member(name)
        beginArray()
        for job in jobs { write(&self, job) }
        endArray()
        optional("NextToken", nextToken)
        endObject()
    }
}
