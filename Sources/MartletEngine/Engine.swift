// The database: one store, one catalogue, one commit thread, any number of readers.
//
// Thread safety: every method may be called from any thread. Reads run on the caller's thread and
// never wait for writes. Writes are checked as far as possible on the caller's thread, then queue
// for the commit thread, which runs them in order; a write is answered after its group is durable,
// so what an answer says, a crash cannot take back.

package import MartletCatalog
package import MartletKeyValue
internal import MartletThreads
package import MartletVectors

/// What a program may choose about an engine.
package struct EngineOptions: Sendable {
    /// Whether an answered write survives power loss, or only the end of the process.
    package var durability = Durability.sync
    /// Where and whose the tables are, as their ARNs say.
    package var owner = ResourceOwner.local
    /// How often expired items are looked for.
    package var expiryInterval = Duration.seconds(1)
    package var clock = Clock.system
    /// Takes a line about something that an operator may want to know: a damaged file that is made
    /// again, say. Never names, keys or contents of items. Called on any thread.
    package var log: @Sendable (String) -> Void = { _ in }
    /// After so many changes of a vector index, or when a fifth of it has changed, its file is
    /// written anew.
    package var vectorJournalLimit = 10_000
    /// Whether other engines have the same rows, with files of their own for them. Then what is no
    /// longer needed of a vector index's journal is deleted only by one that has written, so that
    /// one that only reads commits nothing.
    package var sharesRows = false
    /// How long tables and indexes look as if changes of them took time; nil: they do not.
    package var statusDelay: Duration?
    /// What requests for items are refused for beside their own faults.
    package var traffic = TrafficOptions()
    /// The same at work; nil when nothing is refused.
    var trafficRules: TrafficRules?
    /// Vectors wait in memory to be taken into graphs, up to so much. Then the commit thread waits,
    /// and with it everybody who writes, until there is room again. Nobody is refused.
    package var vectorPendingLimitBytes = 64 << 20
    /// Seals the files of vector indexes; nil leaves them plain.
    package var vectorFileSealing: (any IndexFileSealing)?
    package var scheduling = Scheduling.threads

    package init() {}
}

/// An operation that reads.
package protocol ReadOperation: Sendable {
    associatedtype Output: Sendable
    func run(in context: ReadContext) throws(OperationError) -> Output
}

/// An operation that writes: prepared on the caller's thread, run on the commit thread.
package protocol WriteOperation: Sendable {
    associatedtype Output: Sendable
    associatedtype Prepared: Sendable

    /// Does all the work that needs no item: checks, encoding. The catalogue may have changed
    /// when the result runs; `run` finds that out by the identity of the tables.
    func prepare(in context: ReadContext) throws(OperationError) -> Prepared

    /// Reads what the operation depends on and either throws, having changed nothing, or applies
    /// all of its changes.
    func run(_ prepared: Prepared, in transaction: WriteTransaction) throws(OperationError)
        -> Output
}

package final class Engine: Sendable {
    package let options: EngineOptions
    let store: any KeyValueStore
    let committer: Committer
    let vectorIndexes: VectorIndexes
    private let background = Locked<BackgroundWork?>(nil)

    /// Takes over a store: reads its catalogue, resumes what was under way, starts the threads.
    ///
    /// - Parameter vectorFolder: where vector indexes keep files, so that they need not be made
    ///   again from the items; made when it is needed. nil: there are none.
    package init(
        store: any KeyValueStore, options: EngineOptions = EngineOptions(),
        vectorFolder: String? = nil
    ) throws(OperationError) {
        self.store = store
        var options = options
        options.trafficRules = TrafficRules(
            options.traffic, owner: options.owner, clock: options.clock)
        self.options = options
        let directory: TableDirectory
        let vectorIndexes: VectorIndexes
        let lastMoment: UInt64
        do throws(StorageError) {
            directory = try TableDirectory(reading: store)
            lastMoment = try HistoryLine.latestMoment(in: store, directory)
            vectorIndexes = try VectorIndexes(
                store: store, directory: directory, options: options, folder: vectorFolder)
        } catch {
            throw .storage(error)
        }
        self.vectorIndexes = vectorIndexes
        let catalogueChanged = ThreadSemaphore()
        committer = Committer(
            store: store, directory: directory, options: options, firstMoment: lastMoment + 1,
            catalogueChanged: catalogueChanged,
            publishVectors: { vectorIndexes.publish($0, $1) })
        vectorIndexes.start(with: committer)
        let work = BackgroundWork(
            store: store, committer: committer, options: options, wakeUp: catalogueChanged)
        background.withLock { $0 = work }
        if options.scheduling.hasThreads { work.start() }
    }

    /// An engine that was not closed finishes what it accepted and closes its store by itself, at
    /// some later time and without telling of failures. None of its threads may wait for that here:
    /// the last reference can go on any of them.
    deinit {
        guard let work = background.withLock({ $0 }) else { return }
        let vectorIndexes = vectorIndexes
        startThread {
            work.stop()
            work.committer.stop()
            vectorIndexes.close()
            try? work.store.close()
        }
    }

    /// Answers a read on this thread.
    package func run<Operation: ReadOperation>(
        _ operation: Operation
    ) throws(OperationError) -> Operation.Output {
        try operation.run(in: readContext)
    }

    /// Answers a write when it is durable; the caller's thread waits.
    package func run<Operation: WriteOperation>(
        _ operation: Operation
    ) throws(OperationError) -> Operation.Output {
        try runWrite(operation)
    }

    /// The same, by a name that tells the two apart for operations that can be either.
    func runWrite<Operation: WriteOperation>(
        _ operation: Operation
    ) throws(OperationError) -> Operation.Output {
        let waiter = Waiter<Result<Operation.Output, OperationError>>()
        submit(operation) { waiter.fulfil($0) }
        if !options.scheduling.hasThreads { committer.commitQueued() }
        return try waiter.wait().get()
    }

    /// Queues a write. `completion` runs exactly once: on this thread when the request itself is
    /// at fault, else on the commit thread, which it must not keep.
    ///
    /// - Parameter isLast: false when the caller will submit more and then call
    ///   `commitSubmitted()`, without which the write may wait for ever.
    package func submit<Operation: WriteOperation>(
        _ operation: Operation, isLast: Bool = true,
        completion: @escaping @Sendable (Result<Operation.Output, OperationError>) -> Void
    ) {
        let prepared: Operation.Prepared
        do throws(OperationError) {
            prepared = try operation.prepare(in: readContext)
        } catch {
            completion(.failure(error))
            return
        }
        committer.enqueue { transaction in
            let result: Result<Operation.Output, OperationError>
            do throws(OperationError) {
                result = .success(try operation.run(prepared, in: transaction))
            } catch {
                result = .failure(error)
            }
            return { failure in
                completion(failure.map { .failure(.storage($0)) } ?? result)
            }
        }
        if isLast { commitSubmitted() }
    }

    /// Ends a row of writes that were submitted as not the last: they are committed now.
    package func commitSubmitted() { committer.wakeThreads() }

    /// Finishes the writes that were accepted, stops the threads and closes the store. Later
    /// writes fail with `StorageError.closed`. Whoever calls, also beside another call, returns
    /// when all of this is done; a completion must not call it.
    package func close() throws(OperationError) {
        do throws(StorageError) {
            try background.withLock { work throws(StorageError) in
                work?.stop()
                work = nil
                committer.stop()
                vectorIndexes.close()
                try store.close()
            }
        } catch {
            throw .storage(error)
        }
    }

    // MARK: Without threads

    /// Commits what was submitted, and answers it.
    package func commitQueued() { committer.commitQueued() }

    /// Does what there is to do in the background now.
    package func workInBackground() { background.withLock { $0 }?.workOnce() }

    /// Takes what is pending into the graphs of vector indexes, and tends them.
    package func carryVectors() { while vectorIndexes.carryOnce(threads: 1) {} }

    // MARK: State

    var readContext: ReadContext {
        ReadContext(
            store: store, directory: committer.directory, vectorIndexes: vectorIndexes,
            options: options, committedGroup: committer.lastCommittedGroup)
    }

    /// The catalogue as of the last commit.
    package var directory: TableDirectory { committer.directory }

    /// Sizes and counters of the store, for metrics.
    package var statistics: StoreStatistics { store.statistics }

    package var vectorStatistics: VectorStatistics { vectorIndexes.statistics }

    /// Whether a commit failed: writes are refused until the database is opened again.
    package var refusesWrites: Bool { committer.hasFailed || store.statistics.refusesWrites }

    /// Groups committed and writes in them since the start.
    package var commitCounts: (groups: Int, writes: Int) { committer.counts }
}
