// Items on their way from one id to another: a backup that is being made, or a restored table that
// is being filled. There is at most one copy to an id.
//
//   key                                    value
//   0x0C · target id (4, big-endian)       item record: format N 1 · target N · source N
//                                          · until M { moment N, ordinal N }?
//                                          · since M { moment N, ordinal N }?
//   0x0C · target id · 0x00                how far it has come: `Progress`
//
// Progress is a byte and what it says:
//
//   01 · the end of a row key, after space and id     items up to this one are copied
//   02 · moment (8) · ordinal (4), big-endian         all items are copied, and the history from
//                                                     this line on is taken back
//   03 · moment (8) · ordinal (4), big-endian         the history before this line is still to be
//                                                     looked through for what changed
//
// A copy with `since` is one of what changed between two moments. It begins with the third, which
// leaves a row for each item that changed (`ChangeRow`); only those items are copied then.
//
// Spec: docs/format/catalog.md.

package import MartletEncoding
internal import MartletModel

/// A place in a table's history: before the change of this moment and ordinal.
package struct HistoryPoint: Hashable, Comparable, Sendable {
    /// In microseconds since 1970.
    package var moment: UInt64
    /// Tells changes of one moment apart.
    package var ordinal: UInt32

    package init(moment: UInt64, ordinal: UInt32 = 0) {
        self.moment = moment
        self.ordinal = ordinal
    }

    package static func < (left: HistoryPoint, right: HistoryPoint) -> Bool {
        (left.moment, left.ordinal) < (right.moment, right.ordinal)
    }
}

package struct TableCopy: Hashable, Sendable {
    package var target: UInt32
    package var source: UInt32
    /// Where the part of the source's history begins that is taken back. nil when the source does
    /// not change.
    package var until: HistoryPoint?
    /// Where the part of the history before `until` begins whose items alone are copied; nil when
    /// all items are.
    package var since: HistoryPoint?

    package init(
        target: UInt32, source: UInt32, until: HistoryPoint?, since: HistoryPoint? = nil
    ) {
        self.target = target
        self.source = source
        self.until = until
        self.since = since
    }

    package enum Progress: Hashable, Sendable {
        case items(through: [UInt8])
        /// The end of the line's key, after space and id.
        case history(from: [UInt8])
        /// The same of the part before `until`.
        case changes(before: [UInt8])
    }
}

extension TableCopy {
    private static let format = 1

    /// What the keys of all copies begin with.
    package static let keys: [UInt8] = [KeySpace.copy.rawValue]

    package var recordKey: [UInt8] { OrderedKey.tablePrefix(.copy, target) }
    package var progressKey: [UInt8] { recordKey + [0] }

    package var record: ItemRecord {
        var item: Item = [
            "format": .count(Self.format), "target": .count(Int(target)),
            "source": .count(Int(source)),
        ]
        item["until"] = until?.storedValue
        item["since"] = since?.storedValue
        return ItemRecord(item)
    }

    package init(record: ItemRecord) throws(CorruptRecord) {
        var reader = DefinitionReader(record.item, "copy")
        let format = try reader.integer("format")
        guard format == Self.format else { throw CorruptRecord("copy: format \(format)") }
        let until = try reader.take("until").map(HistoryPoint.init(stored:))
        let since = try reader.take("since").map(HistoryPoint.init(stored:))
        self.init(
            target: try reader.id("target"), source: try reader.id("source"), until: until,
            since: since)
        guard since == nil || until != nil else { throw CorruptRecord("copy: since") }
        try reader.finish()
    }
}

extension HistoryPoint {
    fileprivate var storedValue: AttributeValue {
        .map(["moment": .count(Int(moment)), "ordinal": .count(Int(ordinal))])
    }

    fileprivate init(stored value: AttributeValue) throws(CorruptRecord) {
        var reader = try DefinitionReader(value, "copy")
        guard let moment = UInt64(exactly: try reader.integer("moment")) else {
            throw CorruptRecord("copy: moment")
        }
        self.init(moment: moment, ordinal: try reader.id("ordinal"))
        try reader.finish()
    }
}

extension TableCopy.Progress {
    private static let (itemsTag, historyTag, changesTag): (UInt8, UInt8, UInt8) = (1, 2, 3)

    package var stored: [UInt8] {
        switch self {
        case .items(let key): [Self.itemsTag] + key
        case .history(let key): [Self.historyTag] + key
        case .changes(let key): [Self.changesTag] + key
        }
    }

    package init(stored bytes: [UInt8]) throws(CorruptRecord) {
        switch bytes.first {
        case Self.itemsTag: self = .items(through: Array(bytes.dropFirst()))
        case Self.historyTag: self = .history(from: Array(bytes.dropFirst()))
        case Self.changesTag: self = .changes(before: Array(bytes.dropFirst()))
        default: throw CorruptRecord("copy: progress")
        }
    }
}
