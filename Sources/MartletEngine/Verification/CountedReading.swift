// A snapshot that counts the rows which cursors give, to tell how far a long walk is.
//
// Thread safety: as that of what is inside; cursors of several threads count together.

internal import MartletKeyValue
internal import Synchronization

final class CountedReading: KeyValueReadable {
    /// How many rows pass between two reports.
    private static let stepCount = 1 << 14

    private let base: any KeyValueReadable
    private let progress: @Sendable (Int) -> Void
    private let count = Atomic<Int>(0)

    init(_ base: any KeyValueReadable, progress: @escaping @Sendable (Int) -> Void) {
        self.base = base
        self.progress = progress
    }

    /// Rows so far; one that several walks met counts for each.
    var rowCount: Int { count.load(ordering: .relaxed) }

    fileprivate func pass() {
        let count = count.add(1, ordering: .relaxed).newValue
        if count % Self.stepCount == 0 { progress(count) }
    }

    func value(forKey key: [UInt8]) throws(StorageError) -> [UInt8]? {
        try base.value(forKey: key)
    }

    func withValue(
        forKey key: [UInt8], _ body: (RawSpan) throws(StorageError) -> Void
    ) throws(StorageError) -> Bool {
        try base.withValue(forKey: key, body)
    }

    func values(forKeys keys: [[UInt8]]) throws(StorageError) -> [[UInt8]?] {
        try base.values(forKeys: keys)
    }

    func cursor(
        over range: KeyRange, _ direction: ScanDirection
    ) throws(StorageError) -> any KeyValueCursor {
        CountedCursor(try base.cursor(over: range, direction), reading: self)
    }
}

private final class CountedCursor: KeyValueCursor {
    private let base: any KeyValueCursor
    private let reading: CountedReading

    init(_ base: any KeyValueCursor, reading: CountedReading) {
        self.base = base
        self.reading = reading
    }

    func next() throws(StorageError) -> (key: [UInt8], value: [UInt8])? {
        reading.pass()
        return try base.next()
    }

    func seek(to key: [UInt8]) { base.seek(to: key) }

    func forEachRow(
        _ body: (_ key: RawSpan, _ value: RawSpan) throws(StorageError) -> Bool
    ) throws(StorageError) -> Bool {
        try base.forEachRow { (key, value) throws(StorageError) in
            reading.pass()
            return try body(key, value)
        }
    }
}
