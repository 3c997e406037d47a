// A disk that forgets: what was committed is on it, in order, but what was not synced may be gone after
// the power was cut, from some commit on. Commits have numbers, so whoever drives the simulation knows
// which state of the world is left.
//
//   durable   the state as of the last sync; no crash takes it back
//   volatile  the states after each commit since; a crash keeps a beginning of them
//
// A batch is all or nothing, as the store's contract says; `tears` breaks that, to see it found out.
//
// Thread safety: as a store, any. Plans and crashes are for when no other call is under way.

package import MartletKeyValue
internal import Synchronization

package final class SimulatedDisk: KeyValueStore {
    /// What happens to a commit to come.
    package struct Plan: Sendable {
        /// The commit that fails, counted from the next one, which is 1.
        package var ordinal: Int
        /// Whether it takes place all the same: the caller cannot know.
        package var isApplied: Bool
    }

    private struct State: ~Copyable {
        /// The durable state, then those after each commit that a crash may take back.
        var states: [MemorySnapshot]
        /// Of the last commit.
        var number: Int
        var plan: Plan?
        var isDead = false
        var tears = false
    }

    private let base: MemoryStore
    private let state: Mutex<State>

    package convenience init() { self.init(base: MemoryStore(), number: 0) }

    private init(base: MemoryStore, number: Int) {
        self.base = base
        state = Mutex(State(states: [try! base.memorySnapshot()], number: number))
    }

    /// The number of the last commit.
    package var commitNumber: Int { state.withLock { $0.number } }

    /// How many of the last commits a crash may take back.
    package var volatileCount: Int { state.withLock { $0.states.count - 1 } }

    /// Whether the power is off.
    package var isDead: Bool { state.withLock { $0.isDead } }

    /// Has a commit fail, and all calls after it: the power is cut there.
    package func cutPower(at plan: Plan) { state.withLock { $0.plan = plan } }

    /// Has the commit that is cut by a crash take place by half, which no store may do.
    package func tearBatches() { state.withLock { $0.tears = true } }

    /// What is left after a crash.
    ///
    /// - Parameter count: how many volatile commits had reached the disk.
    package func crashed(keeping count: Int) -> SimulatedDisk {
        let (survivor, number) = state.withLock { state in
            state.isDead = true
            precondition(count >= 0 && count < state.states.count)
            return (state.states[count], state.number - (state.states.count - 1 - count))
        }
        return SimulatedDisk(base: MemoryStore(contentsOf: survivor), number: number)
    }

    private static let failure = StorageError.inputOutput("the power is off")

    package func commit(
        _ batch: borrowing WriteBatch, _ durability: Durability
    ) throws(StorageError) {
        let (isApplied, fails, tears) = try begin()
        if isApplied {
            if tears {
                try base.commit(batch.firstHalf(), durability)
            } else {
                try base.commit(batch, durability)
            }
            let snapshot = try base.memorySnapshot()
            state.withLock { state in
                state.number += 1
                if durability == .sync { state.states = [] }
                state.states.append(snapshot)
            }
        }
        if fails { throw Self.failure }
    }

    /// What becomes of the commit that begins.
    private func begin() throws(StorageError) -> (isApplied: Bool, fails: Bool, tears: Bool) {
        let step = state.withLock { state -> (Bool, Bool, Bool)? in
            if state.isDead { return nil }
            guard var plan = state.plan else { return (true, false, false) }
            plan.ordinal -= 1
            state.plan = plan
            guard plan.ordinal == 0 else { return (true, false, false) }
            state.isDead = true
            return (plan.isApplied || state.tears, true, state.tears)
        }
        guard let step else { throw Self.failure }
        return step
    }

    package func sync() throws(StorageError) {
        let isDead = state.withLock { state in
            if !state.isDead { state.states.removeFirst(state.states.count - 1) }
            return state.isDead
        }
        if isDead { throw Self.failure }
    }

    package func close() throws(StorageError) {}

    private func live() throws(StorageError) -> MemoryStore {
        if state.withLock({ $0.isDead }) { throw Self.failure }
        return base
    }

    package func snapshot() throws(StorageError) -> any KeyValueSnapshot { try live().snapshot() }

    package func approximateSizeBytes(of range: KeyRange) throws(StorageError) -> UInt64 {
        try live().approximateSizeBytes(of: range)
    }

    package var statistics: StoreStatistics { base.statistics }

    package func value(forKey key: [UInt8]) throws(StorageError) -> [UInt8]? {
        try live().value(forKey: key)
    }

    package func withValue(
        forKey key: [UInt8], _ body: (RawSpan) throws(StorageError) -> Void
    ) throws(StorageError) -> Bool {
        try live().withValue(forKey: key, body)
    }

    package func values(forKeys keys: [[UInt8]]) throws(StorageError) -> [[UInt8]?] {
        try live().values(forKeys: keys)
    }

    package func cursor(
        over range: KeyRange, _ direction: ScanDirection
    ) throws(StorageError) -> any KeyValueCursor {
        try live().cursor(over: range, direction)
    }
}

extension WriteBatch {
    fileprivate borrowing func firstHalf() -> WriteBatch {
        var half = WriteBatch()
        var left = count / 2
        forEachChange { change in
            guard left > 0 else { return }
            left -= 1
            half.add(change)
        }
        return half
    }

    /// Adds a change of another batch.
    mutating func add(_ change: Change) {
        switch change {
        case .put(let key, let value): put(Array(key), Array(value))
        case .delete(let key): delete(Array(key))
        case .deleteRange(let lower, let upper):
            deleteRange(KeyRange(lower: Array(lower), upper: upper.map { Array($0) }))
        }
    }
}
