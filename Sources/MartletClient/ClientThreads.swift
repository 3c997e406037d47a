// Threads for programs that block: calls there need no task.

internal import Glibc
internal import MartletThreads
internal import Synchronization

/// Threads that run the same function, each with its number.
package final class ClientThreads: Sendable {
    private let running: Mutex<Int>

    package init(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
        running = Mutex(count)
        for number in 0..<count {
            startThread(takesSignals: false) { [self] in
                body(number)
                running.withLock { $0 -= 1 }
            }
        }
    }

    /// Whether one of them still runs.
    package var isRunning: Bool { running.withLock { $0 > 0 } }
}
