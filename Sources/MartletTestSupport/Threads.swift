internal import Glibc
internal import MartletThreads
internal import Synchronization

/// Runs `body` on so many threads of its own at once and waits for all of them.
package func onThreads(_ count: Int, _ body: @escaping @Sendable (_ number: Int) -> Void) {
    final class Start {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var threads: [pthread_t] = []
    for number in 0..<count {
        var thread = pthread_t()
        let start = Unmanaged.passRetained(Start { body(number) }).toOpaque()
        let code = pthread_create(
            &thread, nil,
            { context in
                Unmanaged<Start>.fromOpaque(context!).takeRetainedValue().body()
                return nil
            }, start)
        precondition(code == 0, "the system refuses another thread")
        threads.append(thread)
    }
    for thread in threads { pthread_join(thread, nil) }
}

/// A flag that threads share.
package final class Flag: Sendable {
    private let value = Atomic<Bool>(false)

    package init() {}

    package var isSet: Bool { value.load(ordering: .acquiring) }

    package func set() { value.store(true, ordering: .releasing) }
}

/// A list that threads add to.
package final class Collected<Element: Sendable>: Sendable {
    private let elements = Locked<[Element]>([])

    package init() {}

    package func append(_ element: Element) { elements.withLock { $0.append(element) } }

    package var all: [Element] { elements.withLock { $0 } }
}
