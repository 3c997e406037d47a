public import MartletCatalog

/// DescribeContinuousBackups: whether a table can be restored to a moment of its past, and to which.
/// AWS says `ENABLED` of continuous backups themselves for every table.
public struct DescribeContinuousBackups: Sendable {
    public var table: TableName

    public init(table: TableName) { self.table = table }

    public struct Output: Sendable {
        /// nil: point-in-time recovery is off.
        public var recovery: Recovery?

        public struct Recovery: Sendable {
            public var periodInDays: Int
            public var earliest: Timestamp
            public var latest: Timestamp
        }

        init(_ settings: RecoverySettings?, at now: Timestamp) {
            recovery = settings.map { settings in
                // Clients cut off fractions of a second: what is answered must stay restorable.
                let earliest = settings.earliest(at: now).secondsSince1970.rounded(.up)
                return Recovery(
                    periodInDays: settings.periodInDays,
                    earliest: Timestamp(secondsSince1970: min(earliest, now.secondsSince1970)),
                    latest: now)
            }
        }
    }
}

extension DescribeContinuousBackups: ReadOperation {
    package func run(in context: ReadContext) throws(OperationError) -> Output {
        guard let table = context.directory.tables[table] else {
            throw .tableMissing("Table not found: \(table)")
        }
        return Output(table.definition.recovery, at: context.options.clock.now)
    }
}
