// A bulk put as an item:
//
//   format N 1 · id S · table S · tableID N · uuid S · named S · source M · compression S
//   output M · sse S? · sseKey S? · reports L of S · rate N? · tier S? · token S?
//   status S · started N · ended N? · object S? · records N?
//   written M of N by report · lines M of B by report
//   bytes N · totalBytes N? · processed N · failed N · unmet N
//   ownOutput BOOL · tableUsage N · indexUsage M of N by kind (`L`, `G`, `V`) and index name
//   failure S? · failureText S?
//
// Times are seconds since 1970. Spec: docs/format/transfers.md.

package import MartletEncoding
public import MartletModel

/// A bulk put, from its request to its end.
public struct BulkPutJob: TransferJob {
    package static let kind = TransferKind.bulkPut

    public enum Status: String, Hashable, Sendable {
        case inProgress = "IN_PROGRESS"
        case completed = "COMPLETED"
        case completedWithErrors = "COMPLETED_WITH_ERRORS"
        case cancelling = "CANCELLING"
        case cancelled = "CANCELLED"
        case failed = "FAILED"
    }

    public enum Report: String, Hashable, Sendable {
        case error = "ERROR"
        case conditionCheckFailure = "CONDITION_CHECK_FAILURE"
    }

    public enum Tier: String, Hashable, Sendable {
        case standard = "STANDARD"
        case accelerated = "ACCELERATED"
    }

    /// An index of the table, by its kind.
    public enum IndexName: Hashable, Sendable {
        case local(Text)
        case global(Text)
        case vector(Text)
    }

    /// What was asked for.
    public struct Request: Hashable, Sendable {
        /// The table's name or ARN, as sent.
        public var table: String
        public var clientToken: String?
        public var source: BucketPath
        public var compression: TransferCompression?
        /// The bucket is the source's where none was named.
        public var output: BucketPath
        public var namesOutputBucket: Bool
        public var encryption: BucketEncryption
        public var reports: [Report]
        public var maxWriteUnits: Int?
        public var tier: Tier?

        package init(
            table: String, clientToken: String? = nil, source: BucketPath,
            compression: TransferCompression? = nil, output: BucketPath,
            namesOutputBucket: Bool = true, encryption: BucketEncryption = BucketEncryption(),
            reports: [Report], maxWriteUnits: Int? = nil, tier: Tier? = nil
        ) {
            self.table = table
            self.clientToken = clientToken
            self.source = source
            self.compression = compression
            self.output = output
            self.namesOutputBucket = namesOutputBucket
            self.encryption = encryption
            self.reports = reports
            self.maxWriteUnits = maxWriteUnits
            self.tier = tier
        }
    }

    package var id: TransferID
    public var table: TableName
    package var tableID: UInt32
    public var tableUUID: String
    public var request: Request
    public var status: Status
    public var started: Timestamp
    public var ended: Timestamp?
    package var position: TransferPosition
    /// How many bytes each report has without the lines of the last piece.
    package var reportBytes: [Report: Int]
    /// The lines of the last piece.
    package var reportLines: [Report: [UInt8]]
    /// Of the objects as they are, compressed or not.
    public var processedBytes: Int
    /// Known once the objects were listed.
    public var totalBytes: Int?
    public var processedCount: Int
    public var failedCount: Int
    public var unmetCount: Int
    /// Bytes put into the table.
    public var tableUsage: Int
    /// Bytes put into its indexes.
    public var indexUsage: [IndexName: Int]
    public var failure: TransferFailure?

    package init(
        id: TransferID, table: TableName, tableID: UInt32, tableUUID: String, request: Request,
        status: Status = .inProgress, started: Timestamp, ended: Timestamp? = nil,
        position: TransferPosition = TransferPosition(), reportBytes: [Report: Int] = [:],
        reportLines: [Report: [UInt8]] = [:],
        processedBytes: Int = 0, totalBytes: Int? = nil, processedCount: Int = 0,
        failedCount: Int = 0, unmetCount: Int = 0, tableUsage: Int = 0,
        indexUsage: [IndexName: Int] = [:], failure: TransferFailure? = nil
    ) {
        self.id = id
        self.table = table
        self.tableID = tableID
        self.tableUUID = tableUUID
        self.request = request
        self.status = status
        self.started = started
        self.ended = ended
        self.position = position
        self.reportBytes = reportBytes
        self.reportLines = reportLines
        self.processedBytes = processedBytes
        self.totalBytes = totalBytes
        self.processedCount = processedCount
        self.failedCount = failedCount
        self.unmetCount = unmetCount
        self.tableUsage = tableUsage
        self.indexUsage = indexUsage
        self.failure = failure
    }

    public var isUnderway: Bool { status == .inProgress || status == .cancelling }
    package var clientToken: String? { request.clientToken }

    /// What the keys of everything that the job writes begin with.
    public var keyPrefix: String {
        let prefix = request.output.prefix ?? ""
        return prefix + (prefix.isEmpty || prefix.hasSuffix("/") ? "" : "/") + "AWSDynamoDB/\(id)/"
    }
}

extension BulkPutJob {
    private static let format = 1

    package var record: ItemRecord {
        var usage: AttributeMap = [:]
        var written: AttributeMap = [:]
        var lines: AttributeMap = [:]
        for report in request.reports {
            written[Text(report.rawValue)] = .count(reportBytes[report] ?? 0)
            lines[Text(report.rawValue)] = .binary(reportLines[report] ?? [])
        }
        for (name, bytes) in indexUsage { usage[name.storedName] = .count(bytes) }
        var item: Item = [
            "format": .count(Self.format), "id": .text(id.description),
            "table": .text(table.description), "tableID": .count(Int(tableID)),
            "uuid": .text(tableUUID), "named": .text(request.table),
            "source": request.source.storedValue, "output": request.output.storedValue,
            "ownOutput": .bool(request.namesOutputBucket),
            "reports": .list(request.reports.map { .text($0.rawValue) }),
            "status": .text(status.rawValue), "started": .time(started),
            "written": .map(written), "lines": .map(lines), "bytes": .count(processedBytes),
            "processed": .count(processedCount), "failed": .count(failedCount),
            "unmet": .count(unmetCount), "tableUsage": .count(tableUsage),
            "indexUsage": .map(usage),
        ]
        item["compression"] = request.compression.map { .text($0.rawValue) }
        item["rate"] = request.maxWriteUnits.map(AttributeValue.count)
        item["tier"] = request.tier.map { .text($0.rawValue) }
        item["token"] = request.clientToken.map(AttributeValue.text)
        item["ended"] = ended.map(AttributeValue.time)
        item["totalBytes"] = totalBytes.map(AttributeValue.count)
        request.encryption.store(in: &item)
        position.store(in: &item)
        TransferFailure.store(failure, in: &item)
        return ItemRecord(item)
    }

    package init(record: ItemRecord) throws(CorruptRecord) {
        var reader = DefinitionReader(record.item, "bulk put")
        let format = try reader.integer("format")
        guard format == Self.format else { throw CorruptRecord("bulk put: format \(format)") }
        var reports: [Report] = []
        for text in try reader.texts("reports") {
            guard let report = Report(rawValue: text.string) else {
                throw CorruptRecord("bulk put: reports")
            }
            reports.append(report)
        }
        guard case .map(let written)? = reader.take("written"),
            case .map(let lines)? = reader.take("lines")
        else { throw CorruptRecord("bulk put: reports") }
        var reportBytes: [Report: Int] = [:]
        var reportLines: [Report: [UInt8]] = [:]
        for report in reports {
            guard case .number(let number)? = written[Text(report.rawValue)],
                let count = number.integer,
                case .binary(let bytes)? = lines[Text(report.rawValue)]
            else { throw CorruptRecord("bulk put: reports") }
            (reportBytes[report], reportLines[report]) = (count, bytes)
        }
        guard case .map(let usage)? = reader.take("indexUsage") else {
            throw CorruptRecord("bulk put: usage")
        }
        var indexUsage: [IndexName: Int] = [:]
        for entry in usage.entries {
            guard case .number(let number) = entry.value, let bytes = number.integer,
                let name = IndexName(stored: entry.name)
            else { throw CorruptRecord("bulk put: usage") }
            indexUsage[name] = bytes
        }
        let request = Request(
            table: try reader.text("named"), clientToken: try reader.optionalText("token"),
            source: try BucketPath(stored: reader.take("source")),
            compression: try reader.optionalChoice("compression"),
            output: try BucketPath(stored: reader.take("output")),
            namesOutputBucket: try reader.flag("ownOutput"),
            encryption: try BucketEncryption(from: &reader), reports: reports,
            maxWriteUnits: try reader.optionalInteger("rate"),
            tier: try reader.optionalChoice("tier"))
        self.init(
            id: try reader.jobID("id"), table: try reader.tableName("table"),
            tableID: try reader.id("tableID"), tableUUID: try reader.text("uuid"),
            request: request, status: try reader.choice("status"),
            started: try reader.requiredTime("started"), ended: try reader.time("ended"),
            position: try TransferPosition(from: &reader),
            reportBytes: reportBytes, reportLines: reportLines,
            processedBytes: try reader.integer("bytes"),
            totalBytes: try reader.optionalInteger("totalBytes"),
            processedCount: try reader.integer("processed"),
            failedCount: try reader.integer("failed"), unmetCount: try reader.integer("unmet"),
            tableUsage: try reader.integer("tableUsage"), indexUsage: indexUsage,
            failure: try TransferFailure.read(from: &reader))
        try reader.finish()
    }
}

extension BulkPutJob.IndexName {
    public var name: Text {
        switch self {
        case .local(let name), .global(let name), .vector(let name): name
        }
    }

    fileprivate var storedName: Text {
        switch self {
        case .local(let name): Text("L\(name)")
        case .global(let name): Text("G\(name)")
        case .vector(let name): Text("V\(name)")
        }
    }

    fileprivate init?(stored text: Text) {
        let name = Text(String(text.string.dropFirst()))
        switch text.string.first {
        case "L": self = .local(name)
        case "G": self = .global(name)
        case "V": self = .vector(name)
        default: return nil
        }
    }
}
