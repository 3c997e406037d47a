// A plain sorted list of rows, slow and plainly right.

import MartletKeyValue

struct Row: Equatable {
    var key: [UInt8]
    var value: [UInt8]
}

struct ReferenceRows {
    private(set) var values: [[UInt8]: [UInt8]] = [:]

    mutating func put(_ key: [UInt8], _ value: [UInt8]) { values[key] = value }
    mutating func delete(_ key: [UInt8]) { values[key] = nil }

    mutating func deleteRange(_ range: KeyRange) {
        for key in values.keys where Self.contains(range, key) { values[key] = nil }
    }

    func rows(in range: KeyRange = .all, _ direction: ScanDirection = .forward) -> [Row] {
        let keys = values.keys.filter { Self.contains(range, $0) }
            .sorted { $0.lexicographicallyPrecedes($1) }
        let rows = keys.map { Row(key: $0, value: values[$0]!) }
        return direction == .forward ? rows : rows.reversed()
    }

    private static func contains(_ range: KeyRange, _ key: [UInt8]) -> Bool {
        !key.lexicographicallyPrecedes(range.lower)
            && (range.upper.map { key.lexicographicallyPrecedes($0) } ?? true)
    }
}

extension KeyValueReadable {
    func rows(in range: KeyRange = .all, _ direction: ScanDirection = .forward) throws -> [Row] {
        try cursor(over: range, direction).rest()
    }
}

extension KeyValueCursor {
    /// The rows from here to the end.
    func rest() throws -> [Row] {
        var rows: [Row] = []
        while let row = try next() { rows.append(Row(key: row.key, value: row.value)) }
        return rows
    }
}

extension KeyValueStore {
    func put(_ key: [UInt8], _ value: [UInt8], _ durability: Durability = .async) throws {
        var batch = WriteBatch()
        batch.put(key, value)
        try commit(batch, durability)
    }
}
