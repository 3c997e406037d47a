// Point-in-time recovery of a table, and where a restored table came from, as parts of its
// definition:
//
//   recovery { since N, days N }
//   restored { backup S?, table S, time N, underway BOOL }
//
// Times are seconds since 1970. Spec: docs/format/catalog.md.

internal import MartletEncoding
internal import MartletModel

/// That a table can be restored to moments of its past, and to which.
public struct RecoverySettings: Hashable, Sendable {
    public static let periodsInDays = 1...35

    /// Nothing is known of the time before.
    public var since: Timestamp
    public var periodInDays: Int

    public init(since: Timestamp, periodInDays: Int) {
        self.since = since
        self.periodInDays = periodInDays
    }

    /// The earliest moment that the table can be restored to.
    package func earliest(at now: Timestamp) -> Timestamp {
        max(
            since,
            Timestamp(secondsSince1970: now.secondsSince1970 - Double(periodInDays) * 86_400))
    }
}

/// What a table was restored from. Whoever describes the table is told for ever.
public struct RestoreOrigin: Hashable, Sendable {
    /// nil for a restore to a point in time.
    public var backupARN: String?
    public var tableARN: String
    /// The moment whose items it has.
    public var time: Timestamp
    /// Items or index rows are still missing; the table is not to be used.
    public var isInProgress: Bool

    public init(backupARN: String?, tableARN: String, time: Timestamp, isInProgress: Bool) {
        self.backupARN = backupARN
        self.tableARN = tableARN
        self.time = time
        self.isInProgress = isInProgress
    }
}

extension Timestamp {
    /// Whole microseconds, in which moments of writes are told apart. Times that clients send may be
    /// far from any that matters.
    package var microsecondsSince1970: UInt64 {
        UInt64(min(max(0, (secondsSince1970 * 1e6).rounded()), 1e18))
    }

    package init(microsecondsSince1970 microseconds: UInt64) {
        self.init(secondsSince1970: Double(microseconds) / 1e6)
    }
}

extension RecoverySettings {
    var storedValue: AttributeValue {
        .map(["since": .time(since), "days": .count(periodInDays)])
    }

    init(stored value: AttributeValue) throws(CorruptRecord) {
        var reader = try DefinitionReader(value, "recovery")
        guard let since = try reader.time("since") else { throw CorruptRecord("recovery: since") }
        self.init(since: since, periodInDays: try reader.integer("days"))
        try reader.finish()
    }
}

extension RestoreOrigin {
    var storedValue: AttributeValue {
        var members: AttributeMap = [
            "table": .text(tableARN), "time": .time(time), "underway": .bool(isInProgress),
        ]
        members["backup"] = backupARN.map(AttributeValue.text)
        return .map(members)
    }

    init(stored value: AttributeValue) throws(CorruptRecord) {
        var reader = try DefinitionReader(value, "restored")
        guard let time = try reader.time("time") else { throw CorruptRecord("restored: time") }
        self.init(
            backupARN: try reader.optionalText("backup"), tableARN: try reader.text("table"),
            time: time, isInProgress: try reader.flag("underway"))
        try reader.finish()
    }
}
