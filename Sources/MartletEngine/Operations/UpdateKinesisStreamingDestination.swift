public import MartletCatalog

/// UpdateKinesisStreamingDestination: changes the precision of a destination's times.
public struct UpdateKinesisStreamingDestination: Sendable {
    public var table: TableName
    public var streamARN: String
    /// nil when the request gives none, which is refused.
    public var precision: KinesisDestination.Precision?

    public init(
        table: TableName, streamARN: String, precision: KinesisDestination.Precision?
    ) {
        self.table = table
        self.streamARN = streamARN
        self.precision = precision
    }

    public struct Output: Sendable {
        public var table: TableName
    }
}

extension UpdateKinesisStreamingDestination: WriteOperation {
    package func prepare(in context: ReadContext) throws(OperationError) {}

    package func run(
        _ prepared: Void, in transaction: WriteTransaction
    ) throws(OperationError) -> Output {
        var definition = try transaction.directory.changeableTable(table).definition
        guard let precision else {
            throw .validation(
                "Streaming destination cannot be updated with given parameters: "
                    + "UpdateKinesisStreamingConfiguration cannot be null or contain only null "
                    + "values")
        }
        let destinations = definition.attached.destinations
        guard let place = destinations.firstIndex(where: { $0.streamARN == streamARN }) else {
            throw .destination(
                "No streaming destination with streamArn: \(streamARN) found for table with "
                    + "tableName: \(definition.name)")
        }
        guard destinations[place].isActive else {
            throw .destination(
                "Kinesis streaming is not in ACTIVE state. Updates are only allowed in ACTIVE "
                    + "state. TableName: \(definition.name), kdsArn: \(streamARN)")
        }
        guard (destinations[place].precision ?? .millisecond) != precision else {
            throw .validation(
                "Invalid Request: Precision is already set to the desired value of "
                    + "\(precision.rawValue) for tableId: \(definition.uuid), kdsArn: "
                    + "\(streamARN)")
        }
        definition.attached.destinations[place].precision = precision
        transaction.save(definition)
        return Output(table: definition.name)
    }
}
