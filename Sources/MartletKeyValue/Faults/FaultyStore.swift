// A store that fails when told to, for tests of what is above it. Thread safety: that of the store
// inside; the plan is behind a lock.

internal import MartletThreads

package final class FaultyStore: LayeredStore {
    /// What calls count together towards a failure.
    package enum Call: Sendable, CaseIterable {
        /// `commit` and `sync`.
        case commit
        /// Values, and the creation of cursors and snapshots, through this store or a snapshot.
        case read
        /// A row asked of a cursor: `next`, or one step of `forEachRow`.
        case row
    }

    /// One failure to come.
    package struct Fault: Sendable {
        package var call: Call
        /// The failing call's number among those of its kind after the fault was planned, from 1.
        package var ordinal: Int
        package var error: StorageError
        /// Whether every later call of the kind fails, too, as on a full disk.
        package var isLasting: Bool
        /// Whether a failing commit takes place all the same: the caller cannot know.
        package var appliesCommit: Bool

        package init(
            _ call: Call, ordinal: Int, error: StorageError, isLasting: Bool = false,
            appliesCommit: Bool = false
        ) {
            precondition(ordinal > 0)
            self.call = call
            self.ordinal = ordinal
            self.error = error
            self.isLasting = isLasting
            self.appliesCommit = appliesCommit
        }
    }

    private struct Plan {
        var faults: [Fault] = []
        var callCounts: [Call: Int] = [:]
    }

    package let base: any KeyValueStore
    private let plan = Locked(Plan())

    package init(_ base: any KeyValueStore) {
        self.base = base
    }

    /// Plans a failure, beside those planned already; counting starts now.
    package func add(_ fault: Fault) {
        plan.withLock { plan in
            var fault = fault
            fault.ordinal += plan.callCounts[fault.call, default: 0]
            plan.faults.append(fault)
        }
    }

    /// Forgets the failures to come.
    package func heal() {
        plan.withLock { $0.faults = [] }
    }

    /// How many calls of a kind there have been: run once without faults, then fail each in turn.
    package func callCount(of call: Call) -> Int {
        plan.withLock { $0.callCounts[call, default: 0] }
    }

    /// Counts a call, and gives the failure it meets.
    private func fault(at call: Call) -> Fault? {
        plan.withLock { plan in
            let number = plan.callCounts[call, default: 0] + 1
            plan.callCounts[call] = number
            return plan.faults.first {
                $0.call == call && ($0.isLasting ? $0.ordinal <= number : $0.ordinal == number)
            }
        }
    }

    func pass(_ call: Call) throws(StorageError) {
        if let fault = fault(at: call) { throw fault.error }
    }

    package func commit(
        _ batch: borrowing WriteBatch, _ durability: Durability
    ) throws(StorageError) {
        let fault = fault(at: .commit)
        if fault == nil || fault!.appliesCommit { try base.commit(batch, durability) }
        if let fault { throw fault.error }
    }

    package func sync() throws(StorageError) {
        try pass(.commit)
        try base.sync()
    }

    package func snapshot() throws(StorageError) -> any KeyValueSnapshot {
        try pass(.read)
        return FaultySnapshot(base: try base.snapshot(), store: self)
    }

    package func reclaimSpace(ofAbandoned range: KeyRange) {
        base.reclaimSpace(ofAbandoned: range)
    }
}

extension FaultyStore {
    package func value(forKey key: [UInt8]) throws(StorageError) -> [UInt8]? {
        try pass(.read)
        return try base.value(forKey: key)
    }

    package func withValue(
        forKey key: [UInt8], _ body: (RawSpan) throws(StorageError) -> Void
    ) throws(StorageError) -> Bool {
        try pass(.read)
        return try base.withValue(forKey: key, body)
    }

    package func values(forKeys keys: [[UInt8]]) throws(StorageError) -> [[UInt8]?] {
        try pass(.read)
        return try base.values(forKeys: keys)
    }

    package func cursor(
        over range: KeyRange, _ direction: ScanDirection
    ) throws(StorageError) -> any KeyValueCursor {
        try pass(.read)
        return FaultyCursor(base: try base.cursor(over: range, direction), store: self)
    }
}
