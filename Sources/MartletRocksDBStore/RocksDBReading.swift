// Reads, the same for a store and for a snapshot of it. The caller holds a use of the store.

internal import CRocksDBShim
import MartletKeyValue

extension NativeStore {
    /// One call into RocksDB, one allocation and one copy: the result's.
    func value(
        forKey key: [UInt8], in snapshot: OpaquePointer?
    ) throws(StorageError) -> [UInt8]? {
        var result: [UInt8]?
        let code = key.withUnsafeBufferPointer { key in
            withUnsafeMutablePointer(to: &result) { result in
                mrdb_get(pointer, snapshot, key.baseAddress, key.count, result) {
                    context, _, bytes, count in
                    context!.assumingMemoryBound(to: [UInt8]?.self).pointee =
                        Array(UnsafeBufferPointer(start: bytes, count: count))
                }
            }
        }
        _ = try checkFound(code)
        return result
    }

    func withValue(
        forKey key: [UInt8], in snapshot: OpaquePointer?,
        _ body: (RawSpan) throws(StorageError) -> Void
    ) throws(StorageError) -> Bool {
        var bytes: UnsafePointer<UInt8>?
        var count = 0
        var pin: OpaquePointer?
        let code = key.withUnsafeBufferPointer {
            mrdb_get_pinned(pointer, snapshot, $0.baseAddress, $0.count, &bytes, &count, &pin)
        }
        guard try checkFound(code) else { return false }
        defer { mrdb_unpin(pin) }
        try body(RawSpan(_unsafeStart: UnsafeRawPointer(bytes!), byteCount: count))
        return true
    }

    func values(
        forKeys keys: [[UInt8]], in snapshot: OpaquePointer?
    ) throws(StorageError) -> [[UInt8]?] {
        var joined: [UInt8] = []
        joined.reserveCapacity(keys.reduce(0) { $0 + $1.count })
        var ends: [Int] = []
        ends.reserveCapacity(keys.count)
        for key in keys {
            joined.append(contentsOf: key)
            ends.append(joined.count)
        }
        var results = [[UInt8]?](repeating: nil, count: keys.count)
        let code = results.withUnsafeMutableBufferPointer { results in
            mrdb_get_many(pointer, snapshot, joined, ends, keys.count, results.baseAddress) {
                context, index, bytes, count in
                context!.assumingMemoryBound(to: [UInt8]?.self)[index] =
                    Array(UnsafeBufferPointer(start: bytes, count: count))
            }
        }
        try check(code)
        return results
    }
}
