// Gives the space of deleted ranges back, on a thread of its own that sleeps while there is none.
//
// A deleted range is one small record until compaction meets the rows it covers, which may be
// never. So each large one is compacted: rows deleted before are dropped, later ones kept. A range
// that was given up for good loses whole files without being read; that must wait until no snapshot
// from before the deletion is left, since it could see the rows go. Thread safety: all calls may
// come from any thread.

internal import CRocksDBShim
import Glibc
import MartletKeyValue

final class SpaceReclaimer: @unchecked Sendable {
    /// Smaller ranges are left to ordinary compaction.
    static let smallestRangeBytes: UInt64 = 4 << 20

    private struct Task {
        var range: KeyRange
        var isAbandoned: Bool
        /// Of the newest commit when the task was added.
        var sequence: UInt64
    }

    private let native: NativeStore
    // pthread's own, because waiting is with a time limit. Below them: what they guard.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var tasks: [Task] = []
    private var thread: pthread_t?
    private var isStopping = false

    init(native: NativeStore) {
        self.native = native
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    func add(_ range: KeyRange, isAbandoned: Bool) {
        guard (try? native.beginUse()) != nil else { return }
        let sequence = mrdb_latest_sequence(native.pointer)
        try? native.endUse()
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        if isStopping { return }
        tasks.append(Task(range: range, isAbandoned: isAbandoned, sequence: sequence))
        if thread == nil {
            var made = pthread_t()
            // The thread owns a reference until it ends. Without a thread, compaction comes late.
            let owner = Unmanaged.passRetained(self)
            let code = pthread_create(&made, nil, reclaim, owner.toOpaque())
            if code == 0 { thread = made } else { owner.release() }
        }
        pthread_cond_signal(condition)
    }

    /// Ends the thread, and a compaction under way.
    func stop() {
        pthread_mutex_lock(mutex)
        let thread = thread
        let wasStopping = isStopping
        isStopping = true
        self.thread = nil
        tasks = []
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
        if !wasStopping, (try? native.beginUse()) != nil {
            mrdb_stop_compacting(native.pointer)
            try? native.endUse()
        }
        if let thread { pthread_join(thread, nil) }
    }

    fileprivate func run() {
        while let task = nextTask() {
            guard (try? native.beginUse()) != nil else { return }
            defer { try? native.endUse() }
            task.range.withBounds { lower, lowerCount, upper, upperCount in
                var bytes: UInt64 = 0
                let code = mrdb_approximate_size(
                    native.pointer, lower, lowerCount, upper, upperCount, &bytes)
                guard code == 0, bytes >= Self.smallestRangeBytes else { return }
                // A failure here costs space only, and shows in the statistics.
                _ = mrdb_compact(
                    native.pointer, lower, lowerCount, upper, upperCount, task.isAbandoned)
            }
        }
    }

    /// Waits for a task whose time has come; nil when the thread is to end.
    private func nextTask() -> Task? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while !isStopping {
            let oldest = tasks.isEmpty ? 0 : oldestSnapshotSequence()
            if let index = tasks.firstIndex(where: { oldest >= $0.sequence }) {
                return tasks.remove(at: index)
            }
            if tasks.isEmpty {
                pthread_cond_wait(condition, mutex)
            } else {
                // No one tells of a snapshot's end.
                var deadline = timespec()
                clock_gettime(CLOCK_REALTIME, &deadline)
                deadline.tv_sec += 1
                pthread_cond_timedwait(condition, mutex, &deadline)
            }
        }
        return nil
    }

    private func oldestSnapshotSequence() -> UInt64 {
        guard (try? native.beginUse()) != nil else { return .max }
        defer { try? native.endUse() }
        return mrdb_oldest_snapshot_sequence(native.pointer)
    }
}

private func reclaim(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    Unmanaged<SpaceReclaimer>.fromOpaque(context!).takeRetainedValue().run()
    return nil
}
