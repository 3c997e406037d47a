// The commit thread: the only writer. It takes all writes that wait, runs them in order on one
// `WriteTransaction`, commits them as one batch with one sync, publishes the catalogue if it
// changed, and then answers them all. While it syncs, the next group gathers.
//
// Every write thus sees those before it, in one order, without locks. If the commit fails, every
// write of the group fails, also those that only reported a failed condition: what they saw may
// never have come to be. And every later write fails, until the database is opened again: nobody
// can tell what of the failed batch is on the disk, and building on a guess would make it worse.

internal import MartletKeyValue
internal import Synchronization

/// Runs on the commit thread and returns what to call once the group is durable or has failed.
typealias CommitJob = @Sendable (WriteTransaction) -> @Sendable (StorageError?) -> Void

final class Committer: Sendable {
    private struct Queue {
        var jobs: [CommitJob] = []
        var isIdle = false
        var isStopping = false
        var failure: StorageError?
        var groupCount = 0
        var writeCount = 0
    }

    /// A group ends at this size, so that the first of many large writes is not kept waiting.
    private static let groupBytes = 4 << 20

    private let store: any KeyValueStore
    private let options: EngineOptions
    private let queue = Mutex(Queue())
    private let wakeUp = ThreadSemaphore()
    private let published: Mutex<TableDirectory>
    private let committedGroup = Atomic<Int>(0)
    private let finished = ThreadSemaphore()
    private let catalogueChanged: ThreadSemaphore

    /// - Parameter catalogueChanged: signalled after a new catalogue was published.
    init(
        store: any KeyValueStore, directory: TableDirectory, options: EngineOptions,
        catalogueChanged: ThreadSemaphore
    ) {
        self.store = store
        self.options = options
        self.catalogueChanged = catalogueChanged
        published = Mutex(directory)
        startThread { self.loop() }
    }

    /// The last group whose writes every read sees from now on.
    var lastCommittedGroup: Int { committedGroup.load(ordering: .acquiring) }

    /// The catalogue as of the last commit.
    var directory: TableDirectory { published.withLock { $0 } }

    var counts: (groups: Int, writes: Int) { queue.withLock { ($0.groupCount, $0.writeCount) } }

    /// Whether a commit failed, so that writes are refused until the database is opened again.
    var hasFailed: Bool { queue.withLock { $0.failure != nil } }

    func enqueue(_ job: @escaping CommitJob) {
        enum Step { case wake, leave, refuse }
        let step = queue.withLock { queue -> Step in
            guard !queue.isStopping else { return .refuse }
            queue.jobs.append(job)
            defer { queue.isIdle = false }
            return queue.isIdle ? .wake : .leave
        }
        switch step {
        case .wake: wakeUp.signal()
        case .leave: break
        case .refuse:
            let transaction = WriteTransaction(store: store, directory: directory, options: options)
            job(transaction)(.closed)
        }
    }

    /// Commits what is queued and ends the thread; later jobs are answered with `closed`.
    func stop() {
        let wasRunning = queue.withLock { queue in
            defer {
                queue.isStopping = true
                queue.isIdle = false
            }
            return !queue.isStopping
        }
        guard wasRunning else { return }
        wakeUp.signal()
        finished.wait()
    }

    private func loop() {
        var working = directory
        let memory = CommitMemory()
        var group = 0
        var jobs: [CommitJob] = []
        var position = 0
        while true {
            if position == jobs.count {
                jobs.removeAll(keepingCapacity: true)
                position = 0
                guard takeJobs(&jobs) else { break }
            }
            group += 1
            position = runGroup(group, jobs, from: position, &working, memory)
        }
        finished.signal()
    }

    /// Waits for jobs and takes them all.
    /// - Returns: false when there are none and there will be none.
    private func takeJobs(_ jobs: inout [CommitJob]) -> Bool {
        while true {
            let isStopping = queue.withLock { queue in
                swap(&queue.jobs, &jobs)
                queue.isIdle = jobs.isEmpty
                queue.writeCount += jobs.count
                if !jobs.isEmpty { queue.groupCount += 1 }
                return queue.isStopping
            }
            if !jobs.isEmpty { return true }
            if isStopping { return false }
            wakeUp.wait()
        }
    }

    /// Runs and commits jobs until the group is large enough.
    /// - Returns: the position of the first job that is left.
    private func runGroup(
        _ group: Int, _ jobs: [CommitJob], from start: Int, _ working: inout TableDirectory,
        _ memory: CommitMemory
    ) -> Int {
        let transaction = WriteTransaction(
            store: store, directory: working, options: options, group: group, memory: memory)
        var answers: [@Sendable (StorageError?) -> Void] = []
        answers.reserveCapacity(jobs.count - start)
        var position = start
        while position < jobs.count, transaction.batchBytes < Self.groupBytes {
            answers.append(jobs[position](transaction))
            position += 1
        }
        var failure = queue.withLock { $0.failure }
        do throws(StorageError) {
            if let failure { throw failure }
            try transaction.commit(options.durability)
            committedGroup.store(group, ordering: .releasing)
            if transaction.directory !== working {
                publish(transaction.directory, &working)
            }
        } catch {
            failure = error
            queue.withLock { $0.failure = error }
        }
        for answer in answers { answer(failure) }
        return position
    }

    private func publish(_ directory: TableDirectory, _ working: inout TableDirectory) {
        working = directory
        published.withLock { $0 = directory }
        catalogueChanged.signal()
    }
}
