// The open database and the right to use it.
//
// RocksDB must not be closed while a call is inside it, or while a snapshot or cursor of it is
// left. So each of these counts as a use, as does being open; whoever ends the last use closes it.
// Thread safety: all calls may come from any thread.

internal import CRocksDBShim
import MartletKeyValue
import Synchronization

final class NativeStore: @unchecked Sendable {
    let pointer: OpaquePointer
    private let directory: DataDirectory
    private let useCount = Atomic<Int>(1)
    private let isClosing = Atomic<Bool>(false)
    private let isGone = Atomic<Bool>(false)

    init(directory: DataDirectory, options: RocksDBOptions) throws(StorageError) {
        if !directory.isNew { try RowFiles.checkCurrentIsThere(in: directory.rowsPath) }
        var native = options.native
        var opened: OpaquePointer?
        try check(mrdb_open(directory.rowsPath, &native, &opened))
        do {
            // RocksDB syncs what is in `rows`, not `rows` itself. Also when it was there before: the
            // program that made it may have stopped in between.
            try directory.syncEntries()
        } catch {
            _ = mrdb_close(opened)
            throw error
        }
        pointer = opened!
        self.directory = directory
    }

    /// Begins a use that `endUse` must end.
    func beginUse() throws(StorageError) {
        useCount.add(1, ordering: .sequentiallyConsistent)
        if isClosing.load(ordering: .sequentiallyConsistent) {
            try? endUse()
            throw .closed
        }
    }

    func endUse() throws(StorageError) {
        if useCount.subtract(1, ordering: .sequentiallyConsistent).newValue == 0 {
            try closeNow()
        }
    }

    /// For those that hold a use already.
    func checkOpen() throws(StorageError) {
        if isClosing.load(ordering: .relaxed) { throw .closed }
    }

    /// Ends the use that being open is.
    func close() throws(StorageError) {
        if isClosing.exchange(true, ordering: .sequentiallyConsistent) { return }
        try endUse()
    }

    private func closeNow() throws(StorageError) {
        // A call that came too late may count up from zero and down again.
        if isGone.exchange(true, ordering: .sequentiallyConsistent) { return }
        defer { directory.unlock() }
        try check(mrdb_close(pointer))
    }
}
