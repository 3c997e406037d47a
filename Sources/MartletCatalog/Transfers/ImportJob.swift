// An import as an item:
//
//   format N 1 · id S · source M · input S · delimiter S? · headers L of S? · compression S
//   token S? · definition M (the table as it was made) · status S · started N · ended N?
//   object S? · records N? · bytes N · processed N · imported N · errors N
//   failure S? · failureText S?
//
// Times are seconds since 1970. Spec: docs/format/transfers.md.

package import MartletEncoding
internal import MartletModel

/// An import, from its request to its end.
public struct ImportJob: TransferJob {
    package static let kind = TransferKind.importing

    public enum Status: String, Hashable, Sendable {
        case inProgress = "IN_PROGRESS"
        case completed = "COMPLETED"
        case failed = "FAILED"
    }

    /// Where the items come from, and in which form.
    public struct Input: Hashable, Sendable {
        public var source: BucketPath
        public var format: TransferFormat
        /// One ASCII character; nil for a comma.
        public var delimiter: String?
        /// The names of the columns; nil where each object's first line says them.
        public var headers: [String]?
        public var compression: TransferCompression

        public init(
            source: BucketPath, format: TransferFormat, delimiter: String? = nil,
            headers: [String]? = nil, compression: TransferCompression = .none
        ) {
            self.source = source
            self.format = format
            self.delimiter = delimiter
            self.headers = headers
            self.compression = compression
        }
    }

    package var id: TransferID
    public var clientToken: String?
    public var input: Input
    /// The table as the import made it.
    public var definition: TableDefinition
    public var status: Status
    public var started: Timestamp
    public var ended: Timestamp?
    package var position: TransferPosition
    /// Of the source's data, uncompressed.
    public var processedBytes: Int
    public var processedCount: Int
    public var importedCount: Int
    public var errorCount: Int
    public var failure: TransferFailure?

    package init(
        id: TransferID, clientToken: String?, input: Input, definition: TableDefinition,
        status: Status = .inProgress, started: Timestamp, ended: Timestamp? = nil,
        position: TransferPosition = TransferPosition(), processedBytes: Int = 0,
        processedCount: Int = 0, importedCount: Int = 0, errorCount: Int = 0,
        failure: TransferFailure? = nil
    ) {
        self.id = id
        self.clientToken = clientToken
        self.input = input
        self.definition = definition
        self.status = status
        self.started = started
        self.ended = ended
        self.position = position
        self.processedBytes = processedBytes
        self.processedCount = processedCount
        self.importedCount = importedCount
        self.errorCount = errorCount
        self.failure = failure
    }

    public var table: TableName { definition.name }
    public var isUnderway: Bool { status == .inProgress }
}

extension ImportJob {
    private static let format = 1

    package var record: ItemRecord {
        var item: Item = [
            "format": .count(Self.format), "id": .text(id.description),
            "source": input.source.storedValue, "input": .text(input.format.rawValue),
            "compression": .text(input.compression.rawValue),
            "definition": .map(definition.storedItem), "status": .text(status.rawValue),
            "started": .time(started), "bytes": .count(processedBytes),
            "processed": .count(processedCount), "imported": .count(importedCount),
            "errors": .count(errorCount),
        ]
        item["token"] = clientToken.map(AttributeValue.text)
        item["delimiter"] = input.delimiter.map(AttributeValue.text)
        item["headers"] = input.headers.map { .list($0.map(AttributeValue.text)) }
        item["ended"] = ended.map(AttributeValue.time)
        position.store(in: &item)
        TransferFailure.store(failure, in: &item)
        return ItemRecord(item)
    }

    package init(record: ItemRecord) throws(CorruptRecord) {
        let item = record.item
        var reader = DefinitionReader(item, "import")
        let format = try reader.integer("format")
        guard format == Self.format else { throw CorruptRecord("import: format \(format)") }
        guard case .map(let definition)? = reader.take("definition") else {
            throw CorruptRecord("import: definition")
        }
        let headers = item["headers"] == nil ? nil : try reader.texts("headers").map(\.string)
        let input = Input(
            source: try BucketPath(stored: reader.take("source")),
            format: try reader.choice("input"), delimiter: try reader.optionalText("delimiter"),
            headers: headers, compression: try reader.choice("compression"))
        self.init(
            id: try reader.jobID("id"), clientToken: try reader.optionalText("token"),
            input: input, definition: try TableDefinition(storedItem: definition),
            status: try reader.choice("status"), started: try reader.requiredTime("started"),
            ended: try reader.time("ended"), position: try TransferPosition(from: &reader),
            processedBytes: try reader.integer("bytes"),
            processedCount: try reader.integer("processed"),
            importedCount: try reader.integer("imported"), errorCount: try reader.integer("errors"),
            failure: try TransferFailure.read(from: &reader))
        try reader.finish()
    }
}
