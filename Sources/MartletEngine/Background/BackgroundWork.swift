// What goes on beside requests, on one thread: filling new indexes, expiring items, copying items to
// backups and restored tables, forgetting what is too old: transaction tokens, records of streams,
// histories, backups. All of it writes through the commit thread, in small pieces, so that
// requests are not held up, and can be broken off at any point and begun again.

internal import MartletCatalog
internal import MartletKeyValue
internal import MartletThreads
internal import Synchronization

final class BackgroundWork: Sendable {
    let store: any KeyValueStore
    let committer: Committer
    let options: EngineOptions
    private let isStopping = Atomic<Bool>(false)
    private let wakeUp: ThreadSemaphore
    private let finished = ThreadSemaphore()
    private let sweeps = Locked(Sweeps())

    /// What is due now and then. Used by one thread at a time.
    private struct Sweeps {
        var tokens = TransactionTokenSweep()
        var streams = StreamSweep()
        var recovery = RecoverySweep()
    }

    /// - Parameter wakeUp: signalled when the catalogue changed: there may be an index to fill.
    init(
        store: any KeyValueStore, committer: Committer, options: EngineOptions,
        wakeUp: ThreadSemaphore
    ) {
        self.store = store
        self.committer = committer
        self.options = options
        self.wakeUp = wakeUp
    }

    func start() {
        startThread {
            while !self.shouldStop {
                self.workOnce()
                _ = self.wakeUp.wait(atMost: self.options.expiryInterval)
            }
            self.finished.signal()
        }
    }

    /// Ends the thread, after the piece of work that it is at.
    func stop() {
        isStopping.store(true, ordering: .relaxed)
        guard options.scheduling.hasThreads else { return }
        wakeUp.signal()
        finished.wait()
    }

    var shouldStop: Bool { isStopping.load(ordering: .relaxed) }

    /// One round. Errors of the store end it; the next one tries again, and requests that meet the
    /// same error report it.
    func workOnce() {
        do throws(StorageError) {
            for name in committer.directory.names {
                guard let current = committer.directory.tables[name],
                    committer.directory.copies[current.id] == nil
                else { continue }
                let table = current.definition
                for index in table.indexes
                where index.status == .creating && !current.holdsBack(index.id) {
                    try IndexBackfill(work: self, table: table, index: index).run()
                }
                for index in table.vectorIndexes
                where index.status == .creating && !current.holdsBack(index.id) {
                    try VectorIndexBackfill(work: self, table: table, index: index).run()
                }
                if table.restored?.isInProgress == true {
                    try RestoreEnd(work: self, table: table).run()
                }
                if table.timeToLiveAttribute != nil {
                    try ExpiryBackfill(work: self, table: table).run()
                    try ExpirySweep(work: self, table: table).run()
                }
            }
            for target in committer.directory.copies.keys.sorted() {
                guard let copy = committer.directory.copies[target] else { continue }
                if try !CopyWork(work: self, copy: copy).run() { wakeUp.signal() }
            }
            try sweeps.withLock { sweeps throws(StorageError) in
                try sweeps.tokens.runIfDue(for: self)
                try sweeps.streams.runIfDue(for: self)
                try sweeps.recovery.runIfDue(for: self)
            }
        } catch {}
    }

    /// Runs a change on the commit thread and waits until it is durable.
    func commit(
        _ change: @escaping @Sendable (WriteTransaction) throws(OperationError) -> Void
    ) throws(StorageError) {
        let waiter = Waiter<StorageError?>()
        if case .caller(let beforePiece) = options.scheduling { beforePiece() }
        committer.enqueue { transaction in
            var problem: StorageError?
            do throws(OperationError) {
                try change(transaction)
            } catch {
                // Other errors say that the table is gone: then nothing is left to do.
                if case .storage(let error) = error { problem = error }
            }
            let found = problem
            return { failure in waiter.fulfil(failure ?? found) }
        }
        if options.scheduling.hasThreads {
            committer.wakeThreads()
        } else {
            committer.commitQueued()
        }
        if let failure = waiter.wait() { throw failure }
    }
}
