// The store on disk: RocksDB in the `rows` folder of a data directory.
//
// A synced commit survives power failure once it returns; an asynchronous one survives the process.
// After a failed write to its log the database refuses further commits until it is opened again,
// because what is in the log is then unknown. Damage on disk is found by checksums as it is read,
// and reported; it is never served. Thread safety: all calls may come from any thread; commits are
// meant to come from one, and are slower from several.

internal import CRocksDBShim
import Glibc
package import MartletKeyValue

package final class RocksDBStore: KeyValueStore {
    let native: NativeStore
    private let directory: DataDirectory
    private let reclaimer: SpaceReclaimer

    /// Opens the rows of `directory`, which stays locked until the store is closed.
    ///
    /// - Throws: `corruption` when files are damaged or missing; what was committed and synced is
    ///   there otherwise.
    package init(
        directory: DataDirectory, options: RocksDBOptions = RocksDBOptions()
    ) throws(StorageError) {
        native = try NativeStore(directory: directory, options: options)
        self.directory = directory
        reclaimer = SpaceReclaimer(native: native)
    }

    deinit {
        reclaimer.stop()
        try? native.close()
    }

    package func close() throws(StorageError) {
        reclaimer.stop()
        try native.close()
    }

    package func snapshot() throws(StorageError) -> any KeyValueSnapshot {
        try RocksDBSnapshot(of: native)
    }

    package func commit(
        _ batch: borrowing WriteBatch, _ durability: Durability
    ) throws(StorageError) {
        if batch.isEmpty { return try durability == .sync ? sync() : native.checkOpen() }
        try native.beginUse()
        let code = batch.withRecords {
            mrdb_commit(
                native.pointer, $0.baseAddress!.assumingMemoryBound(to: UInt8.self), $0.count,
                durability == .sync)
        }
        let result = Result { () throws(StorageError) in try check(code) }
        try native.endUse()
        try result.get()
        if batch.deletesRanges {
            batch.forEachDeletedRange { reclaimer.add($0, isAbandoned: false) }
        }
    }

    package func sync() throws(StorageError) {
        try using { pointer in mrdb_sync(pointer) }
    }

    package func approximateSizeBytes(of range: KeyRange) throws(StorageError) -> UInt64 {
        if range.isEmpty { return 0 }
        var bytes: UInt64 = 0
        try using { pointer in
            range.withBounds { mrdb_approximate_size(pointer, $0, $1, $2, $3, &bytes) }
        }
        return bytes
    }

    package func reclaimSpace(ofAbandoned range: KeyRange) {
        reclaimer.add(range, isAbandoned: true)
    }

    /// Runs a call that gives a code, as a use of the store.
    func using(_ body: (OpaquePointer) -> Int32) throws(StorageError) {
        try native.beginUse()
        // The error is the thread's: it is read before `endUse`, which may close and fail too.
        let result = Result { () throws(StorageError) in try check(body(native.pointer)) }
        try native.endUse()
        try result.get()
    }
}

extension RocksDBStore {
    package func value(forKey key: [UInt8]) throws(StorageError) -> [UInt8]? {
        try native.beginUse()
        defer { try? native.endUse() }
        return try native.value(forKey: key, in: nil)
    }

    package func withValue(
        forKey key: [UInt8], _ body: (RawSpan) throws(StorageError) -> Void
    ) throws(StorageError) -> Bool {
        try native.beginUse()
        defer { try? native.endUse() }
        return try native.withValue(forKey: key, in: nil, body)
    }

    package func values(forKeys keys: [[UInt8]]) throws(StorageError) -> [[UInt8]?] {
        try native.beginUse()
        defer { try? native.endUse() }
        return try native.values(forKeys: keys, in: nil)
    }

    package func cursor(
        over range: KeyRange, _ direction: ScanDirection
    ) throws(StorageError) -> any KeyValueCursor {
        try RocksDBCursor(of: native, in: nil, over: range, direction)
    }
}

extension KeyRange {
    /// Lends the bounds as the shim takes them: no address for no upper bound.
    func withBounds<Result>(
        _ body: (UnsafePointer<UInt8>?, Int, UnsafePointer<UInt8>?, Int) -> Result
    ) -> Result {
        lower.withUnsafeBufferPointer { lower in
            guard let upper else { return body(lower.baseAddress, lower.count, nil, 0) }
            // An empty array may have no address either; a byte more gives it one.
            return (upper + [0]).withUnsafeBufferPointer {
                body(lower.baseAddress, lower.count, $0.baseAddress, upper.count)
            }
        }
    }
}
