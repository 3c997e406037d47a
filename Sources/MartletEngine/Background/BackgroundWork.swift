// What goes on beside requests, on one thread: filling new indexes, expiring items, copying items to
// backups and restored tables, forgetting what is too old: transaction tokens, records of streams,
// histories, backups. All of it writes through the commit thread, in small pieces, so that
// requests are not held up, and can be broken off at any point and begun again.

internal import MartletCatalog
internal import MartletKeyValue
internal import Synchronization

final class BackgroundWork: Sendable {
    let store: any KeyValueStore
    let committer: Committer
    let options: EngineOptions
    private let isStopping = Atomic<Bool>(false)
    private let wakeUp: ThreadSemaphore
    private let finished = ThreadSemaphore()

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
            var tokens = TransactionTokenSweep()
            var streams = StreamSweep()
            var recovery = RecoverySweep()
            while !self.shouldStop {
                self.round(&tokens, &streams, &recovery)
                _ = self.wakeUp.wait(atMost: self.options.expiryInterval)
            }
            self.finished.signal()
        }
    }

    /// Ends the thread, after the piece of work that it is at.
    func stop() {
        isStopping.store(true, ordering: .relaxed)
        wakeUp.signal()
        finished.wait()
    }

    var shouldStop: Bool { isStopping.load(ordering: .relaxed) }

    /// Errors of the store end a round; the next one tries again, and requests that meet the same
    /// error report it.
    private func round(
        _ tokens: inout TransactionTokenSweep, _ streams: inout StreamSweep,
        _ recovery: inout RecoverySweep
    ) {
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
            try tokens.runIfDue(for: self)
            try streams.runIfDue(for: self)
            try recovery.runIfDue(for: self)
        } catch {}
    }

    /// Runs a change on the commit thread and waits until it is durable.
    func commit(
        _ change: @escaping @Sendable (WriteTransaction) throws(OperationError) -> Void
    ) throws(StorageError) {
        let waiter = Waiter<StorageError?>()
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
        committer.wakeThreads()
        if let failure = waiter.wait() { throw failure }
    }
}
