public import MartletCatalog

/// EnableKinesisStreamingDestination: keeps a stream as the table's destination. There is no
/// Kinesis here, so nothing is sent to it.
public struct EnableKinesisStreamingDestination: Sendable {
    public var table: TableName
    public var streamARN: String
    public var precision: KinesisDestination.Precision?

    public init(
        table: TableName, streamARN: String, precision: KinesisDestination.Precision? = nil
    ) {
        self.table = table
        self.streamARN = streamARN
        self.precision = precision
    }

    public struct Output: Sendable {
        public var table: TableName
    }

    /// Destinations that were disabled are remembered, but not without end.
    private static let rememberedLimit = 10
}

extension EnableKinesisStreamingDestination: WriteOperation {
    package func prepare(in context: ReadContext) throws(OperationError) {}

    package func run(
        _ prepared: Void, in transaction: WriteTransaction
    ) throws(OperationError) -> Output {
        var definition = try transaction.directory.changeableTable(table).definition
        var destinations = definition.attached.destinations
        guard !destinations.contains(where: \.isActive) else {
            throw .destination(
                "EnableKinesisStreamingDestination must be DISABLED or ENABLE_FAILED to perform "
                    + "ENABLE operation.")
        }
        destinations.removeAll { $0.streamARN == streamARN }
        destinations.insert(
            KinesisDestination(streamARN: streamARN, precision: precision), at: 0)
        definition.attached.destinations = Array(destinations.prefix(Self.rememberedLimit))
        transaction.save(definition)
        return Output(table: definition.name)
    }
}

extension OperationError {
    /// All three operations say `to enable`.
    static func destination(_ reason: String) -> OperationError {
        .validation(
            "Table is not in a valid state to enable Kinesis Streaming Destination: \(reason)")
    }
}
