// The vector indexes of an engine: which there are, and the thread that keeps their graphs up to
// date, the carrier.
//
// The key-value store is the truth: items, and for each index a journal of the items that changed in
// it. What is here can be made again from that. The commit thread publishes a group's changes before
// it answers the group, so a search that begins after an answer sees what was answered.
//
// Nothing of this costs anything before there is an index: the thread begins with the first.
//
// Thread safety: every method may be called from any thread; `publish` only by the commit thread.

internal import Glibc
internal import MartletCatalog
internal import MartletKeyValue
internal import MartletThreads
internal import Synchronization

/// What vector indexes hold, for metrics.
package struct VectorStatistics: Sendable, Equatable {
    package var indexCount = 0
    /// Vectors in graphs.
    package var vectorCount = 0
    /// Changes that are searched one by one until they are in a graph.
    package var pendingCount = 0
    /// Indexes that are being made from the items.
    package var rebuildingCount = 0
    package var memoryBytes = 0
    /// Bytes of files in the address space, in memory as far as the system has room.
    package var mappedBytes = 0
}

final class VectorIndexes: Sendable {
    private struct State {
        var indexes: [UInt32: LiveVectorIndex] = [:]
        /// The catalogue that `indexes` agrees with.
        var directory: TableDirectory
        /// Indexes that are gone and may have left files.
        var dropped: [LiveVectorIndex] = []
        /// nil before `start` and after `close`.
        var committer: Committer?
        var hasThread = false
        var isClosing = false
    }

    private let store: any KeyValueStore
    private let options: EngineOptions
    /// Where each index has a folder of files; nil when there are none.
    private let folder: String?
    private let state: Locked<State>
    private let pendingBytes = Atomic<Int>(0)
    /// The carrier has nothing to do, or cannot do it.
    private let isIdle = Atomic<Bool>(false)
    private let wakeUp = ThreadSemaphore()
    private let roomMade = ThreadSemaphore()
    private let finished = ThreadSemaphore()

    /// Opens the indexes of the catalogue.
    init(
        store: any KeyValueStore, directory: TableDirectory, options: EngineOptions,
        folder: String? = nil
    ) throws(StorageError) {
        self.store = store
        self.options = options
        self.folder = folder
        var indexes: [UInt32: LiveVectorIndex] = [:]
        for table in directory.tables.values {
            for index in table.definition.vectorIndexes {
                indexes[index.id] = try LiveVectorIndex(
                    opening: index, of: table.definition, store: store, folder: folder,
                    options: options)
            }
        }
        state = Locked(State(indexes: indexes, directory: directory))
        if let folder { VectorFiles.removeUnknown(in: folder) { indexes[$0] != nil } }
    }

    /// Begins to carry changes into graphs.
    func start(with committer: Committer) {
        state.withLock { $0.committer = committer }
        startThreadIfNeeded()
    }

    /// The index; nil when it is gone.
    subscript(id: UInt32) -> LiveVectorIndex? { state.withLock { $0.indexes[id] } }

    /// The items closest to a vector, best first. Sees every change that was answered before the
    /// call. Whoever reads the items afterwards may find them changed or gone meanwhile: it leaves
    /// out those that are gone or no longer have the values asked for.
    ///
    /// - Parameter index: not backfilling, or the answer may miss items.
    /// - Returns: nil when the index is gone.
    func search(
        _ search: VectorSearch, in index: VectorIndexDefinition
    ) throws(StorageError) -> [VectorMatch]? {
        var report = VectorSearchReport()
        return try self.search(search, in: index, report: &report)
    }

    /// - Parameter report: gets what this search did, beside what it says already.
    func search(
        _ search: VectorSearch, in index: VectorIndexDefinition, report: inout VectorSearchReport
    ) throws(StorageError) -> [VectorMatch]? {
        try self[index.id]?.search(search, &report)
    }

    var statistics: VectorStatistics {
        var statistics = VectorStatistics()
        for index in state.withLock({ Array($0.indexes.values) }) { index.add(to: &statistics) }
        return statistics
    }

    /// Has the carrier do something for an index that is not due by itself, and waits for it.
    func ask(_ errand: CarrierErrand, of id: UInt32) {
        guard let index = self[id] else { return }
        let number = index.book.withLock { book in
            book.errands[errand].askedCount += 1
            return book.errands[errand].askedCount
        }
        wakeCarrier()
        while index.book.withLock({ $0.errands[errand].doneCount < number }) { usleep(500) }
    }

    // MARK: Changes

    /// Takes what a committed group changed, in order, and the catalogue as the group left it.
    /// Waits when too much is pending.
    func publish(_ changes: [VectorChange], _ directory: TableDirectory) {
        if state.withLock({ $0.directory !== directory }) { follow(directory) }
        guard !changes.isEmpty else { return }
        var index: LiveVectorIndex?
        var bytes = 0
        for change in changes {
            if index?.definition.id != change.indexID { index = self[change.indexID] }
            // An index that the same group dropped is gone.
            if let index { bytes += index.publish(change) }
        }
        let pending = pendingBytes.add(bytes, ordering: .relaxed).newValue
        wakeCarrier()
        if pending > options.vectorPendingLimitBytes { waitForRoom() }
    }

    /// The carrier needs the commit thread only for what it does not wait for, so it moves on.
    private func waitForRoom() {
        while pendingBytes.load(ordering: .relaxed) > options.vectorPendingLimitBytes,
            !isIdle.load(ordering: .acquiring)
        {
            _ = roomMade.wait(atMost: .milliseconds(20))
        }
    }

    private func wakeCarrier() {
        if isIdle.exchange(false, ordering: .acquiringAndReleasing) { wakeUp.signal() }
    }

    /// Makes the indexes that the catalogue has, empty, and lets go of others.
    private func follow(_ directory: TableDirectory) {
        let hasDropped = state.withLock { state in
            state.directory = directory
            var left = state.indexes
            for table in directory.tables.values {
                for index in table.definition.vectorIndexes {
                    if let known = left.removeValue(forKey: index.id) {
                        known.codeUse.withLock { $0 = index.codeUse }
                        continue
                    }
                    state.indexes[index.id] = LiveVectorIndex(
                        new: index, of: table.definition, store: store, folder: folder,
                        options: options)
                }
            }
            for (id, index) in left {
                state.indexes[id] = nil
                state.dropped.append(index)
            }
            return !left.isEmpty
        }
        startThreadIfNeeded()
        if hasDropped { wakeCarrier() }
    }

    // MARK: The carrier

    private func startThreadIfNeeded() {
        let starts = state.withLock { state in
            guard !state.hasThread, state.committer != nil, !state.isClosing,
                !state.indexes.isEmpty
            else { return false }
            state.hasThread = true
            return options.scheduling.hasThreads
        }
        if starts { startThread { self.carry() } }
    }

    private func carry() {
        // Requests come first. Threads that the graph makes for a long batch inherit it.
        setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 5)
        let threads = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        while !state.withLock({ $0.isClosing }) {
            if carryOnce(threads: threads) { continue }
            isIdle.store(true, ordering: .releasing)
            // What was published, made or dropped before the flag was seen is looked for once more.
            let (indexes, hasDropped) = state.withLock {
                (Array($0.indexes.values), !$0.dropped.isEmpty)
            }
            if hasDropped || indexes.contains(where: \.hasWork),
                isIdle.exchange(false, ordering: .acquiringAndReleasing)
            {
                continue
            }
            roomMade.signal()
            if indexes.contains(where: \.waitsForIdleness) {
                _ = wakeUp.wait(atMost: .seconds(1))
                isIdle.store(false, ordering: .relaxed)
            } else {
                wakeUp.wait()
            }
        }
        finished.signal()
    }

    /// Gives each index a turn.
    /// - Returns: whether there was something to carry, so that there may be more.
    func carryOnce(threads: Int) -> Bool {
        let (indexes, dropped, committer) = state.withLock { state in
            defer { state.dropped = [] }
            return (Array(state.indexes.values), state.dropped, state.committer)
        }
        for index in dropped { drop(index) }
        var isBusy = false
        for index in indexes {
            if let bytes = index.carry(threads: threads) {
                isBusy = true
                pendingBytes.subtract(bytes, ordering: .relaxed)
                roomMade.signal()
            } else if index.takeInItems(threads: threads) {
                isBusy = true
            }
            if let committer { index.tidy(committer, threads: threads) }
        }
        return isBusy
    }

    private func drop(_ index: LiveVectorIndex) {
        pendingBytes.subtract(index.forgetPending(), ordering: .relaxed)
        index.removeFiles()
        index.book.withLock { $0.errands.end() }
    }

    /// Ends the thread and leaves the files so that opening is quick. The commit thread has ended.
    func close() {
        let (hadThread, indexes) = state.withLock { state in
            defer {
                state.isClosing = true
                state.committer = nil
                state.hasThread = false
            }
            return (state.hasThread, Array(state.indexes.values))
        }
        guard hadThread else {
            for index in indexes { index.book.withLock { $0.errands.end() } }
            return
        }
        if options.scheduling.hasThreads {
            isIdle.store(false, ordering: .relaxed)
            wakeUp.signal()
            finished.wait()
        }
        for index in indexes { index.close() }
        for index in indexes { index.book.withLock { $0.errands.end() } }
    }
}
