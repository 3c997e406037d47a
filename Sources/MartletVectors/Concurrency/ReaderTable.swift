// Who is reading, and since when: nothing that a reader may still hold is used again.
//
// Readers pin the current epoch for the length of a search. Whoever takes something away raises the
// epoch and may reuse it once no reader has an epoch pinned that is as old. Readers never wait.
//
// A reader stores its epoch and then looks whether the epoch is still current. So either it sees a
// raise, and pins the new epoch, or whoever raises it sees the pin.

internal import Glibc
internal import MartletThreads
internal import Synchronization

final class ReaderTable: @unchecked Sendable {
    private static let chunkCount = 64

    /// Epochs begin at 1; 0 is no pin.
    private let epoch = Atomic<UInt64>(1)
    private let first = Chunk(ReaderTable.chunkCount)
    private let growth = Locked(())

    private final class Chunk: @unchecked Sendable {
        let contexts: [SearchContext]
        let next = Atomic<UnsafeRawPointer?>(nil)

        init(_ count: Int) { contexts = (0..<count).map { _ in SearchContext() } }

        deinit {
            guard let next = next.load(ordering: .acquiring) else { return }
            Unmanaged<Chunk>.fromOpaque(next).release()
        }
    }

    /// A context of the caller's own, pinned.
    func enter() -> SearchContext {
        let context = claim()
        var current = epoch.load(ordering: .sequentiallyConsistent)
        while true {
            context.pinned.store(current, ordering: .sequentiallyConsistent)
            let again = epoch.load(ordering: .sequentiallyConsistent)
            if again == current { return context }
            current = again
        }
    }

    func leave(_ context: SearchContext) {
        context.pinned.store(0, ordering: .releasing)
        context.isBusy.store(false, ordering: .releasing)
    }

    /// Ends an epoch: what nobody can find any more is free when `isOver` says so of the result.
    func raise() -> UInt64 {
        epoch.wrappingAdd(1, ordering: .sequentiallyConsistent).oldValue
    }

    /// Whether no reader is left that was there when this epoch ended.
    func isOver(_ ended: UInt64) -> Bool {
        var chunk: Chunk? = first
        while let current = chunk {
            for context in current.contexts {
                let pinned = context.pinned.load(ordering: .sequentiallyConsistent)
                if pinned != 0, pinned <= ended { return false }
            }
            chunk = next(after: current)
        }
        return true
    }

    /// Waits until no reader is left that was there at the call.
    func waitForReaders() {
        let ended = raise()
        while !isOver(ended) { sched_yield() }
    }

    private func claim() -> SearchContext {
        // A thread finds its last context, still in its cache, as a rule.
        let hint = Int(truncatingIfNeeded: UInt(pthread_self()) >> 12)
        var chunk = first
        while true {
            let contexts = chunk.contexts
            for i in 0..<Self.chunkCount {
                let context = contexts[(hint &+ i) & (Self.chunkCount - 1)]
                if !context.isBusy.load(ordering: .relaxed),
                    !context.isBusy.exchange(true, ordering: .acquiring)
                {
                    return context
                }
            }
            chunk = next(after: chunk) ?? grow(chunk)
        }
    }

    private func next(after chunk: Chunk) -> Chunk? {
        chunk.next.load(ordering: .acquiring).map {
            Unmanaged<Chunk>.fromOpaque($0).takeUnretainedValue()
        }
    }

    private func grow(_ last: Chunk) -> Chunk {
        growth.withLock { _ in
            if let next = next(after: last) { return next }
            let chunk = Chunk(Self.chunkCount)
            last.next.store(Unmanaged.passRetained(chunk).toOpaque(), ordering: .releasing)
            return chunk
        }
    }
}
