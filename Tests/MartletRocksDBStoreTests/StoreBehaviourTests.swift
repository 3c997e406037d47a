// What every store promises, tested on each.

import MartletKeyValue
import MartletRocksDBStore
import MartletTestBasics
import Testing

@Suite("Every store") struct StoreBehaviourTests {
    /// Bytes at both ends, prefixes of each other, lengths around the partition prefix's 13 bytes.
    static let awkwardKeys: [[UInt8]] = [
        [], [0], [0, 0], [0, 0xFF], [1], [1, 0], [1, 2], [0x7F], [0x80], [0x80, 0], [0xFE, 0xFF],
        [0xFF], [0xFF, 0], [0xFF, 0xFF], [0xFF, 0xFF, 0xFF],
        Array(repeating: 7, count: 12), Array(repeating: 7, count: 13),
        Array(repeating: 7, count: 14), Array(repeating: 7, count: 13) + [0],
        Array(repeating: 7, count: 13) + [0xFF], Array(repeating: 7, count: 12) + [8],
        Array(repeating: 7, count: 12) + [0xFF], Array(repeating: 7, count: 12) + [0xFF, 1],
    ]

    @Test("rows come in the order of their keys' unsigned bytes", arguments: StoreKind.allCases)
    func keysAreOrdered(kind: StoreKind) throws {
        let test = try TestStore(kind)
        var batch = WriteBatch()
        for key in Self.awkwardKeys.reversed() { batch.put(key, key + [1]) }
        try test.store.commit(batch, .async)
        let expected = Set(Self.awkwardKeys).sorted { $0.lexicographicallyPrecedes($1) }
        #expect(try test.store.rows().map(\.key) == expected)
        #expect(try test.store.rows(in: .all, .reverse).map(\.key) == expected.reversed())
        for key in expected { #expect(try test.store.value(forKey: key) == key + [1]) }
    }

    @Test(
        "a range gives the keys from its lower bound up to its upper one, both ways",
        arguments: StoreKind.allCases)
    func rangesAreHalfOpen(kind: StoreKind) throws {
        let test = try TestStore(kind)
        var reference = ReferenceRows()
        var batch = WriteBatch()
        for (index, key) in Self.awkwardKeys.enumerated() {
            let value = Array(repeating: UInt8(index), count: index)
            batch.put(key, value)
            reference.put(key, value)
        }
        try test.store.commit(batch, .async)
        let bounds = Self.awkwardKeys + [[2], Array(repeating: 7, count: 20)]
        for lower in bounds {
            for upper in bounds.map(Optional.some) + [nil] {
                let range = KeyRange(lower: lower, upper: upper)
                #expect(try test.store.rows(in: range) == reference.rows(in: range), "\(range)")
                #expect(
                    try test.store.rows(in: range, .reverse) == reference.rows(in: range, .reverse),
                    "\(range)")
            }
            let prefix = KeyRange.prefix(lower)
            #expect(
                try test.store.rows(in: prefix).map(\.key)
                    == reference.rows().map(\.key).filter { $0.starts(with: lower) })
        }
    }

    @Test(
        "seek moves both ways within the range and never leaves it",
        arguments: StoreKind.allCases)
    func seekStaysInRange(kind: StoreKind) throws {
        let test = try TestStore(kind)
        var reference = ReferenceRows()
        var batch = WriteBatch()
        for key in Self.awkwardKeys {
            batch.put(key, [])
            reference.put(key, [])
        }
        try test.store.commit(batch, .async)
        let partition = [UInt8](repeating: 7, count: 13)
        let ranges = [
            KeyRange.all, KeyRange(lower: [0, 0], upper: [0xFF]), .prefix(partition),
            KeyRange(lower: [1], upper: nil), KeyRange(lower: [3], upper: [4]),
        ]
        for range in ranges {
            let forward = try test.store.cursor(over: range, .forward)
            let reverse = try test.store.cursor(over: range, .reverse)
            for key in Self.awkwardKeys + [[2], [9]] {
                forward.seek(to: key)
                #expect(
                    try forward.rest()
                        == reference.rows(in: range).filter {
                            !$0.key.lexicographicallyPrecedes(key)
                        })
                #expect(try forward.next() == nil)
                reverse.seek(to: key)
                #expect(
                    try reverse.rest()
                        == reference.rows(in: range, .reverse).filter {
                            !key.lexicographicallyPrecedes($0.key)
                        })
                #expect(try reverse.next() == nil)
            }
        }
    }

    @Test(
        "values of every size from none to 1 MB come back as they were, by every way to read",
        arguments: StoreKind.allCases)
    func valuesOfEverySize(kind: StoreKind) throws {
        let test = try TestStore(kind)
        var random = SeededRandom(seed: 11)
        let sizes = [
            0, 1, 2, 15, 16, 17, 511, 512, 513, 4096, 16383, 16384, 65536, 409_600, 1 << 20,
        ]
        var expected: [Row] = []
        for (index, size) in sizes.enumerated() {
            let value = (0..<size).map { _ in UInt8.random(in: 0...255, using: &random) }
            expected.append(Row(key: [UInt8(index)], value: value))
            try test.store.put([UInt8(index)], value)
        }
        func check() throws {
            #expect(try test.store.rows() == expected)
            for row in expected {
                #expect(try test.store.value(forKey: row.key) == row.value)
                let isFound = try test.store.withValue(forKey: row.key) { bytes in
                    #expect(bytes.withUnsafeBytes { Array($0) } == row.value)
                }
                #expect(isFound)
            }
            let keys = expected.map(\.key)
            #expect(
                try test.store.values(forKeys: [[0xEE]] + keys.reversed() + keys[..<2])
                    == [nil] + expected.map(\.value).reversed() + expected[..<2].map(\.value))
        }
        try check()
        if let store = test.store as? RocksDBStore {
            try store.flush()
            try check()
            try store.compact()
            try check()
        }
    }

    @Test("a missing key has no value, by every way to read", arguments: StoreKind.allCases)
    func missingKeys(kind: StoreKind) throws {
        let test = try TestStore(kind)
        #expect(try test.store.value(forKey: []) == nil)
        #expect(try test.store.values(forKeys: []).isEmpty)
        #expect(try test.store.rows().isEmpty)
        #expect(try test.store.rows(in: .all, .reverse).isEmpty)
        try test.store.put([1, 2], [3])
        #expect(try test.store.value(forKey: [1]) == nil)
        #expect(try test.store.value(forKey: [1, 2, 0]) == nil)
        #expect(
            try test.store.withValue(forKey: [1]) { _ in Issue.record("lent nothing") } == false)
        #expect(try test.store.values(forKeys: [[1], [1, 2], [2]]) == [nil, [3], nil])
    }

    @Test(
        "a snapshot and its cursors see one moment, whatever is committed later",
        arguments: StoreKind.allCases)
    func snapshotsSeeOneMoment(kind: StoreKind) throws {
        let test = try TestStore(kind)
        var reference = ReferenceRows()
        for key in UInt8(0)..<200 {
            try test.store.put([key], [key])
            reference.put([key], [key])
        }
        let snapshot = try test.store.snapshot()
        let early = try test.store.cursor(over: .all, .forward)
        let first = try early.next()
        #expect(first?.key == [0])

        var batch = WriteBatch()
        batch.deleteRange(KeyRange(lower: [50], upper: [150]))
        batch.put([10], [99])
        batch.delete([20])
        batch.put([1, 1], [1])
        try test.store.commit(batch, .async)
        if let store = test.store as? RocksDBStore { try store.compact() }

        #expect(try snapshot.rows() == reference.rows())
        #expect(try snapshot.rows(in: .all, .reverse) == reference.rows(in: .all, .reverse))
        #expect(try snapshot.value(forKey: [100]) == [100])
        #expect(try snapshot.values(forKeys: [[10], [1, 1]]) == [[10], nil])
        #expect(try early.rest() == Array(reference.rows().dropFirst()))
        #expect(try test.store.value(forKey: [100]) == nil)
        #expect(try test.store.value(forKey: [10]) == [99])
    }

    @Test(
        "a batch applies in order, and its last change of a key wins",
        arguments: StoreKind.allCases)
    func batchesApplyInOrder(kind: StoreKind) throws {
        let test = try TestStore(kind)
        try test.store.put([5], [5])
        var batch = WriteBatch()
        batch.put([1], [1])
        batch.put([2], [2])
        batch.delete([1])
        batch.deleteRange(KeyRange(lower: [2], upper: [6]))
        batch.put([3], [3])
        batch.put([3], [4])
        batch.delete([9])
        batch.deleteRange(KeyRange(lower: [8], upper: [8]))
        #expect(batch.count == 7)
        try test.store.commit(batch, .sync)
        #expect(try test.store.rows() == [Row(key: [3], value: [4])])
        try test.store.commit(WriteBatch(), .sync)
        #expect(try test.store.rows() == [Row(key: [3], value: [4])])
    }

    @Test(
        "deleting a range without an upper bound deletes all from its lower bound on",
        arguments: StoreKind.allCases)
    func deleteToTheEnd(kind: StoreKind) throws {
        let test = try TestStore(kind)
        for key in Self.awkwardKeys { try test.store.put(key, []) }
        var batch = WriteBatch()
        batch.deleteRange(KeyRange(lower: [7], upper: nil))
        try test.store.commit(batch, .async)
        let expected = Self.awkwardKeys.filter { $0.lexicographicallyPrecedes([7]) }
            .sorted { $0.lexicographicallyPrecedes($1) }
        #expect(try test.store.rows().map(\.key) == expected)
        batch.removeAll()
        batch.deleteRange(.all)
        try test.store.commit(batch, .async)
        #expect(try test.store.rows().isEmpty)
    }

    @Test(
        "forEachRow lends the rows that next would give, and stops where it is told",
        arguments: StoreKind.allCases, [ScanDirection.forward, .reverse])
    func forEachRowMatchesNext(kind: StoreKind, direction: ScanDirection) throws {
        let test = try TestStore(kind)
        for key in UInt8(0)..<150 {
            try test.store.put([key, 1], [UInt8](repeating: key, count: 3))
        }
        let range = KeyRange(lower: [10], upper: [140])
        let expected = try test.store.rows(in: range, direction)
        let cursor = try test.store.cursor(over: range, direction)
        var rows: [Row] = []
        let isAtEnd = try cursor.forEachRow { key, value in
            rows.append(
                Row(
                    key: key.withUnsafeBytes { Array($0) },
                    value: value.withUnsafeBytes { Array($0) }))
            return rows.count < 70
        }
        #expect(!isAtEnd)
        #expect(rows == Array(expected.prefix(70)))
        #expect(try cursor.next().map { Row(key: $0.key, value: $0.value) } == expected[70])
        #expect(try cursor.forEachRow { _, _ in true })
        #expect(try cursor.next() == nil)
    }

    @Test(
        "an error from the body of forEachRow or withValue comes through",
        arguments: StoreKind.allCases)
    func bodyErrorsComeThrough(kind: StoreKind) throws {
        let test = try TestStore(kind)
        try test.store.put([1], [2])
        #expect(throws: StorageError.full) {
            try test.store.withValue(forKey: [1]) { _ throws(StorageError) in throw .full }
        }
        let cursor = try test.store.cursor(over: .all, .forward)
        #expect(throws: StorageError.full) {
            try cursor.forEachRow { _, _ throws(StorageError) in throw .full }
        }
    }

    @Test(
        "once closed, everything but close throws `closed`, and snapshots may outlive the store",
        arguments: StoreKind.allCases)
    func closedStoresRefuse(kind: StoreKind) throws {
        let test = try TestStore(kind)
        try test.store.put([1], [1])
        var snapshot: (any KeyValueSnapshot)? = try test.store.snapshot()
        var cursor: (any KeyValueCursor)? = try snapshot?.cursor(over: .all, .forward)
        try test.store.close()
        try test.store.close()
        let store = test.store
        #expect(throws: StorageError.closed) { try store.value(forKey: [1]) }
        #expect(throws: StorageError.closed) { try store.values(forKeys: [[1]]) }
        #expect(throws: StorageError.closed) { try store.cursor(over: .all, .forward) }
        #expect(throws: StorageError.closed) { try store.snapshot() }
        #expect(throws: StorageError.closed) { try store.put([1], [1]) }
        #expect(throws: StorageError.closed) { try store.commit(WriteBatch(), .async) }
        #expect(throws: StorageError.closed) { try store.sync() }
        #expect(throws: StorageError.closed) { try store.approximateSizeBytes(of: .all) }
        #expect(throws: StorageError.closed) { try snapshot?.value(forKey: [1]) }
        #expect(throws: StorageError.closed) { try cursor?.next() }
        #expect(store.statistics == StoreStatistics())
        cursor = nil
        snapshot = nil
    }

    @Test(
        "approximate sizes grow with a range and fall when its rows are deleted",
        arguments: StoreKind.allCases)
    func approximateSizes(kind: StoreKind) throws {
        let test = try TestStore(kind)
        var random = SeededRandom(seed: 3)
        var batch = WriteBatch()
        for key in 0..<2000 {
            let value = (0..<400).map { _ in UInt8.random(in: 0...255, using: &random) }
            batch.put([UInt8(key >> 8), UInt8(key & 0xFF)], value)
        }
        try test.store.commit(batch, .async)
        if let store = test.store as? RocksDBStore { try store.flush() }
        let all = try test.store.approximateSizeBytes(of: .all)
        let half = try test.store.approximateSizeBytes(of: KeyRange(lower: [], upper: [4]))
        #expect((600_000...1_200_000).contains(all))
        #expect((250_000...700_000).contains(half))
        #expect(try test.store.approximateSizeBytes(of: KeyRange(lower: [9], upper: [9])) == 0)
        batch.removeAll()
        batch.deleteRange(.all)
        try test.store.commit(batch, .async)
        if let store = test.store as? RocksDBStore { try store.compact() }
        #expect(try test.store.approximateSizeBytes(of: .all) < 50_000)
    }
}
