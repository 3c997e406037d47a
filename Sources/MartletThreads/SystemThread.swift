package import Glibc

/// A thread of the system. Threads here wait on disks, sockets and locks, which tasks of Swift's
/// cooperative pool must not do.
package struct SystemThread: Sendable {
    package let id: pthread_t

    /// nil when the system refuses another thread.
    ///
    /// - Parameter takesSignals: in a server and in a client signals are the program's business, on
    ///   its main thread, and a broken pipe must not kill anybody.
    package init?(takesSignals: Bool = true, _ body: @escaping @Sendable () -> Void) {
        final class Start: Sendable {
            let body: @Sendable () -> Void

            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        var before = sigset_t()
        if !takesSignals {
            // A new thread takes the signals that its maker takes.
            var all = sigset_t()
            sigfillset(&all)
            pthread_sigmask(SIG_SETMASK, &all, &before)
        }
        defer { if !takesSignals { pthread_sigmask(SIG_SETMASK, &before, nil) } }
        var thread = pthread_t()
        let start = Unmanaged.passRetained(Start(body))
        let code = pthread_create(
            &thread, nil,
            { context in
                Unmanaged<Start>.fromOpaque(context!).takeRetainedValue().body()
                return nil
            }, start.toOpaque())
        guard code == 0 else {
            start.release()
            return nil
        }
        id = thread
    }

    /// Waits until it has ended. Once, and not for one that was let go.
    package func join() { pthread_join(id, nil) }

    /// Nobody will wait for it.
    package func detach() { pthread_detach(id) }
}

/// Starts a thread that nobody waits for.
package func startThread(
    takesSignals: Bool = true, _ body: @escaping @Sendable () -> Void
) {
    guard let thread = SystemThread(takesSignals: takesSignals, body) else {
        preconditionFailure("the system refuses another thread")
    }
    thread.detach()
}
