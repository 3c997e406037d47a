// Where streams learn of changes: below all write paths, in the batch of the item. A table without
// a stream costs one test here.
//
// Sequences are drawn in the order of writes. The next one is kept in memory from group to group
// and written with each group that drew some, so that none comes twice, also after a restart.

internal import MartletCatalog
internal import MartletEncoding
internal import MartletKeyValue

extension WriteTransaction {
    /// Loads what a stream record needs, so that capturing cannot fail.
    func prepareCapture() throws(OperationError) {
        guard memory.nextStreamSequence == nil else { return }
        guard let stored = try value(forKey: StreamKey.nextSequence) else {
            memory.nextStreamSequence = StreamKey.firstSequence
            return
        }
        do throws(CorruptRecord) {
            memory.nextStreamSequence = try StreamKey.decodeNextSequence(stored)
        } catch {
            throw .storage(StorageError(error, in: "stream"))
        }
    }

    /// Adds a record of a change of an item. Cannot fail.
    func capture(
        _ change: ItemChange, from old: ItemRecord?, as view: StreamSettings.ViewType
    ) {
        let table = change.key.table
        let record = StreamRecord(
            from: old, to: change.new?.record, isExpiry: change.isExpiry, view: view,
            key: table.key, now: now)
        append(StreamKey.record(table.id, drawStreamSequence()), record.bytes)
    }

    /// A sequence that nothing had before; `prepareCapture` came first.
    func drawStreamSequence() -> UInt64 {
        let sequence = memory.nextStreamSequence!
        memory.nextStreamSequence = sequence + 1
        hasDrawnStreamSequence = true
        return sequence
    }

    /// Ends the group: the next sequence joins the batch.
    func sealStreams() {
        guard hasDrawnStreamSequence else { return }
        put(StreamKey.nextSequence, StreamKey.encode(nextSequence: memory.nextStreamSequence!))
    }
}
