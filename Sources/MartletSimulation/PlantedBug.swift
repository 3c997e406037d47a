// Bugs to be found: tests of the tester. Each stands for a mistake in the engine, made between the
// engine and the disk, so that no code that ships has a place for it.

internal import MartletEncoding
internal import MartletKeyValue
internal import Synchronization

package enum PlantedBug: String, Sendable, CaseIterable {
    /// Commits are answered before they are synced.
    case skippedSync
    /// A commit that the power cuts short takes place by half.
    case tornBatch
    /// Now and then an index keeps the row of an item that left it.
    case forgottenIndexDelete
    /// Now and then an index does not get the row of an item.
    case forgottenIndexRow
    /// Now and then an item stays that was deleted.
    case forgottenDelete
    /// Now and then a change of a vector is not in the journal.
    case lostJournalLine
    /// Two records of one commit are in each other's place.
    case streamOutOfOrder
    /// Now and then a change is not in the stream.
    case lostStreamRecord
    /// Now and then a count is not written.
    case staleTally
    /// Now and then an item that expires gets no expiry row.
    case forgottenExpiryRow
    /// Of a transaction with several items, the last one is not written.
    case halfTransaction
    /// Tokens of transactions are not remembered.
    case forgottenToken
    /// Writes beside a copy leave no history, so a backup has some that came after it.
    case lateWritesInBackup
    /// The catalogue gives an id out again after a restart.
    case reusedNumber

    /// Not a bug: replaying a journal twice is allowed. The tester must not complain.
    case journalLineTwice

    package static var harmful: [PlantedBug] { allCases.filter { $0 != .journalLineTwice } }
}

/// A store that makes the mistake. Thread safety: that of the store inside.
final class PlantedStore: LayeredStore {
    let base: any KeyValueStore
    private let bug: PlantedBug
    /// So many chances to make the mistake there were.
    private let chances = Mutex(0)

    init(_ base: SimulatedDisk, _ bug: PlantedBug) {
        self.base = base
        self.bug = bug
        if bug == .tornBatch { base.tearBatches() }
    }

    func commit(_ batch: borrowing WriteBatch, _ durability: Durability) throws(StorageError) {
        try base.commit(changed(batch), bug == .skippedSync ? .async : durability)
    }

    /// Every third chance is taken.
    private func isTaken() -> Bool {
        chances.withLock { chances in
            chances += 1
            return chances % 3 == 0
        }
    }

    private func changed(_ batch: borrowing WriteBatch) -> WriteBatch {
        var records: [[UInt8]] = []
        var itemCount = 0
        var hasToken = false
        batch.forEachChange { change in
            guard case .put(let key, let value) = change, let space = Self.space(key) else {
                return
            }
            if space == .streamRecord, key.count > 1 { records.append(Array(value)) }
            if space == .item { itemCount += 1 }
            if space == .transactionToken { hasToken = true }
        }
        var result = WriteBatch()
        var (seenItems, seenRecords) = (0, 0)
        batch.forEachChange { change in
            switch change {
            case .put(let key, _):
                let space = Self.space(key)
                if space == .item { seenItems += 1 }
                let drops =
                    switch (bug, space) {
                    case (.forgottenIndexRow, .indexRow), (.staleTally, .tally),
                        (.forgottenExpiryRow, .expiry):
                        isTaken()
                    case (.lostJournalLine, .vectorJournal), (.lostStreamRecord, .streamRecord):
                        key.count > 1 && isTaken()
                    case (.halfTransaction, .item):
                        hasToken && itemCount > 1 && seenItems == itemCount
                    case (.forgottenToken, .transactionToken), (.lateWritesInBackup, .history):
                        true
                    case (.reusedNumber, .catalog): key.count == 1
                    default: false
                    }
                if drops { return }
                if bug == .streamOutOfOrder, space == .streamRecord, key.count > 1 {
                    seenRecords += 1
                    return result.put(Array(key), records[records.count - seenRecords])
                }
                result.add(change)
                if bug == .journalLineTwice, space == .vectorJournal { result.add(change) }
            case .delete(let key):
                let space = Self.space(key)
                if bug == .forgottenIndexDelete, space == .indexRow, isTaken() { return }
                if bug == .forgottenDelete, space == .item, isTaken() { return }
                result.add(change)
            case .deleteRange: result.add(change)
            }
        }
        return result
    }

    private static func space(_ key: UnsafeRawBufferPointer) -> KeySpace? {
        key.first.flatMap(KeySpace.init(rawValue:))
    }
}
