// A cursor over one moment of the database. It holds a use of the store, and a snapshot's cursor
// the snapshot, so that neither goes before it.

internal import CRocksDBShim
import MartletKeyValue

final class RocksDBCursor: KeyValueCursor {
    private let native: NativeStore
    private let snapshot: RocksDBSnapshot?
    private let pointer: OpaquePointer

    init(
        of native: NativeStore, in snapshot: RocksDBSnapshot?, over range: KeyRange,
        _ direction: ScanDirection
    ) throws(StorageError) {
        try native.beginUse()
        var made: OpaquePointer?
        let code = range.lower.withUnsafeBufferPointer { lower in
            func create(_ upper: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
                mrdb_cursor_create(
                    native.pointer, snapshot?.pointer, lower.baseAddress, lower.count, upper, count,
                    direction == .reverse, &made)
            }
            // An empty array may have no address, and null means no bound.
            guard let upper = range.upper else { return create(nil, 0) }
            return (upper + [0]).withUnsafeBufferPointer { create($0.baseAddress, upper.count) }
        }
        do {
            try check(code)
        } catch {
            try? native.endUse()
            throw error
        }
        self.native = native
        self.snapshot = snapshot
        pointer = made!
    }

    deinit {
        mrdb_cursor_release(pointer)
        // If this was the last use, the store closes now, and no one is left to hear of an error.
        try? native.endUse()
    }

    func next() throws(StorageError) -> (key: [UInt8], value: [UInt8])? {
        guard let row = try advance() else { return nil }
        return (Array(row.key), Array(row.value))
    }

    func forEachRow(
        _ body: (_ key: RawSpan, _ value: RawSpan) throws(StorageError) -> Bool
    ) throws(StorageError) -> Bool {
        while let row = try advance() {
            guard
                try body(
                    RawSpan(_unsafeElements: row.key), RawSpan(_unsafeElements: row.value))
            else { return false }
        }
        return true
    }

    func seek(to key: [UInt8]) {
        key.withUnsafeBufferPointer { mrdb_cursor_seek(pointer, $0.baseAddress, $0.count) }
    }

    private func advance() throws(StorageError) -> (
        key: UnsafeBufferPointer<UInt8>, value: UnsafeBufferPointer<UInt8>
    )? {
        try native.checkOpen()
        var key: UnsafePointer<UInt8>?
        var value: UnsafePointer<UInt8>?
        var keyCount = 0
        var valueCount = 0
        guard
            try checkFound(mrdb_cursor_next(pointer, &key, &keyCount, &value, &valueCount))
        else { return nil }
        return (
            UnsafeBufferPointer(start: key, count: keyCount),
            UnsafeBufferPointer(start: value, count: valueCount)
        )
    }
}
