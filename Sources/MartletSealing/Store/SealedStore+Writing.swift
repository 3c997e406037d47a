package import MartletKeyValue
internal import Synchronization

extension SealedStore {
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
                let old = Set(writer.counts.keys.filter { sessions[$0]?.dataKeyID != current })
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
