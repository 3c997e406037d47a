// The one order of all writes, and the threads that make them durable.
//
// Writes queue. Whoever fills the open group takes what waits and runs it in order on the group's
// `WriteTransaction`. The commit thread closes the group, commits it as one batch with one sync,
// publishes the catalogue if it changed, and then answers all of it. While it syncs, a second
// thread fills the next group, which sees the rows of the one under way although the store does
// not have them yet. So running and syncing overlap, and the cost of a sync is shared.
//
// Every write thus sees those before it, in one order, without locks on items. If a commit fails,
// every write of its group fails, also those that only reported a failed condition: what they saw
// may never have come to be. And every later write fails, until the database is opened again:
// nobody can tell what of the failed batch is on the disk, and building on a guess would make it
// worse.

internal import MartletKeyValue
internal import MartletThreads
internal import Synchronization

/// Runs a write on the open group and returns what to call once that is durable or has failed.
typealias CommitJob = @Sendable (WriteTransaction) -> CommitAnswer
typealias CommitAnswer = @Sendable (StorageError?) -> Void

final class Committer: Sendable {
    private struct Queue {
        var jobs: [CommitJob] = []
        /// The commit thread sleeps.
        var isIdle = false
        /// The commit thread is in the store, so that it is worth waking the other.
        var isCommitting = false
        var isStopping = false
        var failure: StorageError?
        var groupCount = 0
        var writeCount = 0
    }

    /// The group that is being filled. Writes run only by whoever holds its lock.
    private struct OpenGroup {
        var transaction: WriteTransaction
        var number = 1
        var answers: [CommitAnswer] = []
        /// Taken from the queue; those before `position` have run.
        var jobs: [CommitJob] = []
        var position = 0
        let memory: CommitMemory
    }

    private struct ClosedGroup {
        let transaction: WriteTransaction
        let number: Int
        let answers: [CommitAnswer]
    }

    /// A group ends at this size, so that the first of many large writes is not kept waiting.
    private static let groupBytes = 4 << 20
    /// So many writes need not wait for others: the disk may as well begin.
    private static let wakeCount = 8
    /// So many writes are worth waking the second thread for while the first one syncs.
    private static let helpCount = 8

    private let store: any KeyValueStore
    private let options: EngineOptions
    private let queue = Locked(Queue())
    private let open: Locked<OpenGroup>
    private let wakeUp = ThreadSemaphore()
    private let helpWanted = ThreadSemaphore()
    private let published: Locked<TableDirectory>
    private let committedGroup = Atomic<Int>(0)
    private let finished = ThreadSemaphore()
    private let catalogueChanged: ThreadSemaphore
    private let publishVectors: VectorPublisher

    /// - Parameters:
    ///   - firstMoment: no write has an earlier one.
    ///   - catalogueChanged: signalled after a new catalogue was published.
    ///   - publishVectors: called on the commit thread, which it must not keep, for each group that
    ///     changed a vector index or the catalogue.
    init(
        store: any KeyValueStore, directory: TableDirectory, options: EngineOptions,
        firstMoment: UInt64 = 0, catalogueChanged: ThreadSemaphore,
        publishVectors: @escaping VectorPublisher = { _, _ in }
    ) {
        self.publishVectors = publishVectors
        self.store = store
        self.options = options
        self.catalogueChanged = catalogueChanged
        published = Locked(directory)
        let memory = CommitMemory(firstMoment: firstMoment)
        open = Locked(
            OpenGroup(
                transaction: WriteTransaction(
                    store: store, directory: directory, options: options, group: 1,
                    memory: memory),
                memory: memory))
        guard options.scheduling.hasThreads else { return }
        startThread { self.commitGroups() }
        startThread { self.help() }
    }

    /// The last group whose writes every read sees from now on.
    var lastCommittedGroup: Int { committedGroup.load(ordering: .acquiring) }

    /// The catalogue as of the last commit.
    var directory: TableDirectory { published.withLock { $0 } }

    var counts: (groups: Int, writes: Int) { queue.withLock { ($0.groupCount, $0.writeCount) } }

    /// Whether a commit failed, so that writes are refused until the database is opened again.
    var hasFailed: Bool { queue.withLock { $0.failure != nil } }

    /// Queues a write. It may lie there until `wakeThreads` is called, or a few more have come.
    func enqueue(_ job: @escaping CommitJob) {
        enum Step { case wake, leave, refuse }
        let step = queue.withLock { queue -> Step in
            guard !queue.isStopping else { return .refuse }
            queue.jobs.append(job)
            guard queue.isIdle, queue.jobs.count >= Self.wakeCount else { return .leave }
            queue.isIdle = false
            return .wake
        }
        switch step {
        case .wake: wakeUp.signal()
        case .leave: break
        case .refuse:
            let transaction = WriteTransaction(store: store, directory: directory, options: options)
            job(transaction)(.closed)
        }
    }

    /// Sees to it that what was queued is committed. Waking a thread costs as much as running a
    /// write, so whoever queues several calls this once, behind the last.
    func wakeThreads() {
        enum Step { case wake, help, leave }
        let step = queue.withLock { queue -> Step in
            if queue.isIdle, !queue.jobs.isEmpty {
                queue.isIdle = false
                return .wake
            }
            return queue.isCommitting && queue.jobs.count >= Self.helpCount ? .help : .leave
        }
        switch step {
        case .wake: wakeUp.signal()
        case .help: helpWanted.signal()
        case .leave: break
        }
    }

    /// Commits what is queued and ends the threads; later jobs are answered with `closed`.
    func stop() {
        let wasRunning = queue.withLock { queue in
            defer {
                queue.isStopping = true
                queue.isIdle = false
            }
            return !queue.isStopping
        }
        guard wasRunning else { return }
        guard options.scheduling.hasThreads else { return commitQueued() }
        wakeUp.signal()
        finished.wait()
        helpWanted.signal()
        finished.wait()
    }

    // MARK: Filling

    /// Runs the writes that wait now, as far as the group has room.
    private func fill(_ group: inout OpenGroup) {
        if group.answers.isEmpty { group.transaction.begin() }
        run(&group)
        guard group.position == group.jobs.count else { return }
        group.jobs.removeAll(keepingCapacity: true)
        group.position = 0
        queue.withLock { queue in
            swap(&queue.jobs, &group.jobs)
            queue.writeCount += group.jobs.count
        }
        run(&group)
    }

    /// Runs what was taken from the queue, until the group is full.
    private func run(_ group: inout OpenGroup) {
        while group.position < group.jobs.count,
            group.transaction.batchBytes < Self.groupBytes
        {
            group.transaction.beginWrite()
            group.answers.append(group.jobs[group.position](group.transaction))
            group.position += 1
        }
    }

    /// Ends the open group and begins the next; nil when nothing ran in it.
    private func close(_ group: inout OpenGroup) -> ClosedGroup? {
        guard !group.answers.isEmpty else { return nil }
        group.transaction.seal()
        let closed = ClosedGroup(
            transaction: group.transaction, number: group.number, answers: group.answers)
        group.number += 1
        group.answers = []
        group.answers.reserveCapacity(closed.answers.count)
        group.transaction = WriteTransaction(
            store: store, directory: closed.transaction.directory, options: options,
            group: group.number, memory: group.memory, previous: closed.transaction)
        return closed
    }

    /// The second thread.
    private func help() {
        while true {
            helpWanted.wait()
            if queue.withLock({ $0.isStopping }) { break }
            open.withLock { fill(&$0) }
        }
        finished.signal()
    }

    // MARK: Committing

    private enum Step {
        case commit(ClosedGroup)
        case again, sleep, end
    }

    private func commitGroups() {
        var directory = directory
        while true {
            switch nextStep() {
            case .commit(let group): commit(group, &directory)
            case .again: continue
            case .sleep: wakeUp.wait()
            case .end:
                finished.signal()
                return
            }
        }
    }

    /// Decides under both locks, so that no write is left in a group that nobody closes.
    private func nextStep() -> Step {
        open.withLock { group in
            fill(&group)
            if let closed = close(&group) { return .commit(closed) }
            return queue.withLock { queue in
                if !queue.jobs.isEmpty { return .again }
                if queue.isStopping { return .end }
                queue.isIdle = true
                return .sleep
            }
        }
    }

    /// Commits what is queued on this thread, in the place of the commit thread.
    func commitQueued() {
        var directory = directory
        while true {
            switch nextStep() {
            case .commit(let group): commit(group, &directory)
            case .again: continue
            case .sleep, .end: return
            }
        }
    }

    private func commit(_ group: ClosedGroup, _ directory: inout TableDirectory) {
        var failure = queue.withLock { queue in
            queue.groupCount += 1
            queue.isCommitting = true
            return queue.failure
        }
        do throws(StorageError) {
            if let failure { throw failure }
            try group.transaction.commit(options.durability)
            let isNewCatalogue = group.transaction.directory !== directory
            if isNewCatalogue || !group.transaction.vectorChanges.isEmpty {
                publishVectors(group.transaction.vectorChanges, group.transaction.directory)
            }
            committedGroup.store(group.number, ordering: .releasing)
            if isNewCatalogue {
                directory = group.transaction.directory
                published.withLock { $0 = group.transaction.directory }
                catalogueChanged.signal()
            }
        } catch {
            failure = error
        }
        queue.withLock { queue in
            queue.isCommitting = false
            queue.failure = failure
        }
        // Its rows are in the store now.
        open.withLock { $0.transaction.forgetPrevious() }
        for answer in group.answers { answer(failure) }
    }
}
