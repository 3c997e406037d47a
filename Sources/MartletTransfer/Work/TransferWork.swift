// The threads that do jobs: one for each kind of job that has something to do, which takes the jobs
// in the order in which they came and ends when there is none left. Everything that a job changes in
// the database goes through the engine, a piece at a time; what it has done is in its row, so that
// the next start goes on where this process was stopped or killed.
//
// Thread safety: every method may be called from any thread.

package import MartletCatalog
package import MartletEngine
internal import Synchronization

package final class TransferWork: Sendable {
    let engine: Engine
    let folders: BucketFolders
    private let clock: Clock

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

    /// Ends the threads, each after the piece that it is at. The engine is closed afterwards.
    package func stop() {
        let count = state.withLock { state in
            state.isStopping = true
            return state.running.count
        }
        for _ in 0..<count { ended.wait() }
    }

    var isStopping: Bool { state.withLock { $0.isStopping } }

    var now: Timestamp { clock.now }

    private func hasWork(_ kind: TransferKind) throws(OperationError) -> Bool {
        switch kind {
        case .export: try !engine.jobsUnderway(ExportJob.self).isEmpty
        case .importing: try !engine.jobsUnderway(ImportJob.self).isEmpty
        case .bulkPut: try !engine.jobsUnderway(BulkPutJob.self).isEmpty
        }
    }

    private func run(_ kind: TransferKind) {
        while true {
            state.withLock { state in _ = state.woken.remove(kind) }
            do throws(OperationError) {
                switch kind {
                case .export:
                    for job in try engine.jobsUnderway(ExportJob.self) where !isStopping {
                        var export = ExportWork(work: self, job: job)
                        try export.run()
                    }
                case .importing:
                    for job in try engine.jobsUnderway(ImportJob.self) where !isStopping {
                        try ImportWork(work: self, job: job).run()
                    }
                case .bulkPut:
                    for job in try engine.jobsUnderway(BulkPutJob.self) where !isStopping {
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
