internal import Glibc
package import MartletKeyValue
internal import MartletThreads
internal import Synchronization

extension SealedStore {
    /// So many keys at least change before the directory's file is written anew.
    private static let changeLimit = 20_000

    package func commit(
        _ batch: borrowing WriteBatch, _ durability: Durability
    ) throws(StorageError) {
        try writer.withLock { writer throws(StorageError) in
            if batch.isEmpty {
                if durability == .sync { try storage.sync() }
                return
            }
            var commit = SealedCommit(
                writer, directory, sessions, roomFor: batch.byteCount)
            try commit.take(batch)
            try apply(&commit, to: &writer, durability)
        }
    }

    /// Stores a commit, and has the directory and the writer follow.
    func apply(
        _ commit: inout SealedCommit, to writer: inout Writer, _ durability: Durability
    ) throws(StorageError) {
        if writer.isClosed { throw .closed }
        guard !writer.isBroken else {
            throw .readOnly("a write failed, and what it left is unknown")
        }
        commit.finish()
        // Readers may find the records before they are told of them.
        if let session = commit.newSession { sessions.insert(session) }
        do throws(StorageError) {
            try storage.commit(commit.batch, durability)
        } catch {
            writer.isBroken = true
            throw error
        }
        try directory.commit(commit.directoryBatch, .async)
        for session in commit.endedSessions { sessions.remove(session) }
        writer = commit.writer
        if durability == .sync {
            try storage.noteAnchor(Anchor.bytes(version: writer.head.version, writer.keyring))
        }
        if storage.directoryPath != nil, !writer.isWritingDirectory,
            writer.changeCount >= max(Self.changeLimit, Int(writer.head.liveCount) / 4)
        {
            writer.isWritingDirectory = true
            startThread { [self] in writeDirectory() }
        }
    }

    /// Seals anew some of the records that are under old data keys. Others may commit between calls:
    /// what they write is under the current one.
    ///
    /// - Parameter start: where to begin: the empty key, then what the last call returned.
    /// - Returns: where to go on; nil when all is under the current data key.
    package func resealSome(
        from start: [UInt8], limitBytes: Int = 1 << 20
    ) throws(SealingError) -> [UInt8]? {
        do throws(StorageError) {
            return try writer.withLock { writer throws(StorageError) in
                let current = writer.keyring.currentDataKey.id
                if start.isEmpty { forgetDirectory(&writer) }
                let old = Set(writer.tallies.keys.filter { sessions[$0]?.dataKeyID != current })
                var commit = SealedCommit(writer, directory, sessions, roomFor: limitBytes)
                let view = SealedView(keys: directory, records: storage, sessions: sessions)
                let range = KeyRange(lower: start, upper: nil)
                let cursor = try directory.cursor(over: range, .forward)
                var moved = 0
                var next: [UInt8]?
                while let (key, bytes) = try cursor.next() {
                    let reference = Reference(bytes.span.bytes)
                    guard old.contains(reference.name.session) else { continue }
                    if moved >= limitBytes {
                        next = key
                        break
                    }
                    guard let value = try view.values(of: [bytes]).values[0] else {
                        throw .missing(reference.name)
                    }
                    try commit.put(key, value)
                    moved += value.count + 64
                }
                // Also without records: old sessions go with a commit.
                try apply(&commit, to: &writer, .sync)
                return next
            }
        } catch {
            throw .storage(error)
        }
    }

    /// Writes the directory's file, so that the next opening is quick; commits go on meanwhile. If it
    /// cannot be written, opening reads everything.
    package func writeDirectory() {
        guard let path = storage.directoryPath else { return }
        writingDirectory.withLock { _ in
            let moment = writer.withLock { writer -> (Writer, any KeyValueSnapshot)? in
                guard !writer.isBroken, writer.listed == nil || writer.changeCount > 0,
                    let rows = try? directory.snapshot()
                else {
                    writer.isWritingDirectory = false
                    return nil
                }
                let moment = writer
                // From now on, for the file that will be there.
                writer.listed = writer.head.name
                writer.changeCount = 0
                return (moment, rows)
            }
            guard let (state, rows) = moment else { return }
            do throws(SealedDirectoryError) {
                try SealedDirectory.write(
                    path, state.head.name, state.tallies, rows, state.keyring)
                writer.withLock { writer in
                    writer.isWritingDirectory = false
                    // Meanwhile its data key may have been given up.
                    guard writer.listed != nil else {
                        unlink(path)
                        return
                    }
                    let ended = Set(state.lists)
                    writer.lists.removeAll { ended.contains($0) }
                    writer.endedLists += state.lists
                }
            } catch {
                writer.withLock { writer in
                    writer.isWritingDirectory = false
                    writer.changeCount += state.changeCount
                }
            }
        }
    }

    /// Removes the directory's file, which is under a data key that is to go.
    private func forgetDirectory(_ writer: inout Writer) {
        guard let path = storage.directoryPath else { return }
        unlink(path)
        writer.listed = nil
        writer.endedLists += writer.lists
        writer.lists = []
        writer.changeCount = Int(writer.head.liveCount)
    }

    /// Forgets the data keys under which no record is sealed any more.
    package func forgetOldDataKeys(owner key: Secret) throws(SealingError) {
        let used = sessions.dataKeyIDs
        let (version, keyring) = writer.withLock { ($0.head.version, $0.keyring) }
        do throws(StorageError) {
            // It may be under a key that goes.
            try storage.noteAnchor(Anchor.bytes(version: version, keyring))
        } catch {
            throw .storage(error)
        }
        try changeKeyring(owner: key) { $0.removeDataKeys(except: used) }
    }
}
