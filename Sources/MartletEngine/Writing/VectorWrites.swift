// What writes do to vector indexes: counts, and for each change of an entry a line in the index's
// journal, in the batch of the item. The indexes themselves learn of it once that is durable.
//
// While an index is being filled, it holds the items up to the walk's position, in the order of row
// keys, and no others. Writes beyond it leave the index alone: the walk will find the item as it is
// by then. What the walk has looked up already without having come to add it might miss such a
// write, so those are noted.

internal import MartletCatalog
internal import MartletEncoding
internal import MartletIndexes
internal import MartletKeyValue
internal import MartletModel

/// How far the walk that fills an index has come.
struct VectorWalk {
    /// The row key of the last item that was added; nil before the first.
    var position: [UInt8]?
    /// Items beyond the position that were written since the walk last looked for items.
    var missed: Set<RowKey> = []

    func hasPassed(_ rowKey: [UInt8]) -> Bool {
        guard let position else { return false }
        return !bytesPrecede(position, rowKey)
    }
}

extension WriteTransaction {
    /// Loads what changing the index needs, so that the change cannot fail.
    func prepareChanges(of index: VectorIndexDefinition) throws(OperationError) {
        try prepareTally(index.id)
        if memory.nextVectorSequence == nil {
            memory.nextVectorSequence = try storedSequence()
        }
        if index.status == .creating, memory.vectorWalks[index.id] == nil {
            memory.vectorWalks[index.id] = VectorWalk(
                position: try value(forKey: VectorJournal.walkKey(index.id)))
        }
    }

    private func storedSequence() throws(OperationError) -> UInt64 {
        guard let stored = try value(forKey: VectorJournal.nextSequenceKey) else {
            return VectorJournal.firstSequence
        }
        do throws(CorruptRecord) {
            return try VectorJournal.decodeNextSequence(stored)
        } catch {
            throw .storage(StorageError(error, in: "journal"))
        }
    }

    /// Whether the index holds what it should of the item, so that a write must keep it so. If not,
    /// the walk is told of the write.
    func maintains(_ index: VectorIndexDefinition, at rowKey: [UInt8]) -> Bool {
        guard index.status == .creating, !memory.vectorWalks[index.id]!.hasPassed(rowKey) else {
            return true
        }
        memory.vectorWalks[index.id]!.missed.insert(RowKey(rowKey))
        return false
    }

    /// Makes a change to an index. Cannot fail.
    /// - Returns: what it counts as having written: the larger of the two views, but at least 1 KB.
    @discardableResult
    func apply(
        from old: VectorView?, to new: VectorView?, at rowKey: [UInt8],
        in index: VectorIndexDefinition
    ) -> Int {
        let saved = (new?.savedBytes ?? 0) - (old?.savedBytes ?? 0)
        switch VectorRowChange(from: old?.row, to: new?.row) {
        case .none:
            adjustTally(index.id, items: 0, bytes: 0, saved: saved)
            return 0
        case .remove(let old):
            adjustTally(index.id, items: -1, bytes: -old.sizeBytes, saved: saved)
            addChange(of: index, rowKey, to: nil)
            return ConsumedCapacity.vectorWriteBytes(old.sizeBytes)
        case .put(let old, let new, let movesEntry):
            let oldBytes = old?.sizeBytes ?? 0
            adjustTally(
                index.id, items: old == nil ? 1 : 0, bytes: new.sizeBytes - oldBytes, saved: saved)
            if movesEntry { addChange(of: index, rowKey, to: new.entry) }
            return ConsumedCapacity.vectorWriteBytes(max(oldBytes, new.sizeBytes))
        }
    }

    private func addChange(
        of index: VectorIndexDefinition, _ rowKey: [UInt8], to entry: VectorEntry?
    ) {
        let sequence = memory.nextVectorSequence!
        memory.nextVectorSequence = sequence + 1
        append(VectorJournal.key(index.id, sequence), rowKey)
        vectorChanges.append(
            VectorChange(
                indexID: index.id, sequence: sequence, rowKey: rowKey, entry: entry))
    }

    /// Ends the group: the sequence joins the batch.
    func sealVectorChanges() {
        guard !vectorChanges.isEmpty, let next = memory.nextVectorSequence else { return }
        put(VectorJournal.nextSequenceKey, VectorJournal.encode(nextSequence: next))
    }

    /// Deletes all that the store has of an index.
    func abandonVectors(_ id: UInt32) {
        abandonRows(.vectorJournal, id)
        delete(VectorJournal.walkKey(id))
        memory.vectorWalks[id] = nil
        dropTally(id)
    }

    // MARK: The walk

    /// Notes from now on what is written beyond the walk's position. What was written before is in
    /// the store when this group is.
    func beginWalk(for index: VectorIndexDefinition) throws(OperationError) {
        try prepareChanges(of: index)
        memory.vectorWalks[index.id]!.missed = []
    }

    /// Adds the items up to `last`, or all that were missed when it is nil: those that the walk
    /// found, and those written since it looked.
    func advanceWalk(
        for index: VectorIndexDefinition, of table: TableDefinition, adding found: [[UInt8]],
        through last: [UInt8]?
    ) throws(OperationError) {
        try prepareChanges(of: index)
        var walk = memory.vectorWalks[index.id]!
        let missed = walk.missed.map(\.bytes)
            .filter { key in last.map { !bytesPrecede($0, key) } ?? true }
        let keys = Set((found + missed).map(RowKey.init)).map(\.bytes).sorted(by: bytesPrecede)
        var views: [([UInt8], VectorView)] = []
        for key in keys where !walk.hasPassed(key) {
            guard let record = try record(forKey: key) else { continue }
            views.append((key, VectorView(of: record, in: index, of: table)))
        }
        // Nothing can fail any more.
        for (key, view) in views { apply(from: nil, to: view, at: key, in: index) }
        walk.missed = []
        if let last {
            walk.position = last
            put(VectorJournal.walkKey(index.id), last)
        }
        memory.vectorWalks[index.id] = walk
    }

    /// All items are in the index.
    func endWalk(for index: VectorIndexDefinition) {
        memory.vectorWalks[index.id] = nil
        delete(VectorJournal.walkKey(index.id))
    }
}
