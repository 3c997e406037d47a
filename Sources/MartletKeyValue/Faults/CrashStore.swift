// A memory store that loses power when told to: what was committed without a sync is lost then, from
// some commit on. A disk may have kept any beginning of it, so a test tries each.
//
// Thread safety: as a store, any; `crash` is for when no other call is under way.

internal import MartletThreads

package final class CrashStore: LayeredStore {
    private struct Unsynced {
        /// The state as of the last sync, then after each later commit.
        var states: [MemorySnapshot]
    }

    private let memory: MemoryStore
    private let unsynced: Locked<Unsynced>

    package convenience init() {
        self.init(base: MemoryStore())
    }

    private init(base: MemoryStore) {
        memory = base
        // A store that was just made is open.
        unsynced = Locked(Unsynced(states: [try! base.memorySnapshot()]))
    }

    package var base: any KeyValueStore { memory }

    /// How many of the latest commits a crash may lose.
    package var unsyncedCommitCount: Int {
        unsynced.withLock { $0.states.count - 1 }
    }

    /// Cuts the power, and starts again.
    ///
    /// - Parameter count: how many unsynced commits had reached the disk, the first ones.
    /// - Returns: the store as it is opened again. This one is closed.
    package func crash(keepingUnsynced count: Int = 0) -> CrashStore {
        let survivor = unsynced.withLock { unsynced in
            precondition(count >= 0 && count < unsynced.states.count)
            return unsynced.states[count]
        }
        let opened = CrashStore(base: MemoryStore(contentsOf: survivor))
        try? memory.close()
        return opened
    }

    package func commit(
        _ batch: borrowing WriteBatch, _ durability: Durability
    ) throws(StorageError) {
        // Under the lock, so that the states are in the order of the commits.
        let failure = unsynced.withLock { unsynced -> StorageError? in
            do throws(StorageError) {
                try memory.commit(batch, durability)
                let state = try memory.memorySnapshot()
                if durability == .sync { unsynced.states = [] }
                unsynced.states.append(state)
                return nil
            } catch {
                return error
            }
        }
        if let failure { throw failure }
    }

    package func sync() throws(StorageError) {
        try memory.sync()
        unsynced.withLock { $0.states.removeFirst($0.states.count - 1) }
    }
}
