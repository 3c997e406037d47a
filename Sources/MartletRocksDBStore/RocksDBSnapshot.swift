// One moment of the database, held until the last reference is dropped.

internal import CRocksDBShim
import MartletKeyValue

final class RocksDBSnapshot: KeyValueSnapshot, @unchecked Sendable {
    private let native: NativeStore
    let pointer: OpaquePointer

    init(of native: NativeStore) throws(StorageError) {
        try native.beginUse()
        self.native = native
        pointer = mrdb_snapshot_create(native.pointer)
    }

    deinit {
        mrdb_snapshot_release(native.pointer, pointer)
        // See RocksDBCursor: no one is left to hear of an error.
        try? native.endUse()
    }

    func value(forKey key: [UInt8]) throws(StorageError) -> [UInt8]? {
        try native.checkOpen()
        return try native.value(forKey: key, in: pointer)
    }

    func withValue(
        forKey key: [UInt8], _ body: (RawSpan) throws(StorageError) -> Void
    ) throws(StorageError) -> Bool {
        try native.checkOpen()
        return try native.withValue(forKey: key, in: pointer, body)
    }

    func values(forKeys keys: [[UInt8]]) throws(StorageError) -> [[UInt8]?] {
        try native.checkOpen()
        return try native.values(forKeys: keys, in: pointer)
    }

    func cursor(
        over range: KeyRange, _ direction: ScanDirection
    ) throws(StorageError) -> any KeyValueCursor {
        try RocksDBCursor(of: native, in: self, over: range, direction)
    }
}
