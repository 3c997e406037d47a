// When files are written and journal lines are deleted.
//
// The journal's line at a checkpoint's position stays: a file is of this store, and of a state that
// the store has not lost, exactly if the line that it names is there. So the file of another
// database, or one that is older than the journal or newer than the store, is known for what it is.

internal import MartletCatalog
internal import MartletIndexes
internal import MartletKeyValue
internal import MartletThreads
internal import MartletVectors
internal import Synchronization

extension LiveVectorIndex {
    /// After so many lines a checkpoint is written if nothing has changed for a while.
    private static let idleJournal = 1000
    private static let idleDuration = Duration.seconds(5)
    /// A line takes about so long to be carried again after a restart as it takes to write so many
    /// bytes.
    private static let bytesPerLine = 100_000
    /// Without files, lines serve no purpose.
    private static let uselessJournal = 1000

    /// What keeps memory, speed and the journal as they should be; between other work.
    func tidy(_ committer: Committer?, threads: Int = 1) {
        loadIfNeeded()
        followCodeUse(threads: threads)
        makeColumnsIfNeeded()
        repairIfNeeded()
        guard let committer else { return }
        let now = ContinuousClock.now
        let asked = book.withLock { $0.errands[.checkpoint] }
        defer { note(.checkpoint, asked) }
        let (lineCount, itemCount, isIdle, position) = book.withLock { book in
            (
                book.remaining == nil && book.writesAgain ?? now <= now ? book.lineCount : 0,
                book.graph.count,
                book.pending.count == 0 && book.lastChange.duration(to: now) > Self.idleDuration,
                book.carriedSequence
            )
        }
        if files == nil {
            guard lineCount > Self.uselessJournal else { return }
            deleteLines(before: position, committer)
        } else if lineCount > max(options.vectorJournalLimit, itemCount / 5)
            || isIdle && lineCount > Self.idleJournal || asked.isOpen && lineCount > 0
        {
            guard let position = writeCheckpoint() else { return }
            deleteLines(before: position, committer)
        }
    }

    /// Whether something is to be done some time after the last change.
    var waitsForIdleness: Bool {
        book.withLock { book in
            book.hasFailed
                || files != nil && book.remaining == nil && book.lineCount > Self.idleJournal
        }
    }

    /// The database is closed: the commit thread and the carrier have ended.
    func close() {
        let pays = book.withLock { book in
            book.remaining == nil && book.lineCount * Self.bytesPerLine > byteCount(of: book)
        }
        guard pays, let position = writeCheckpoint(), !options.sharesRows else { return }
        var batch = WriteBatch()
        batch.deleteRange(lines(before: position))
        // Otherwise they are carried again after the next start, for nothing.
        try? store.commit(batch, .async)
    }

    /// About what a checkpoint takes.
    private func byteCount(of book: borrowing Book) -> Int {
        let graph = book.graph.statistics
        return graph.inMemory + graph.mapped + book.keys.byteCount
            + postings.withLock { $0.byteCount }
    }

    private func lines(before position: UInt64) -> KeyRange {
        KeyRange(
            lower: VectorJournal.prefix(definition.id),
            upper: VectorJournal.key(definition.id, position))
    }

    /// Does not wait: the commit thread may be waiting for the carrier.
    private func deleteLines(before position: UInt64, _ committer: Committer) {
        let hasPublished = book.withLock { book in
            book.lineCount = book.pending.count
            return book.hasPublished
        }
        if options.sharesRows, !hasPublished { return }
        let range = lines(before: position)
        committer.enqueue { transaction in
            transaction.deleteRange(range)
            return { _ in }
        }
        committer.wakeThreads()
    }

    /// All files of the index go: it was dropped.
    func removeFiles() { files?.remove() }

    /// Brings into memory what should be there and was mapped to be open at once.
    private func loadIfNeeded() {
        let (graph, isMapped) = book.withLock { book in
            defer { book.isToBeLoaded = false }
            return (book.graph, book.isToBeLoaded)
        }
        guard isMapped else { return }
        postings.withLock { $0.linkIfNeeded() }
        do throws(VectorError) {
            try graph.loadIntoMemory()
        } catch {
            // With memory short, the rest stays mapped.
            if case .indexFull = error { return }
            do throws(StorageError) {
                try abandon(graph, because: error)
            } catch {
                noteFailure(true)
                book.withLock { $0.isToBeLoaded = true }
            }
        }
    }

    /// Has the graph make codes or let go of them, as the catalogue says. Any thread may call it:
    /// when it returns, the graph has followed what was said before.
    func followCodeUse(threads: Int) {
        codeWork.withLock { _ in
            while true {
                let graph = book.withLock { $0.graph }
                let wanted = codeUse.withLock { $0 }
                if graph.codeUse == wanted { return }
                do throws(VectorError) {
                    try graph.setCodeUse(wanted, threads: threads)
                } catch {
                    do throws(StorageError) {
                        try abandon(graph, because: error)
                    } catch {
                        noteFailure(true)
                        return
                    }
                }
            }
        }
    }

    private func note(_ errand: CarrierErrand, _ asked: CarrierErrands.Tally) {
        book.withLock { book in
            book.errands[errand].doneCount = max(
                book.errands[errand].doneCount, asked.askedCount)
        }
    }

    private func repairIfNeeded() {
        let (graph, asked) = book.withLock { ($0.graph, $0.errands[.repair]) }
        defer { note(.repair, asked) }
        guard asked.isOpen || graph.needsRepair else { return }
        // Slots that will be used again must not stand for an item whose change is still pending.
        let retired = graph.repair()
        if definition.metadata != nil {
            loadColumnsIfNeeded()
            columns.withLock { columns in
                for slot in retired { columns.clear(slot) }
            }
        }
        book.withLock { book in
            guard book.graph === graph else { return }
            for slot in retired {
                book.keys.remove(slot)
                postings.withLock { $0.clear(slot) }
            }
        }
    }
}
