// A key-value store over sealed storage. Keys, and values of a few bytes, are in memory; other values
// are opened when they are read.
//
// What is stored are records, each under a name that is used once, and one head. The head of the last
// commit counts the live records and adds up their keyed numbers: opening reads every record, and so
// finds what was altered, moved, cut short, taken away or put back. A record's keys are of its
// session (Session.swift).
//
// Invariants: the directory names exactly the live records; their sum and count are the head's. A
// commit changes the storage first, in one batch, and then the directory. A file of the directory,
// where there is one, spares the next opening most of the reading (SealedDirectory.swift).
//
// Thread safety: every method may be called from any thread. Commits and snapshots wait for one
// another. A read that finds its record gone waits for the commit that replaced it.

package import MartletKeyValue
internal import Synchronization

package final class SealedStore: KeyValueStore, Sendable {
    struct Writer: Sendable {
        var keyring: Keyring
        var head: SealedHead
        /// nil before the first commit.
        var session: Session?
        /// The last number of the session that was given out.
        var number: UInt64 = 0
        /// What is live of each session.
        var tallies: [UInt32: SessionTally]
        var lastSession: UInt32
        /// What commits left that did not come to their end.
        var leftovers: [RecordName]
        /// Records up to this one may be in the directory's file: their deletions are listed. nil
        /// when there is no file.
        var listed: RecordName?
        /// Lists of deletions that the file needs, and those that nothing needs any more.
        var lists: [RecordName] = []
        var endedLists: [RecordName] = []
        /// Keys that changed since the file; all of them when there is none.
        var changeCount = 0
        var isWritingDirectory = false
        /// A commit failed: what is stored is unknown.
        var isBroken = false
        var isClosed = false
    }

    /// Values up to this length are kept in memory.
    static let inlineBytes = 64

    let storage: any SealedStorage
    /// Keys, and where their values are (`Reference`).
    let directory: MemoryStore
    let sessions: SessionTable
    let writer: Mutex<Writer>
    /// Held while the directory's file is written.
    let writingDirectory = Mutex<Void>(())

    init(
        storage: any SealedStorage, directory: MemoryStore, sessions: SessionTable, writer: Writer
    ) {
        self.storage = storage
        self.directory = directory
        self.sessions = sessions
        self.writer = Mutex(writer)
    }

    /// Commits so far, since the store was made. It never goes back.
    package var version: UInt64 { writer.withLock { $0.head.version } }

    /// The keyring as it is.
    package var keyring: Keyring { writer.withLock { $0.keyring } }

    /// Which part of the live records is under the current data key, from 0 to 1.
    package var shareUnderCurrentKey: Double {
        writer.withLock { writer in
            let current = writer.keyring.currentDataKey.id
            var (count, total) = (0, 0)
            for (id, tally) in writer.tallies {
                total += tally.count
                if sessions[id]?.dataKeyID == current { count += tally.count }
            }
            return total == 0 ? 1 : Double(count) / Double(total)
        }
    }

    /// The keyring as it is stored.
    package func keyringBytes() throws(SealingError) -> [UInt8] {
        guard let bytes = try storage.keyring() else { throw .missing(.keyring(offset: 0)) }
        return bytes
    }

    /// Changes the keyring and stores it, all or nothing.
    ///
    /// - Throws: `wrongKey` when this is not the owner's key.
    package func changeKeyring(
        owner key: Secret, _ change: (inout Keyring) -> Void
    ) throws(SealingError) {
        try writer.withLock { writer throws(SealingError) in
            // Whoever opened the store need not be the owner.
            var changed = try Keyring(keyringBytes(), key: key)
            guard changed.holder == .owner else { throw .wrongKey }
            change(&changed)
            try storage.replaceKeyring(changed.nextBytes())
            if changed.currentDataKey.id != writer.keyring.currentDataKey.id {
                // What comes next is sealed under the new key.
                writer.session = nil
            }
            writer.keyring = changed
        }
    }

    package func snapshot() throws(StorageError) -> any KeyValueSnapshot {
        // Between two commits: records and directory are of one moment.
        try writer.withLock { _ throws(StorageError) in
            SealedSnapshot(
                view: SealedView(
                    keys: try directory.snapshot(), records: try storage.snapshot(),
                    sessions: sessions))
        }
    }

    package func cursor(
        over range: KeyRange, _ direction: ScanDirection
    ) throws(StorageError) -> any KeyValueCursor {
        try snapshot().cursor(over: range, direction)
    }

    package func approximateSizeBytes(of range: KeyRange) throws(StorageError) -> UInt64 {
        // The directory's share of the rows is about that of the storage's bytes.
        let part = try directory.approximateSizeBytes(of: range)
        let whole = max(1, try directory.approximateSizeBytes(of: .all))
        return UInt64(Double(storage.byteCount) * Double(part) / Double(whole))
    }

    package func sync() throws(StorageError) { try storage.sync() }

    package func close() throws(StorageError) {
        let isFirst = writer.withLock { writer in
            defer { writer.isClosed = true }
            return !writer.isClosed
        }
        guard isFirst else { return }
        writeDirectory()
        try directory.close()
        sessions.removeAll()
        try storage.close()
    }

    package var statistics: StoreStatistics {
        var statistics = directory.statistics
        statistics.diskBytes = storage.byteCount
        return statistics
    }
}

/// The sessions whose records there are. Thread-safe.
final class SessionTable: Sendable {
    private let sessions: Mutex<[UInt32: Session]>

    init(_ sessions: [UInt32: Session]) { self.sessions = Mutex(sessions) }

    subscript(id: UInt32) -> Session? { sessions.withLock { $0[id] } }

    func insert(_ session: Session) { sessions.withLock { $0[session.id] = session } }
    func remove(_ id: UInt32) { sessions.withLock { _ = $0.removeValue(forKey: id) } }
    func removeAll() { sessions.withLock { $0 = [:] } }

    /// The ids of data keys that are in use.
    var dataKeyIDs: Set<UInt32> { sessions.withLock { Set($0.values.map(\.dataKeyID)) } }
}
