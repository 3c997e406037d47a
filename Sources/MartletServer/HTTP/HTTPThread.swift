// A named thread that takes no signals: those are the program's business, on its main thread, and
// a broken pipe must not kill anybody.

internal import CHTTPShim
internal import Glibc

struct HTTPThread: Sendable {
    private let thread: pthread_t

    init(name: String, _ body: @escaping @Sendable () -> Void) {
        final class Box: Sendable {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        var all = sigset_t()
        var before = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { context in
                Unmanaged<Box>.fromOpaque(context!).takeRetainedValue().body()
                return nil
            }, Unmanaged.passRetained(Box(body)).toOpaque())
        precondition(code == 0, "the system gives no more threads")
        martlet_thread_name(thread, name)
        self.thread = thread
    }

    func join() {
        pthread_join(thread, nil)
    }
}
