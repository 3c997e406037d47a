internal import Glibc

/// SIGTERM and SIGINT, held back for one thread to wait for. A second one ends the process.
///
/// Threads inherit the mask: make this before any other thread.
struct StopSignals {
    private var signals = sigset_t()

    init() {
        signal(SIGPIPE, SIG_IGN)
        sigemptyset(&signals)
        sigaddset(&signals, SIGTERM)
        sigaddset(&signals, SIGINT)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    func wait() {
        var signals = signals
        var received: Int32 = 0
        while sigwait(&signals, &received) != 0 {}
        release()
    }

    /// Waits so long at most.
    /// - Returns: whether a signal came.
    func wait(atMostMilliseconds milliseconds: Int) -> Bool {
        var signals = signals
        var time = timespec(tv_sec: milliseconds / 1000, tv_nsec: milliseconds % 1000 * 1_000_000)
        guard sigtimedwait(&signals, nil, &time) > 0 else { return false }
        release()
        return true
    }

    /// The next one ends the process.
    private func release() {
        var signals = signals
        signal(SIGTERM, SIG_DFL)
        signal(SIGINT, SIG_DFL)
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }
}
