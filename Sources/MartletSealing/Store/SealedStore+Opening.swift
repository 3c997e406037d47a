// Opening reads every record: each is opened, and all together must be those of the last commit.
//
// In a storage that does not commit as a whole, a commit that did not come to its end leaves new
// records without the head that tells of them, or old ones that the head says are deleted. Both are
// told apart from what somebody put there: the first have numbers above the head's, the second are
// named by it.

internal import MartletKeyValue
internal import Synchronization

extension SealedStore {
    /// Makes an empty store in an empty storage.
    package convenience init(
        creatingIn storage: any SealedStorage, _ keyring: Keyring
    ) throws(SealingError) {
        var keyring = keyring
        try storage.replaceKeyring(keyring.nextBytes())
        self.init(
            storage: storage, directory: MemoryStore(), sessions: SessionTable([:]),
            writer: Writer(
                keyring: keyring, head: SealedHead(), counts: [:], lastSession: 0, leftovers: []))
        // There is a head and an anchor from the beginning, so neither can be missing later.
        var batch = WriteBatch()
        batch.deleteRange(KeyRange.all)
        do throws(StorageError) {
            try commit(batch, .sync)
        } catch {
            throw .storage(error)
        }
    }

    /// - Parameter version: data of an earlier version is refused.
    /// - Throws: `wrongKey` before any record is read; what is wrong with the data; `rolledBack`.
    package convenience init(
        opening storage: any SealedStorage, key: Secret, atLeast version: UInt64 = 0
    ) throws(SealingError) {
        guard let bytes = try storage.keyring() else { throw .missing(.keyring(offset: 0)) }
        try self.init(
            opening: storage, Keyring(bytes, key: key), atLeast: version)
    }

    convenience init(
        opening storage: any SealedStorage, _ keyring: Keyring, atLeast version: UInt64
    ) throws(SealingError) {
        var loader = SealedLoader(keyring)
        do throws(SealingError) {
            try storage.forEachRecord { name, bytes throws(SealingError) in
                try loader.take(name, bytes)
            }
        } catch {
            throw try loader.explained(error, in: storage)
        }
        let directory = MemoryStore()
        try loader.finish(into: directory)
        guard let anchor = try storage.anchor() else { throw .missing(.anchor) }
        let expected = max(version, try Anchor.version(anchor, keyring))
        guard loader.head.version >= expected else {
            throw .rolledBack(version: loader.head.version, expected: expected)
        }
        self.init(
            storage: storage, directory: directory, sessions: SessionTable(loader.sessions),
            writer: Writer(
                keyring: keyring, head: loader.head, counts: loader.counts,
                lastSession: loader.sessions.keys.max() ?? 0, leftovers: loader.leftovers))
    }
}

/// Takes records one by one.
private struct SealedLoader {
    /// Of a session, to say of a record that does not open whether it is another's.
    private static let triedNumbers: UInt64 = 4096

    let keyring: Keyring
    var head = SealedHead()
    var sessions: [UInt32: Session] = [:]
    var counts: [UInt32: Int] = [:]
    var leftovers: [RecordName] = []

    private var hasHead = false
    /// The head comes first, but is opened with its session, which comes later.
    private var headBytes: [UInt8] = []
    private var ignored: Set<RecordName> = []
    private var sum: UInt128 = 0
    private var liveCount: UInt64 = 0
    private var entries: [(key: [UInt8], reference: [UInt8])] = []
    private var lastRecord: RecordName?

    init(_ keyring: Keyring) { self.keyring = keyring }

    mutating func take(_ name: RawSpan, _ bytes: RawSpan) throws(SealingError) {
        if let record = RecordName(name) { return try take(record, bytes) }
        switch (name.byteCount, name.byteCount > 0 ? name.unsafeLoad(as: UInt8.self) : 0) {
        case (1, SealedKind.head.rawValue): headBytes = bytes.withUnsafeBytes { Array($0) }
        case (5, SealedKind.session.rawValue):
            let id = UInt32(
                bigEndian: name.unsafeLoadUnaligned(fromByteOffset: 1, as: UInt32.self))
            let record = bytes.withUnsafeBytes { Array($0) }
            sessions[id] = try Session(reading: record, id, keyring)
            counts[id] = 0
        default: throw .altered(.records)
        }
    }

    /// After the sessions, before the first record.
    private mutating func openHead() throws(SealingError) {
        if hasHead { return }
        guard !headBytes.isEmpty else { throw .missing(.head) }
        head = try SealedHead(headBytes, sessions)
        ignored = Set(head.deleted)
        head.deleted = []
        hasHead = true
    }

    private mutating func take(_ name: RecordName, _ bytes: RawSpan) throws(SealingError) {
        try openHead()
        lastRecord = name
        let isUncommitted =
            name.session > head.name.session
            || name.session == head.name.session && name.number > head.name.number
        if isUncommitted || !ignored.isEmpty && ignored.contains(name) {
            leftovers.append(name)
            return
        }
        guard let session = sessions[name.session] else {
            throw .missing(.session(name.session))
        }
        let record = try OpenedRecord(bytes, name, session.seal)
        sum &+= session.numbers(name.number)
        liveCount += 1
        counts[name.session]! += 1
        let value = record.value
        let reference = Reference.bytes(
            name, inline: value.count <= SealedStore.inlineBytes ? value : nil)
        entries.append((Array(record.key), reference))
    }

    mutating func finish(into directory: MemoryStore) throws(SealingError) {
        try openHead()
        if liveCount < head.liveCount { throw .missing(.records) }
        if liveCount > head.liveCount { throw .replayed(.records) }
        if sum != head.sum { throw .replayed(.records) }
        // In order, so that the directory's nodes are filled one after the other.
        entries.sort { $0.key.precedes($1.key) }
        do throws(StorageError) {
            var batch = WriteBatch(capacityBytes: 1 << 20)
            for (key, reference) in entries {
                batch.put(key, reference)
                if batch.byteCount > 1 << 20 {
                    try directory.commit(batch, .async)
                    batch.removeAll(keepingCapacity: true)
                }
            }
            try directory.commit(batch, .async)
        } catch {
            throw .storage(error)
        }
        entries = []
    }

    /// Whether a record that does not open is another's.
    func explained(
        _ error: SealingError, in storage: any SealedStorage
    ) throws(SealingError) -> SealingError {
        guard case .altered(let place) = error, let name = lastRecord, place == name.place else {
            return error
        }
        var sealed: [UInt8] = []
        do throws(StorageError) {
            _ = try storage.withRecord(named: name.bytes) { bytes in
                sealed = bytes.withUnsafeBytes { Array($0) }
            }
        } catch {
            return .storage(error)
        }
        // Trying is all there is; beyond these many it takes too long.
        for session in sessions.values {
            let last = session.id == head.name.session ? head.name.number : Self.triedNumbers
            for number in 0...min(last, Self.triedNumbers) {
                let other = RecordName(session: session.id, number: number)
                if (try? OpenedRecord(sealed.span.bytes, other, session.seal)) != nil {
                    return .moved(place)
                }
            }
        }
        return error
    }
}
