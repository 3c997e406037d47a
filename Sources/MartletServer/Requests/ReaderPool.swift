// A few threads for reads that take long: a page of 1 MB takes milliseconds, for which a network
// thread would answer nobody else. What waits here is bounded by the connections, which each have
// one request at a time.
//
// Thread safety: `run` may be called from any thread, until `stop`. Threads are started when they
// are first needed, so that a server that never needs them does not have them.

internal import Glibc
internal import MartletEngine
internal import MartletThreads
internal import Synchronization

final class ReaderPool: Sendable {
    /// Is given a codec that belongs to its thread.
    typealias Job = @Sendable (HTTPCodec) -> Void

    private struct State {
        var jobs: [Job] = []
        var threads: [HTTPThread] = []
        var idleCount = 0
        var isStopping = false
    }

    private let state = Mutex(State())
    /// Counts jobs that wait; when stopping, also threads that are to end.
    private let signals = ThreadSemaphore()
    private let threadLimit: Int

    /// - Parameter threads: at most; nil for one on every second core, and two at least, so that
    ///   one read that waits for the disk does not hold up the next.
    init(threads: Int? = nil) {
        threadLimit = threads ?? max(2, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))) / 2)
    }

    /// Runs `job` on one of the threads; jobs begin in the order given.
    func run(_ job: @escaping Job) {
        state.withLock { state in
            precondition(!state.isStopping, "a job for threads that have ended")
            state.jobs.append(job)
            if state.jobs.count > state.idleCount, state.threads.count < threadLimit {
                state.idleCount += 1
                state.threads.append(HTTPThread(name: "reader-\(state.threads.count)", loop))
            }
        }
        signals.signal()
    }

    /// Finishes all jobs and ends the threads.
    func stop() {
        let threads = state.withLock { state in
            defer { state.threads = [] }
            state.isStopping = true
            return state.threads
        }
        for _ in threads { signals.signal() }
        for thread in threads { thread.join() }
    }

    @Sendable
    private func loop() {
        let codec = HTTPCodec()
        while true {
            signals.wait()
            let job: Job? = state.withLock { state in
                guard !state.jobs.isEmpty else { return nil }
                state.idleCount -= 1
                return state.jobs.removeFirst()
            }
            guard let job else { return }
            job(codec)
            state.withLock { $0.idleCount += 1 }
        }
    }
}
