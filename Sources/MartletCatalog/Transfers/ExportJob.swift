// An export as an item:
//
//   format N 1 · id S · table S · rows N · uuid S · tableARN S · bucket M { bucket S, owner S?,
//   prefix S? } · asked N? · time N · token S? · sse S? · sseKey S? · filter M? · status S
//   started N · ended N? · items N · bytes N · failure S? · failureText S?
//   since M { from N, to N?, view S }? · keys L of S? (of an incremental export)
//
//   filter { key S?, filter S?, projection S?, names M of S?, values M? }
//
// Times are seconds since 1970. Spec: docs/format/transfers.md.

package import MartletEncoding
public import MartletModel

/// An export, from its request to its end.
public struct ExportJob: TransferJob {
    package static let kind = TransferKind.export

    public enum Status: String, Hashable, Sendable {
        case inProgress = "IN_PROGRESS"
        case completed = "COMPLETED"
        case failed = "FAILED"
    }

    /// Which items of the table are exported, and what of them: expressions as they were sent.
    public struct Filter: Hashable, Sendable {
        public var keyCondition: String?
        public var filter: String?
        public var projection: String?
        public var names: [Text: Text]?
        public var values: Item?

        public init(
            keyCondition: String? = nil, filter: String? = nil, projection: String? = nil,
            names: [Text: Text]? = nil, values: Item? = nil
        ) {
            self.keyCondition = keyCondition
            self.filter = filter
            self.projection = projection
            self.names = names
            self.values = values
        }
    }

    /// What of each changed item an incremental export has.
    public enum View: String, Hashable, Sendable {
        case newImage = "NEW_IMAGE"
        case newAndOldImages = "NEW_AND_OLD_IMAGES"
    }

    /// Which changes are exported.
    public struct Incremental: Hashable, Sendable {
        /// The first moment of the period.
        public var from: Timestamp
        /// The first moment after it; nil: that of the request.
        public var to: Timestamp?
        public var view: View

        public init(from: Timestamp, to: Timestamp? = nil, view: View = .newAndOldImages) {
            self.from = from
            self.to = to
            self.view = view
        }
    }

    /// What was asked for.
    public struct Request: Hashable, Sendable {
        public var tableARN: String
        public var time: Timestamp?
        public var clientToken: String?
        public var target: BucketPath
        public var encryption: BucketEncryption
        public var filter: Filter?
        /// nil: all items of one moment are exported.
        public var incremental: Incremental?

        public init(
            tableARN: String, time: Timestamp? = nil, clientToken: String? = nil,
            target: BucketPath, encryption: BucketEncryption = BucketEncryption(),
            filter: Filter? = nil, incremental: Incremental? = nil
        ) {
            self.tableARN = tableARN
            self.time = time
            self.clientToken = clientToken
            self.target = target
            self.encryption = encryption
            self.filter = filter
            self.incremental = incremental
        }
    }

    package var id: TransferID
    public var table: TableName
    /// Names the copy of the items that is written.
    package var rowsID: UInt32
    public var tableUUID: String
    public var request: Request
    /// The moment whose items are exported; the first after the period of an incremental export.
    public var time: Timestamp
    /// The attributes of the table's key, which an incremental export tells beside the images.
    package var keyNames: [Text]
    public var status: Status
    public var started: Timestamp
    public var ended: Timestamp?
    public var itemCount: Int
    public var billedBytes: Int
    public var failure: TransferFailure?

    package init(
        id: TransferID, table: TableName, rowsID: UInt32, tableUUID: String, request: Request,
        time: Timestamp, keyNames: [Text] = [], status: Status = .inProgress,
        started: Timestamp, ended: Timestamp? = nil, itemCount: Int = 0, billedBytes: Int = 0,
        failure: TransferFailure? = nil
    ) {
        self.id = id
        self.table = table
        self.rowsID = rowsID
        self.tableUUID = tableUUID
        self.request = request
        self.time = time
        self.keyNames = keyNames
        self.status = status
        self.started = started
        self.ended = ended
        self.itemCount = itemCount
        self.billedBytes = billedBytes
        self.failure = failure
    }

    public var isUnderway: Bool { status == .inProgress }
    package var clientToken: String? { request.clientToken }

    /// The service's name of what is exported.
    package var typeName: String {
        request.incremental == nil ? "FULL_EXPORT" : "INCREMENTAL_EXPORT"
    }

    /// What the keys of the export's manifests begin with.
    package var keyPrefix: String { folder + "\(id)/" }

    /// What the keys of its data files begin with. Those of incremental exports share a folder.
    package var dataPrefix: String {
        (request.incremental == nil ? keyPrefix : folder) + "data/"
    }

    private var folder: String {
        let prefix = request.target.prefix ?? ""
        return prefix + (prefix.isEmpty || prefix.hasSuffix("/") ? "" : "/") + "AWSDynamoDB/"
    }

    /// The key of the object that is written last, and says what was exported.
    public var manifestKey: String { keyPrefix + "manifest-summary.json" }
}

extension ExportJob {
    private static let format = 1

    package var record: ItemRecord {
        var item: Item = [
            "format": .count(Self.format), "id": .text(id.description),
            "table": .text(table.description), "rows": .count(Int(rowsID)),
            "uuid": .text(tableUUID), "tableARN": .text(request.tableARN),
            "bucket": request.target.storedValue, "time": .time(time),
            "status": .text(status.rawValue), "started": .time(started),
            "items": .count(itemCount), "bytes": .count(billedBytes),
        ]
        item["asked"] = request.time.map(AttributeValue.time)
        item["token"] = request.clientToken.map(AttributeValue.text)
        item["filter"] = request.filter?.storedValue
        item["since"] = request.incremental?.storedValue
        if !keyNames.isEmpty { item["keys"] = .list(keyNames.map { .string($0) }) }
        item["ended"] = ended.map(AttributeValue.time)
        request.encryption.store(in: &item)
        TransferFailure.store(failure, in: &item)
        return ItemRecord(item)
    }

    package init(record: ItemRecord) throws(CorruptRecord) {
        let item = record.item
        var reader = DefinitionReader(item, "export")
        let format = try reader.integer("format")
        guard format == Self.format else { throw CorruptRecord("export: format \(format)") }
        let filter = reader.take("filter")
        let incremental = try reader.take("since").map(Incremental.init(stored:))
        let keyNames = item["keys"] == nil ? [] : try reader.texts("keys")
        let request = Request(
            tableARN: try reader.text("tableARN"), time: try reader.time("asked"),
            clientToken: try reader.optionalText("token"),
            target: try BucketPath(stored: reader.take("bucket")),
            encryption: try BucketEncryption(from: &reader),
            filter: try filter.map { value throws(CorruptRecord) in try Filter(stored: value) },
            incremental: incremental)
        self.init(
            id: try reader.jobID("id"), table: try reader.tableName("table"),
            rowsID: try reader.id("rows"), tableUUID: try reader.text("uuid"),
            request: request, time: try reader.requiredTime("time"), keyNames: keyNames,
            status: try reader.choice("status"), started: try reader.requiredTime("started"),
            ended: try reader.time("ended"), itemCount: try reader.integer("items"),
            billedBytes: try reader.integer("bytes"),
            failure: try TransferFailure.read(from: &reader))
        try reader.finish()
    }
}

extension ExportJob.Incremental {
    fileprivate var storedValue: AttributeValue {
        var members: AttributeMap = ["from": .time(from), "view": .text(view.rawValue)]
        members["to"] = to.map(AttributeValue.time)
        return .map(members)
    }

    fileprivate init(stored value: AttributeValue) throws(CorruptRecord) {
        var reader = try DefinitionReader(value, "export period")
        self.init(
            from: try reader.requiredTime("from"), to: try reader.time("to"),
            view: try reader.choice("view"))
        try reader.finish()
    }
}

extension ExportJob.Filter {
    fileprivate var storedValue: AttributeValue {
        var members = AttributeMap()
        members["key"] = keyCondition.map(AttributeValue.text)
        members["filter"] = filter.map(AttributeValue.text)
        members["projection"] = projection.map(AttributeValue.text)
        if let names {
            var stored = AttributeMap()
            for (placeholder, name) in names { stored[placeholder] = .string(name) }
            members["names"] = .map(stored)
        }
        members["values"] = values.map(AttributeValue.map)
        return .map(members)
    }

    fileprivate init(stored value: AttributeValue) throws(CorruptRecord) {
        var reader = try DefinitionReader(value, "export filter")
        var names: [Text: Text]?
        if let stored = reader.take("names") {
            guard case .map(let members) = stored else { throw CorruptRecord("export: names") }
            names = [:]
            for entry in members.entries {
                guard case .string(let name) = entry.value else {
                    throw CorruptRecord("export: names")
                }
                names![entry.name] = name
            }
        }
        var values: Item?
        if let stored = reader.take("values") {
            guard case .map(let members) = stored else { throw CorruptRecord("export: values") }
            values = members
        }
        self.init(
            keyCondition: try reader.optionalText("key"), filter: try reader.optionalText("filter"),
            projection: try reader.optionalText("projection"), names: names, values: values)
        try reader.finish()
    }
}
