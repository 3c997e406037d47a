// When journal lines are deleted, and what keeps the graph as it should be.

internal import MartletCatalog
internal import MartletIndexes
internal import MartletKeyValue
internal import MartletVectors
internal import Synchronization

extension LiveVectorIndex {
    /// The index is made from the items when the database is opened, so lines of what was carried
    /// serve no purpose.
    private static let uselessJournal = 1000

    /// What keeps memory, speed and the journal as they should be; between other work.
    func tidy(_ committer: Committer?) {
        repairIfNeeded()
        guard let committer else { return }
        let (lineCount, position) = book.withLock { book in
            (book.remaining == nil ? book.lineCount : 0, book.carriedSequence)
        }
        guard lineCount > Self.uselessJournal else { return }
        deleteLines(before: position, committer)
    }

    /// Whether something is to be done some time after the last change.
    var waitsForIdleness: Bool { book.withLock { $0.hasFailed } }

    /// The database is closed: the commit thread and the carrier have ended.
    func close() {}

    func removeFiles() { files?.remove() }

    private func lines(before position: UInt64) -> KeyRange {
        KeyRange(
            lower: VectorJournal.prefix(definition.id),
            upper: VectorJournal.key(definition.id, position))
    }

    /// Does not wait: the commit thread may be waiting for the carrier.
    private func deleteLines(before position: UInt64, _ committer: Committer) {
        book.withLock { $0.lineCount = $0.pending.count }
        let range = lines(before: position)
        committer.enqueue { transaction in
            transaction.deleteRange(range)
            return { _ in }
        }
        committer.wakeThreads()
    }

    private func repairIfNeeded() {
        let graph = book.withLock { $0.graph }
        guard graph.needsRepair else { return }
        // Slots that will be used again must not stand for an item whose change is still pending.
        let retired = graph.repair()
        book.withLock { book in
            guard book.graph === graph else { return }
            for slot in retired {
                book.keys.remove(slot)
                postings.withLock { $0.clear(slot) }
            }
        }
    }
}
