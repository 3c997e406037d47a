// What the embedded API asks of an engine beside operations.

internal import Glibc
internal import MartletKeyValue
internal import MartletThreads
internal import Synchronization

extension Engine {
    /// Makes all writes that were answered survive power loss.
    package func sync() throws(OperationError) {
        do throws(StorageError) {
            try store.sync()
        } catch {
            throw .storage(error)
        }
    }
}

/// Runs `body` for every number below `count`, on several threads at once, the caller's among them,
/// and returns when all are done. More numbers go to a thread that is done with its own.
package func onAllCores(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    let threads = min(count, max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))))
    guard threads > 1 else {
        for number in 0..<count { body(number) }
        return
    }
    final class Progress: Sendable {
        let next = Atomic<Int>(0)
        let finished = ThreadSemaphore()
    }
    let progress = Progress()
    @Sendable func work() {
        while true {
            let number = progress.next.add(1, ordering: .relaxed).oldValue
            if number >= count { return }
            body(number)
        }
    }
    for _ in 1..<threads {
        startThread {
            work()
            progress.finished.signal()
        }
    }
    work()
    for _ in 1..<threads { progress.finished.wait() }
}
