// What a faulty store hands out: snapshots and cursors that ask it before each call.

final class FaultySnapshot: KeyValueSnapshot {
    private let base: any KeyValueSnapshot
    private let store: FaultyStore

    init(base: any KeyValueSnapshot, store: FaultyStore) {
        self.base = base
        self.store = store
    }

    func value(forKey key: [UInt8]) throws(StorageError) -> [UInt8]? {
        try store.pass(.read)
        return try base.value(forKey: key)
    }

    func withValue(
        forKey key: [UInt8], _ body: (RawSpan) throws(StorageError) -> Void
    ) throws(StorageError) -> Bool {
        try store.pass(.read)
        return try base.withValue(forKey: key, body)
    }

    func values(forKeys keys: [[UInt8]]) throws(StorageError) -> [[UInt8]?] {
        try store.pass(.read)
        return try base.values(forKeys: keys)
    }

    func cursor(
        over range: KeyRange, _ direction: ScanDirection
    ) throws(StorageError) -> any KeyValueCursor {
        try store.pass(.read)
        return FaultyCursor(base: try base.cursor(over: range, direction), store: store)
    }
}

final class FaultyCursor: KeyValueCursor {
    private let base: any KeyValueCursor
    private let store: FaultyStore

    init(base: any KeyValueCursor, store: FaultyStore) {
        self.base = base
        self.store = store
    }

    func next() throws(StorageError) -> (key: [UInt8], value: [UInt8])? {
        try store.pass(.row)
        return try base.next()
    }

    func seek(to key: [UInt8]) {
        base.seek(to: key)
    }

    func forEachRow(
        _ body: (_ key: RawSpan, _ value: RawSpan) throws(StorageError) -> Bool
    ) throws(StorageError) -> Bool {
        try store.pass(.row)
        return try base.forEachRow { (key, value) throws(StorageError) in
            guard try body(key, value) else { return false }
            try store.pass(.row)
            return true
        }
    }
}
