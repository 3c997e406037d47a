// Makes a server as slow and as unreliable as a network and a service far away, for programs that
// are to be tested against that: requests wait before they are carried out, and some fail as if by
// an error of the service, without having been carried out.
//
// Thread safety: every method may be called from any thread. A request that waits holds up nobody:
// one thread carries out all that are due.

internal import MartletEngine
internal import MartletThreads
internal import Synchronization

package struct DisturbanceOptions: Sendable {
    /// How long requests wait, each as chance has it.
    package var latencyMilliseconds: ClosedRange<Int>?
    /// How likely a request is answered by InternalServerError.
    package var errorProbability = 0.0
    /// The same seed decides the same, as long as requests come in the same order.
    package var seed = UInt64.random(in: .min ... .max)

    package init() {}
}

final class Disturbance: Sendable {
    struct Verdict {
        var fails: Bool
        var delayMilliseconds: Int
    }

    private struct State {
        var chance: Chance
        /// What waits, the next one last.
        var waiting: [(dueNanoseconds: UInt64, run: @Sendable () -> Void)] = []
        var thread: HTTPThread?
        var isStopping = false
    }

    private let options: DisturbanceOptions
    private let state: Mutex<State>
    private let wakeUp = ThreadSemaphore()

    /// nil when nothing is ever disturbed.
    init?(_ options: DisturbanceOptions) {
        guard options.latencyMilliseconds != nil || options.errorProbability > 0 else {
            return nil
        }
        self.options = options
        state = Mutex(State(chance: Chance(seed: options.seed)))
    }

    /// What becomes of the next request.
    func verdict() -> Verdict {
        state.withLock { state in
            let fails = state.chance.decides(options.errorProbability)
            guard let range = options.latencyMilliseconds else {
                return Verdict(fails: fails, delayMilliseconds: 0)
            }
            let width = Double(range.upperBound - range.lowerBound + 1)
            return Verdict(
                fails: fails,
                delayMilliseconds: range.lowerBound + Int(state.chance.nextFraction() * width))
        }
    }

    /// Runs something later, on a thread of its own.
    func run(afterMilliseconds delay: Int, _ run: @escaping @Sendable () -> Void) {
        let due = monotonicNanoseconds() + UInt64(delay) * 1_000_000
        state.withLock { state in
            // In front of those that are due at the same time: they run as they came.
            let place = state.waiting.firstIndex { $0.dueNanoseconds <= due }
            state.waiting.insert((due, run), at: place ?? state.waiting.endIndex)
            if state.thread == nil { state.thread = HTTPThread(name: "latency", loop) }
        }
        wakeUp.signal()
    }

    /// Runs all that waits, without waiting longer, and ends the thread.
    func stop() {
        let thread = state.withLock { state in
            state.isStopping = true
            return state.thread
        }
        wakeUp.signal()
        thread?.join()
    }

    @Sendable
    private func loop() {
        enum Step { case run(@Sendable () -> Void), wait(UInt64?), end }
        while true {
            let step: Step = state.withLock { state in
                guard let next = state.waiting.last else {
                    return state.isStopping ? .end : .wait(nil)
                }
                let now = monotonicNanoseconds()
                guard next.dueNanoseconds <= now || state.isStopping else {
                    return .wait(next.dueNanoseconds - now)
                }
                state.waiting.removeLast()
                return .run(next.run)
            }
            switch step {
            case .run(let run): run()
            case .wait(nil): wakeUp.wait()
            case .wait(let nanoseconds?):
                _ = wakeUp.wait(atMost: .nanoseconds(Int64(nanoseconds)))
            case .end: return
            }
        }
    }
}
