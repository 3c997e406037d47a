internal import MartletThreads

/// A value that one thread waits for and another gives, once.
final class Waiter<Value: Sendable>: Sendable {
    private let value = Locked<Value?>(nil)
    private let semaphore = ThreadSemaphore()

    func fulfil(_ value: Value) {
        self.value.withLock { $0 = value }
        semaphore.signal()
    }

    func wait() -> Value {
        semaphore.wait()
        return value.withLock { $0! }
    }
}
