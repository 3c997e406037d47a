// Refuses requests for the rate at which they come, or by chance. Each table and global index has a
// bucket of units for reads and one for writes. It gets as many a second as are provisioned and
// keeps those of five minutes; a new one begins with a second's. A request may begin while there is
// one unit, and takes all that it costs, so that one large request may leave a debt.
//
// Thread safety: every method may be called from any thread. Time and chance are the options', so
// the same requests in the same order are refused again.

internal import MartletCatalog
internal import MartletModel
internal import MartletThreads

final class TrafficRules: Sendable {
    static let burstSeconds = 300.0

    private struct BucketID: Hashable {
        var id: UInt32
        var direction: ThrottleFault.Direction
    }

    private struct Bucket {
        var units: Double
        var time: Timestamp

        /// Takes up what came since the last time. A clock that went back brings nothing.
        mutating func refill(_ rate: Double, at now: Timestamp) {
            let elapsed = max(0, now.secondsSince1970 - time.secondsSince1970)
            units = min(units + elapsed * rate, burstSeconds * rate)
            time = now
        }
    }

    private struct State {
        var chance: Chance
        var buckets: [BucketID: Bucket] = [:]
    }

    private let options: TrafficOptions
    private let owner: ResourceOwner
    private let clock: Clock
    private let state: Locked<State>

    /// nil when nothing is ever refused.
    init?(_ options: TrafficOptions, owner: ResourceOwner, clock: Clock) {
        guard options.refusesSome else { return nil }
        self.options = options
        self.owner = owner
        self.clock = clock
        state = Locked(State(chance: Chance(seed: options.seed)))
    }

    /// Whether a request may begin; takes nothing.
    func admit(
        _ direction: ThrottleFault.Direction, to table: TableDefinition,
        index: IndexDefinition? = nil
    ) throws(OperationError) {
        let index = index?.kind == .global ? index : nil
        let rate = provisioned(direction, table, index)
        let isRefused = state.withLock { state in
            if state.chance.decides(options.throttleProbability) { return true }
            guard options.enforcesThroughput, let rate else { return false }
            return refilled(BucketID(id: index?.id ?? table.id, direction: direction), rate, &state)
                .units < 1
        }
        if isRefused {
            throw .throttled(
                ThrottleFault(
                    isProvisioned: table.billing == .provisioned, isIndex: index != nil,
                    direction: direction,
                    resource: ResourceARN(
                        owner: owner, table: table.name,
                        part: index.map { .index($0.name.string) } ?? .table
                    ).description))
        }
    }

    /// Takes what a request that was admitted has cost.
    func take(
        _ units: Double, _ direction: ThrottleFault.Direction, from table: TableDefinition,
        index: IndexDefinition? = nil
    ) {
        let index = index?.kind == .global ? index : nil
        guard options.enforcesThroughput, units > 0,
            let rate = provisioned(direction, table, index)
        else { return }
        state.withLock { state in
            let id = BucketID(id: index?.id ?? table.id, direction: direction)
            var bucket = refilled(id, rate, &state)
            bucket.units -= units
            state.buckets[id] = bucket
        }
    }

    /// Lets chance decide whether a transaction is in the way.
    func meetsTransaction() -> Bool {
        guard options.conflictProbability > 0 else { return false }
        return state.withLock { $0.chance.decides(options.conflictProbability) }
    }

    private func refilled(_ id: BucketID, _ rate: Double, _ state: inout State) -> Bucket {
        let now = clock.now
        var bucket = state.buckets[id] ?? Bucket(units: rate, time: now)
        bucket.refill(rate, at: now)
        state.buckets[id] = bucket
        return bucket
    }

    /// Units a second; nil where there is no such limit.
    private func provisioned(
        _ direction: ThrottleFault.Direction, _ table: TableDefinition, _ index: IndexDefinition?
    ) -> Double? {
        guard table.billing == .provisioned else { return nil }
        let units = index?.throughput?.provisioned ?? table.throughput.provisioned
        return Double(direction == .read ? units.read : units.write)
    }
}

extension ReadContext {
    /// Counts what a read has cost, or refuses it. One comparison when there are no such rules.
    func spend(
        _ units: @autoclosure () -> Double, on table: TableDefinition,
        index: IndexDefinition? = nil
    ) throws(OperationError) {
        guard let rules = options.trafficRules else { return }
        try rules.admit(.read, to: table, index: index)
        rules.take(units(), .read, from: table, index: index)
    }
}

extension WriteTransaction {
    /// Whether a write of an item may begin: before its condition is tested.
    func admitWrite(to table: Table) throws(OperationError) {
        guard let rules = options.trafficRules else { return }
        if rules.meetsTransaction() { throw .transactionConflict }
        try rules.admit(.write, to: table.definition)
    }

    /// The same for an item of a batch, which transactions are not in the way of: it is tried again
    /// as all that is left over.
    func admitBatchWrite(_ change: ItemChange) throws(OperationError) {
        guard let rules = options.trafficRules else { return }
        try rules.admit(.write, to: change.key.table.definition)
        try admitIndexRows(of: change)
    }

    /// Why a transaction's action may not begin; nil when it may.
    func trafficReason(against table: Table) -> CancellationReason? {
        do throws(OperationError) {
            try admitWrite(to: table)
            return nil
        } catch {
            return error.trafficReason
        }
    }

    /// Whether the indexes that a change touches take it.
    func admitIndexRows(of change: ItemChange) throws(OperationError) {
        guard let rules = options.trafficRules, change.key.table.hasDerivedRows else { return }
        let table = change.key.table.definition
        for (index, touches) in zip(table.indexes, indexesTouched(by: change))
        where touches && index.kind == .global {
            try rules.admit(.write, to: table, index: index)
        }
    }

    /// Takes what a write has cost.
    func take(_ units: WriteUnits, from table: Table) {
        guard let rules = options.trafficRules else { return }
        let definition = table.definition
        var own = units.table
        for (index, units) in zip(definition.indexes, units.indexes) where units > 0 {
            if index.kind == .local {
                own += units
            } else {
                rules.take(units, .write, from: definition, index: index)
            }
        }
        rules.take(own, .write, from: definition)
    }
}

extension OperationError {
    /// What a transaction's action that is refused so is cancelled for; nil for other errors.
    var trafficReason: CancellationReason? {
        switch self {
        case .transactionConflict:
            CancellationReason(
                code: .transactionConflict, message: Self.transactionConflictMessage)
        case .throttled(let fault):
            CancellationReason(
                code: fault.isProvisioned ? .provisionedThroughputExceeded : .throttlingError,
                message: fault.message)
        default: nil
        }
    }
}
