public import MartletCatalog

/// DisableKinesisStreamingDestination: the table has no destination any more; the one that it had
/// stays in the list as disabled.
public struct DisableKinesisStreamingDestination: Sendable {
    public var table: TableName
    public var streamARN: String
    /// The operation takes a configuration only to refuse it.
    public var hasPrecision: Bool

    public init(table: TableName, streamARN: String, hasPrecision: Bool = false) {
        self.table = table
        self.streamARN = streamARN
        self.hasPrecision = hasPrecision
    }

    public struct Output: Sendable {
        public var table: TableName
    }
}

extension DisableKinesisStreamingDestination: WriteOperation {
    package func prepare(in context: ReadContext) throws(OperationError) {}

    package func run(
        _ prepared: Void, in transaction: WriteTransaction
    ) throws(OperationError) -> Output {
        var definition = try transaction.directory.changeableTable(table).definition
        guard !hasPrecision else {
            throw .validation(
                "Stream cannot be disabled using EnableKinesisStreamingConfiguration parameters")
        }
        let place = definition.attached.destinations.firstIndex {
            $0.streamARN == streamARN && $0.isActive
        }
        guard let place else {
            throw .destination(
                "KinesisStreamingDestination must be ACTIVE to perform DISABLE operation.")
        }
        definition.attached.destinations[place].isActive = false
        transaction.save(definition)
        return Output(table: definition.name)
    }
}
