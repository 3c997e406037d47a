// What tables and indexes look like for a while after a change, where delays were asked for: AWS
// takes seconds for what is done here at once. The change itself is done and durable when it is
// answered; only what is shown, and what is refused meanwhile, is put off. So nothing of this is
// stored: after a restart everything is as far as it really is.
//
// Without delays there are none of these, which costs a comparison with nil where they would count.

internal import MartletCatalog
internal import MartletModel

/// The phases that a table goes through. Immutable, as the `Table` that it belongs to.
struct StatusPhases: Sendable {
    private let clock: Clock
    private var creatingUntil: Timestamp?
    private var updatingUntil: Timestamp?
    private var changedUntil: [UInt32: Timestamp] = [:]
    /// New indexes, by their ids: when there are resources, and when they may be filled.
    private var indexes: [UInt32: (allocated: Timestamp, filled: Timestamp)] = [:]
    private var departed: [IndexDefinition] = []
    private var departedVectorIndexes: [VectorIndexDefinition] = []
    /// The last counts of departed indexes.
    private var tallies: [UInt32: Tally] = [:]

    private init(clock: Clock) { self.clock = clock }

    /// The phases that a table has, or none yet.
    init(following phases: StatusPhases?, by clock: Clock) {
        self = phases ?? StatusPhases(clock: clock)
    }

    /// A table that was just made.
    static func creating(for delay: Duration, by clock: Clock) -> StatusPhases {
        var phases = StatusPhases(clock: clock)
        phases.creatingUntil = clock.now.after(delay)
        return phases
    }

    /// The phases after a change that UpdateTable made.
    func updating(
        by change: ChangedDefinition, tallies: [UInt32: Tally], for delay: Duration
    ) -> StatusPhases {
        var phases = StatusPhases(clock: clock)
        let now = clock.now
        phases.indexes = indexes.filter { $0.value.filled > now }
        phases.updatingUntil = now.after(delay)
        for index in change.createdIndexes {
            phases.indexes[index.id] = (now.after(delay), now.after(delay * 2))
        }
        for index in change.createdVectorIndexes {
            phases.indexes[index.id] = (now.after(delay), now.after(delay * 2))
        }
        for index in change.definition.indexes
        where change.updatedIndexes.contains(index.name) {
            phases.changedUntil[index.id] = now.after(delay)
        }
        phases.departed = change.deletedIndexes
        phases.departedVectorIndexes = change.deletedVectorIndexes
        phases.tallies = tallies
        return phases
    }

    var isCreating: Bool { isBefore(creatingUntil) }
    var isUpdating: Bool { isBefore(updatingUntil) }

    /// Whether the index has no resources yet: then it cannot be deleted.
    func isAllocating(_ id: UInt32) -> Bool { isBefore(indexes[id]?.allocated) }

    /// Whether the index is not to be filled yet.
    func holdsBack(_ id: UInt32) -> Bool { isBefore(indexes[id]?.filled) }

    private func isBefore(_ time: Timestamp?) -> Bool { time.map { clock.now < $0 } ?? false }

    /// Puts the phases into a description of the table as it really is.
    func show(in description: inout TableDescription) {
        if isCreating {
            description.status = .creating
            return
        }
        if isUpdating {
            description.status = .updating
            description.deletedIndexes += departed
            description.deletedVectorIndexes += departedVectorIndexes
            description.indexTallies.merge(tallies) { current, _ in current }
            description.updatingIndexes += description.definition.indexes
                .filter { isBefore(changedUntil[$0.id]) }.map(\.name)
        } else if !indexes.isEmpty, description.status == .updating {
            // With its resources there, the table is as before, and the index is being filled.
            description.status = .active
        }
        description.allocatingIndexes = Set(
            description.definition.indexes.map(\.id).filter(isAllocating))
        for index in description.definition.vectorIndexes.indices
        where isAllocating(description.definition.vectorIndexes[index].id) {
            description.definition.vectorIndexes[index].isBackfilling = false
        }
    }
}

/// A table that was deleted and that is still shown as being deleted.
struct DepartedTable: Sendable {
    private let clock: Clock
    private let until: Timestamp
    let description: TableDescription

    init(_ description: TableDescription, for delay: Duration, by clock: Clock) {
        self.clock = clock
        self.description = description
        until = clock.now.after(delay)
    }

    var isShown: Bool { clock.now < until }

    static func inUseText(_ name: TableName) -> String {
        "Attempt to change a resource which is still in use: Table is being deleted: \(name)"
    }
}

extension Table {
    /// Whether an index is not to be filled yet.
    func holdsBack(_ index: UInt32) -> Bool { phases?.holdsBack(index) ?? false }

    /// A table is not deleted while a change of it is under way.
    func requireNotUpdating() throws(OperationError) {
        if phases?.isUpdating == true { throw .resourceInUse(updatingText) }
    }

    /// What is in the way of another change; nil when nothing is.
    func updatingText(for change: TableChange) -> String? {
        guard let phases, phases.isUpdating else { return nil }
        let isAllocating = change.indexDeletions.contains { name in
            (definition.index(named: name)?.id ?? definition.vectorIndex(named: name)?.id)
                .map(phases.isAllocating) ?? false
        }
        return isAllocating
            ? "Attempt to change a resource which is still in use: Index creation is in resource "
                + "allocation phase. Retry deletion during backfilling phase or when the index is "
                + "active."
            : updatingText
    }

    private var updatingText: String {
        "Attempt to change a resource which is still in use: Table is being updated: "
            + "\(definition.name)"
    }
}

extension TableChange {
    fileprivate var indexDeletions: [Text] {
        let indexes: [Text] = (indexChanges ?? []).compactMap {
            if case .delete(let name) = $0 { name } else { nil }
        }
        let vectorIndexes: [Text] = (vectorIndexChanges ?? []).compactMap {
            if case .delete(let name) = $0 { name } else { nil }
        }
        return indexes + vectorIndexes
    }
}

extension TableDirectory {
    /// All that ListTables tells of.
    var shownNames: [TableName] {
        let more = departed.filter { $0.value.isShown && tables[$0.key] == nil }
        return more.isEmpty ? names : (names + more.keys).sorted()
    }

    /// The table of this name that is still shown as being deleted.
    func departedTable(_ name: TableName) -> DepartedTable? {
        guard !departed.isEmpty, let table = departed[name], table.isShown else { return nil }
        return table
    }

    /// Refuses a change of a table that is still shown as being deleted.
    func requireNotDeparting(_ name: TableName) throws(OperationError) {
        if departedTable(name) != nil { throw .resourceInUse(DepartedTable.inUseText(name)) }
    }

    func replacing(departed name: TableName, with table: DepartedTable) -> TableDirectory {
        var departed = departed.filter { $0.value.isShown }
        departed[name] = table
        return TableDirectory(
            tables: tables, nextID: nextID, backups: backups, copies: copies, departed: departed)
    }
}

extension Timestamp {
    func after(_ delay: Duration) -> Timestamp {
        let (seconds, attoseconds) = delay.components
        return Timestamp(
            secondsSince1970: secondsSince1970 + Double(seconds) + Double(attoseconds) / 1e18)
    }
}
