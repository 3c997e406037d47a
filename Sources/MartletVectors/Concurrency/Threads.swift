internal import Glibc
internal import MartletThreads
internal import Synchronization

/// Runs `body` on several threads at once, the caller's among them, and returns when all are done.
/// Threads of their own, because this work would keep tasks of Swift's cooperative pool waiting.
func onThreads(_ count: Int, _ body: @escaping @Sendable (_ thread: Int) -> Void) {
    var threads: [SystemThread] = []
    for number in 1..<max(count, 1) {
        guard let thread = SystemThread({ body(number) }) else { break }
        threads.append(thread)
    }
    body(0)
    // The parts of threads that the system refused.
    for number in threads.count + 1..<max(count, threads.count + 1) { body(number) }
    for thread in threads { thread.join() }
}

/// Many may insert at once; what rebuilds parts of the index waits for them and holds them off.
/// Readers never come here. Waiting rebuilders go before new inserters.
final class WriterGate: @unchecked Sendable {
    private let lock: UnsafeMutablePointer<pthread_rwlock_t>

    init() {
        lock = .allocate(capacity: 1)
        var attributes = pthread_rwlockattr_t()
        pthread_rwlockattr_init(&attributes)
        pthread_rwlockattr_setkind_np(
            &attributes, Int32(PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP))
        pthread_rwlock_init(lock, &attributes)
        pthread_rwlockattr_destroy(&attributes)
    }

    deinit {
        pthread_rwlock_destroy(lock)
        lock.deallocate()
    }

    func lockShared() { pthread_rwlock_rdlock(lock) }
    func lockExclusive() { pthread_rwlock_wrlock(lock) }
    func unlock() { pthread_rwlock_unlock(lock) }

    func withExclusive<Result, Failure: Error>(
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        lockExclusive()
        defer { unlock() }
        return try body()
    }
}

/// Locks of link lists, for those who change them: a slot's is one of a few thousand.
final class LinkLocks: @unchecked Sendable {
    private static let count = 4096
    private let words: UnsafeMutablePointer<Atomic<Bool>>

    init() {
        words = .allocate(capacity: Self.count)
        for i in 0..<Self.count { (words + i).initialize(to: Atomic(false)) }
    }

    deinit { words.deallocate() }

    /// For some microseconds; a thread holds one at a time.
    @inline(__always)
    func lock(_ slot: Slot) {
        let word = word(slot)
        var attempts = 0
        while word.pointee.exchange(true, ordering: .acquiring) {
            attempts += 1
            if attempts & 63 == 0 { sched_yield() }
        }
    }

    @inline(__always)
    func unlock(_ slot: Slot) { word(slot).pointee.store(false, ordering: .releasing) }

    /// Neighbouring slots, often inserted at once, are in different cache lines.
    @inline(__always)
    private func word(_ slot: Slot) -> UnsafeMutablePointer<Atomic<Bool>> {
        words + Int((slot &* 0x9E37_79B1) >> 20)
    }
}
