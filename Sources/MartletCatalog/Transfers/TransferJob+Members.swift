// What the records of several kinds of jobs have in common.

internal import MartletEncoding
internal import MartletModel

/// Objects of a bucket whose keys begin alike.
public struct BucketPath: Hashable, Sendable {
    public var bucket: String
    /// The account that the bucket is said to be of.
    public var owner: String?
    public var prefix: String?

    public init(bucket: String, owner: String? = nil, prefix: String? = nil) {
        self.bucket = bucket
        self.owner = owner
        self.prefix = prefix
    }
}

/// How objects are said to be encrypted where they are kept: a setting that is answered.
public struct BucketEncryption: Hashable, Sendable {
    public enum Algorithm: String, Hashable, Sendable {
        case aes256 = "AES256"
        case kms = "KMS"
    }

    public var algorithm: Algorithm?
    public var keyID: String?

    public init(algorithm: Algorithm? = nil, keyID: String? = nil) {
        self.algorithm = algorithm
        self.keyID = keyID
    }
}

public enum TransferFormat: String, Hashable, Sendable {
    case dynamoDBJSON = "DYNAMODB_JSON"
    case ion = "ION"
    case csv = "CSV"
}

public enum TransferCompression: String, Hashable, Sendable {
    case gzip = "GZIP"
    case zstd = "ZSTD"
    case none = "NONE"
}

/// How far a job has read its objects, which it does in the order of their keys.
package struct TransferPosition: Hashable, Sendable {
    /// The object that is being read; nil before the first.
    package var object: String?
    /// How many of its records are done; nil when nothing of it is left.
    package var records: Int?

    package init(object: String? = nil, records: Int? = 0) {
        self.object = object
        self.records = records
    }
}

extension BucketPath {
    var storedValue: AttributeValue {
        var members: AttributeMap = ["bucket": .text(bucket)]
        members["owner"] = owner.map(AttributeValue.text)
        members["prefix"] = prefix.map(AttributeValue.text)
        return .map(members)
    }

    init(stored value: AttributeValue?) throws(CorruptRecord) {
        guard let value else { throw CorruptRecord("transfer: bucket") }
        var reader = try DefinitionReader(value, "bucket")
        self.init(
            bucket: try reader.text("bucket"), owner: try reader.optionalText("owner"),
            prefix: try reader.optionalText("prefix"))
        try reader.finish()
    }
}

extension BucketEncryption {
    func store(in members: inout AttributeMap) {
        members["sse"] = algorithm.map { .text($0.rawValue) }
        members["sseKey"] = keyID.map(AttributeValue.text)
    }

    init(from reader: inout DefinitionReader) throws(CorruptRecord) {
        self.init(
            algorithm: try reader.optionalChoice("sse"), keyID: try reader.optionalText("sseKey"))
    }
}

extension TransferPosition {
    func store(in members: inout AttributeMap) {
        members["object"] = object.map(AttributeValue.text)
        members["records"] = records.map(AttributeValue.count)
    }

    init(from reader: inout DefinitionReader) throws(CorruptRecord) {
        self.init(
            object: try reader.optionalText("object"),
            records: try reader.optionalInteger("records"))
    }
}

extension TransferFailure {
    static func store(_ failure: TransferFailure?, in members: inout AttributeMap) {
        members["failure"] = failure.map { .text($0.code) }
        members["failureText"] = failure.map { .text($0.message) }
    }

    static func read(from reader: inout DefinitionReader) throws(CorruptRecord) -> TransferFailure?
    {
        let code = try reader.optionalText("failure")
        let message = try reader.optionalText("failureText")
        return code.map { TransferFailure(code: $0, message: message ?? "") }
    }
}

extension DefinitionReader {
    mutating func requiredTime(_ name: Text) throws(CorruptRecord) -> Timestamp {
        guard let time = try time(name) else { throw CorruptRecord("transfer: member \(name)") }
        return time
    }

    mutating func tableName(_ name: Text) throws(CorruptRecord) -> TableName {
        let text = try text(name)
        guard TableName.isValid(text) else { throw CorruptRecord("transfer: member \(name)") }
        return TableName(text)
    }

    mutating func jobID(_ name: Text) throws(CorruptRecord) -> TransferID {
        guard let id = TransferID(try text(name)) else {
            throw CorruptRecord("transfer: member \(name)")
        }
        return id
    }
}
