// The threads that make the calls of tasks: started when they are needed, at most `limit`, ended by
// `stop`. Each takes the call that has waited longest.
//
// Thread safety: any thread. A thread holds the shared state, never the client, so that a client that
// nobody holds any more ends its threads.

internal import Glibc
internal import MartletThreads
internal import Synchronization

final class CallThreads: Sendable {
    /// Whether the task that waits for a call was cancelled.
    final class Call: Sendable {
        private let flag = Atomic(false)

        var isCancelled: Bool { flag.load(ordering: .relaxed) }
        func cancel() { flag.store(true, ordering: .relaxed) }
    }

    private let state = CallQueue()
    private let limit: Int

    init(limit: Int) {
        self.limit = max(limit, 1)
    }

    /// Runs `work` on one of the threads; false, and nothing will be run, after `stop`.
    func run(_ work: @escaping @Sendable () -> Void) -> Bool {
        guard let isNewThreadNeeded = state.append(work, threadLimit: limit) else { return false }
        if isNewThreadNeeded {
            let queue = state
            startThread(takesSignals: false) { while let work = queue.next() { work() } }
        }
        return true
    }

    /// Takes no more work. What waits is still done.
    func stop() { state.close() }
}

/// What waits to be done. The one condition is signalled under the mutex, and every member is only
/// touched under it, which is why the class is sendable.
private final class CallQueue: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var waiting: [@Sendable () -> Void] = []
    /// Before this place `waiting` is empty.
    private var first = 0
    private var threadCount = 0
    private var idleCount = 0
    private var isClosed = false

    init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// - Returns: whether one more thread is to be started; nil when closed.
    func append(_ work: @escaping @Sendable () -> Void, threadLimit: Int) -> Bool? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        if isClosed { return nil }
        waiting.append(work)
        if waiting.count - first > idleCount, threadCount < threadLimit {
            threadCount += 1
            return true
        }
        pthread_cond_signal(condition)
        return false
    }

    /// Waits for work; nil when closed and nothing is left.
    func next() -> (@Sendable () -> Void)? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while first == waiting.count {
            if isClosed { return nil }
            idleCount += 1
            pthread_cond_wait(condition, mutex)
            idleCount -= 1
        }
        let work = waiting[first]
        waiting[first] = {}
        first += 1
        if first == waiting.count || first > 1024 {
            waiting.removeFirst(first)
            first = 0
        }
        return work
    }

    func close() {
        pthread_mutex_lock(mutex)
        isClosed = true
        pthread_cond_broadcast(condition)
        pthread_mutex_unlock(mutex)
    }
}
