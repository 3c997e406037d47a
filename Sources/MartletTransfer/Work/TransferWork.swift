// The threads that do jobs: one for each kind of job that has something to do, which takes the jobs
// in the order in which they came and ends when there is none left. Everything that a job changes in
// the database goes through the engine, a piece at a time; what it has done is in its row, so that
// the next start goes on where this process was stopped or killed. A server leaves alone the jobs of
// commands, which name folders that it does not know; a command does no other job than its own.
//
// Thread safety: every method may be called from any thread.

package import MartletCatalog
package import MartletEngine
internal import MartletThreads
internal import Synchronization

package final class TransferWork: Sendable {
    let engine: Engine
    let folders: BucketFolders
    private let clock: Clock
    /// nil: all jobs but those of commands.
    private let onlyJob: TransferID?
    /// How many lines the export that is being written has.
    private let lineCount = Atomic<Int>(0)

    private struct State {
        var running: Set<TransferKind> = []
        /// Kinds that got another job while their thread was running.
        var woken: Set<TransferKind> = []
        var isStopping = false
    }

    private let state = Mutex(State())
    private let ended = ThreadSemaphore()

    /// - Parameter root: the folder whose folders are buckets; nil: there are no buckets.
    package init(engine: Engine, root: String?) {
        self.engine = engine
        folders = BucketFolders(root: root)
        clock = engine.options.clock
        onlyJob = nil
    }

    /// Does one job, a command's, whose bucket is named by its path.
    package init(engine: Engine, command id: TransferID) {
        self.engine = engine
        folders = BucketFolders(root: nil, takesPaths: true)
        clock = engine.options.clock
        onlyJob = id
    }

    /// Goes on with what an earlier process left.
    package func start() {
        for kind in TransferKind.allCases where (try? hasWork(kind)) == true { wake(kind) }
    }

    /// There may be a new job.
    package func wake(_ kind: TransferKind) {
        let starts = state.withLock { state in
            guard !state.isStopping else { return false }
            state.woken.insert(kind)
            return state.running.insert(kind).inserted
        }
        guard starts else { return }
        startThread { self.run(kind) }
    }

    /// Ends the threads, each after the piece that it is at. The engine is closed afterwards. Only the
    /// first call waits for them.
    package func stop() {
        let count = state.withLock { state in
            guard !state.isStopping else { return 0 }
            state.isStopping = true
            return state.running.count
        }
        for _ in 0..<count { ended.wait() }
    }

    var isStopping: Bool { state.withLock { $0.isStopping } }

    var now: Timestamp { clock.now }

    /// How many items of the export that is being written are written.
    package var writtenCount: Int { lineCount.load(ordering: .relaxed) }

    func note(writtenCount count: Int) { lineCount.store(count, ordering: .relaxed) }

    private func hasWork(_ kind: TransferKind) throws(OperationError) -> Bool {
        switch kind {
        case .export: try !jobs(ExportJob.self, in: \.request.target).isEmpty
        case .importing: try !jobs(ImportJob.self, in: \.input.source).isEmpty
        case .bulkPut: try !jobs(BulkPutJob.self, in: \.request.source).isEmpty
        }
    }

    /// Those that are to be done here.
    private func jobs<Job: TransferJob>(
        _ type: Job.Type, in place: (Job) -> BucketPath
    ) throws(OperationError) -> [Job] {
        try engine.jobsUnderway(type).filter { job in
            onlyJob.map { $0 == job.id } ?? !BucketFolders.isPath(place(job).bucket)
        }
    }

    private func run(_ kind: TransferKind) {
        while true {
            state.withLock { state in _ = state.woken.remove(kind) }
            do throws(OperationError) {
                switch kind {
                case .export:
                    for job in try jobs(ExportJob.self, in: \.request.target) where !isStopping {
                        var export = ExportWork(work: self, job: job)
                        try export.run()
                    }
                case .importing:
                    for job in try jobs(ImportJob.self, in: \.input.source) where !isStopping {
                        try ImportWork(work: self, job: job).run()
                    }
                case .bulkPut:
                    for job in try jobs(BulkPutJob.self, in: \.request.source) where !isStopping {
                        try BulkPutWork(work: self, job: job).run()
                    }
                }
                try engine.run(ForgetTransfers())
            } catch {
                // The store fails, as requests will be told. What is left to do, the next start
                // does.
            }
            let ends = state.withLock { state in
                guard state.isStopping || !state.woken.contains(kind) else { return false }
                // Whoever stops waits for the threads that ran then.
                if state.isStopping { ended.signal() } else { state.running.remove(kind) }
                return true
            }
            if ends { return }
        }
    }
}
