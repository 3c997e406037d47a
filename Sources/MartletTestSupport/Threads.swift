internal import MartletThreads
internal import Synchronization

/// Runs `body` on so many threads of its own at once and waits for all of them.
package func onThreads(_ count: Int, _ body: @escaping @Sendable (_ number: Int) -> Void) {
    let threads = (0..<count).map { number in
        guard let thread = SystemThread({ body(number) }) else {
            preconditionFailure("the system refuses another thread")
        }
        return thread
    }
    for thread in threads { thread.join() }
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
