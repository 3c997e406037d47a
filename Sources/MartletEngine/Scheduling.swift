/// Who does what an engine does beside answering reads.
package enum Scheduling: Sendable {
    /// Threads of its own: they commit, work in the background and carry vectors.
    case threads
    /// Whoever calls. A write is committed on the thread that waits for it, what was submitted when
    /// `Engine.commitQueued` is called, and the rest when `Engine.workInBackground` and
    /// `Engine.carryVectors` are. So one thread that uses the engine decides the order of everything,
    /// and a simulation can repeat it.
    ///
    /// - `beforePiece`: called before a piece of background work is committed, when it has read what
    ///   it needs; may read and write as clients do.
    case caller(beforePiece: @Sendable () -> Void)

    var hasThreads: Bool {
        if case .threads = self { true } else { false }
    }
}
