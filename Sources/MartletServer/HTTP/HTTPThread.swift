// A named thread that takes no signals.

internal import CHTTPShim
internal import MartletThreads

struct HTTPThread: Sendable {
    private let thread: SystemThread

    init(name: String, _ body: @escaping @Sendable () -> Void) {
        guard let thread = SystemThread(takesSignals: false, body) else {
            preconditionFailure("the system refuses another thread")
        }
        martlet_thread_name(thread.id, name)
        self.thread = thread
    }

    func join() { thread.join() }
}
