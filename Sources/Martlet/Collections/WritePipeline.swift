internal import MartletEngine
internal import MartletThreads
internal import Synchronization

/// Pieces of a batch on their way: while one is committed, the next is made ready.
///
/// Thread safety: used by one thread; answers come on the commit thread.
final class WritePipeline: Sendable {
    enum Outcome {
        /// The row at this place has an id that is there.
        case isPresent(place: Int)
        case failed(OperationError)
    }

    private struct State {
        var openCount = 0
        var written: [Range<Int>] = []
        var writtenCount = 0
        var outcome: Outcome?
    }

    private let limit: Int
    private let state = Mutex(State())
    private let answered = ThreadSemaphore()

    init(limit: Int) { self.limit = limit }

    var hasFailed: Bool { state.withLock { $0.outcome != nil } }
    var writtenCount: Int { state.withLock { $0.writtenCount } }
    /// Places of the pieces that were written.
    var writtenRanges: [Range<Int>] { state.withLock { $0.written } }

    /// Queues a piece; waits while too many are under way.
    func submit(_ piece: PutVectors, at place: Int, on engine: Engine) {
        while state.withLock({ $0.openCount >= limit }) { answered.wait() }
        state.withLock { $0.openCount += 1 }
        let range = place..<place + piece.rows.count
        engine.submit(piece) { [self] result in
            state.withLock { state in
                state.openCount -= 1
                switch result {
                case .success(.written):
                    state.written.append(range)
                    state.writtenCount += range.count
                case .success(.isPresent(let position)):
                    state.outcome = state.outcome ?? .isPresent(place: place + position)
                case .failure(let error): state.outcome = state.outcome ?? .failed(error)
                }
            }
            answered.signal()
        }
    }

    /// Waits for all pieces.
    /// - Returns: nil when all were written; else the first that went wrong.
    func finish() -> Outcome? {
        while state.withLock({ $0.openCount > 0 }) { answered.wait() }
        return state.withLock { $0.outcome }
    }
}
