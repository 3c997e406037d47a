// A store whose commits wait at a gate, so that a test decides what happens before the next one:
// which writes gather into a group, or where background work stands. Reads pass freely.

package import MartletKeyValue
internal import MartletThreads

package final class GateStore: LayeredStore {
    private struct Gate {
        /// Commits that may still pass; nil while the gate is open.
        var permits: Int?
        var waitingCount = 0
        var passedCount = 0
    }

    package let base: any KeyValueStore
    private let gate = Locked(Gate())

    /// Begins with the gate open.
    package init(_ base: any KeyValueStore) { self.base = base }

    /// Lets `count` more commits pass, and closes the gate behind them.
    package func shut(after count: Int = 0) { gate.withLock { $0.permits = count } }

    package func open() { gate.withLock { $0.permits = nil } }

    package var passedCount: Int { gate.withLock { $0.passedCount } }

    /// Returns when a commit waits at the closed gate.
    package func waitForCommit() {
        while gate.withLock({ $0.waitingCount }) == 0 { sleepBriefly() }
    }

    package func commit(
        _ batch: borrowing WriteBatch, _ durability: Durability
    ) throws(StorageError) {
        gate.withLock { $0.waitingCount += 1 }
        while true {
            let passes = gate.withLock { gate in
                if gate.permits == 0 { return false }
                gate.permits = gate.permits.map { $0 - 1 }
                gate.waitingCount -= 1
                gate.passedCount += 1
                return true
            }
            if passes { break }
            sleepBriefly()
        }
        try base.commit(batch, durability)
    }
}
