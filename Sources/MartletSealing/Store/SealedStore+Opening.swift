// Opening reads the directory's file and the records that came after it; without a file, or where
// anything does not fit, every record. The live records must be those of the last commit.
//
// In a storage that does not commit as a whole, a commit that did not come to its end leaves new
// records without the head that tells of them, or old ones that the head says are deleted. Both are
// told apart from what somebody put there: the first have numbers above the head's, the second are
// named by it.

internal import Glibc
internal import MartletKeyValue
internal import MartletVectors
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
                keyring: keyring, head: SealedHead(), tallies: [:], lastSession: 0, leftovers: []))
        // There is a head and an anchor from the beginning, so neither can be missing later.
        var batch = WriteBatch()
        batch.deleteRange(KeyRange.all)
        do throws(StorageError) {
            try commit(batch, .sync)
        } catch {
            throw .storage(error)
        }
    }

    /// - Parameters:
    ///   - version: data of an earlier version is refused.
    ///   - begun: the directory's file, if somebody began to read it.
    /// - Throws: `wrongKey` before any record is read; what is wrong with the data; `rolledBack`.
    package convenience init(
        opening storage: any SealedStorage, key: Secret, atLeast version: UInt64 = 0,
        begun: BegunDirectory? = nil
    ) throws(SealingError) {
        guard let bytes = try storage.keyring() else { throw .missing(.keyring(offset: 0)) }
        try self.init(
            opening: storage, Keyring(bytes, key: key), atLeast: version, begun)
    }

    convenience init(
        opening storage: any SealedStorage, _ keyring: Keyring, atLeast version: UInt64,
        _ begun: BegunDirectory?
    ) throws(SealingError) {
        let quick = try Self.quickly(storage, keyring, begun)
        let loaded = if let quick { quick } else { try Self.fully(storage, keyring) }
        let loader = loaded.loader
        guard let anchor = try storage.anchor() else { throw .missing(.anchor) }
        let expected = max(version, try Anchor.version(anchor, keyring))
        guard loader.head.version >= expected else {
            throw .rolledBack(version: loader.head.version, expected: expected)
        }
        self.init(
            storage: storage, directory: loaded.directory,
            sessions: SessionTable(loader.sessions),
            writer: Writer(
                keyring: keyring, head: loader.head, tallies: loader.tallies,
                lastSession: loader.sessions.keys.max() ?? 0, leftovers: loader.leftovers,
                listed: loaded.listed, lists: loader.lists, endedLists: loader.endedLists,
                changeCount: loaded.changeCount))
    }

    private struct Loaded {
        let loader: SealedLoader
        let directory: MemoryStore
        /// What the directory's file knows of.
        var listed: RecordName?
        let changeCount: Int
    }

    /// Every record.
    private static func fully(
        _ storage: any SealedStorage, _ keyring: Keyring
    ) throws(SealingError) -> Loaded {
        var loader = SealedLoader(keyring)
        do throws(SealingError) {
            try storage.forEachRecord { name, bytes throws(SealingError) in
                try loader.take(name, bytes)
            }
        } catch {
            throw try loader.explained(error, in: storage)
        }
        // There is no file, or one that was of no use.
        loader.endedLists += loader.lists
        loader.lists = []
        let directory = try loader.finish(nil)
        return Loaded(
            loader: loader, directory: directory, changeCount: Int(loader.head.liveCount))
    }

    /// The directory's file, and what came after it.
    /// - Returns: nil when something is missing or does not fit: reading everything says what.
    private static func quickly(
        _ storage: any SealedStorage, _ keyring: Keyring, _ begun: BegunDirectory?
    ) throws(SealingError) -> Loaded? {
        guard let path = storage.directoryPath, access(path, R_OK) == 0 else { return nil }
        var loader = SealedLoader(keyring)
        do {
            func take(from lower: [UInt8], below kind: UInt8) throws(SealingError) {
                try storage.forEachRecord(from: lower, below: [kind]) {
                    name, bytes throws(SealingError) in try loader.take(name, bytes)
                }
            }
            try take(from: SealedFormat.headName, below: SealedKind.record.rawValue)
            let deletions = SealedKind.deletions.rawValue
            try take(from: [deletions], below: deletions + 1)
            guard try loader.openHead() else { return nil }
            var file =
                if let begun { try begun.get() } else { try SealedDirectory(path: path, keyring) }
            file.remove(loader.deleted)
            guard file.head <= loader.head.name else { return nil }
            loader.endLists(before: file.head)
            let next = RecordName(session: file.head.session, number: file.head.number + 1)
            try take(from: next.bytes, below: deletions)
            let changeCount = loader.changeCount
            let directory = try loader.finish(file)
            return Loaded(
                loader: loader, directory: directory, listed: file.head, changeCount: changeCount)
        } catch {
            return nil
        }
    }
}

/// Takes records one by one.
private struct SealedLoader {
    /// Of a session, to say of a record that does not open whether it is another's.
    private static let triedNumbers: UInt64 = 4096

    let keyring: Keyring
    var head = SealedHead()
    var sessions: [UInt32: Session] = [:]
    var tallies: [UInt32: SessionTally] = [:]
    var leftovers: [RecordName] = []
    var lists: [RecordName] = []
    var endedLists: [RecordName] = []
    /// What the lists name.
    private(set) var deleted: Set<RecordName> = []
    var changeCount: Int { entries.count + deleted.count }

    private var hasHead = false
    /// The head comes first, but is opened with its session, which comes later.
    private var headBytes: [UInt8] = []
    private var ignored: Set<RecordName> = []
    private var entries: [(key: [UInt8], reference: [UInt8])] = []
    private var lastRecord: RecordName?

    init(_ keyring: Keyring) { self.keyring = keyring }

    mutating func take(_ name: RawSpan, _ bytes: RawSpan) throws(SealingError) {
        if let record = RecordName(name) { return try take(record, bytes) }
        if let list = RecordName(name, of: .deletions) { return try take(list: list, bytes) }
        switch (name.byteCount, name.byteCount > 0 ? name.unsafeLoad(as: UInt8.self) : 0) {
        case (1, SealedKind.head.rawValue): headBytes = bytes.withUnsafeBytes { Array($0) }
        case (5, SealedKind.session.rawValue):
            let id = UInt32(
                bigEndian: name.unsafeLoadUnaligned(fromByteOffset: 1, as: UInt32.self))
            let record = bytes.withUnsafeBytes { Array($0) }
            sessions[id] = try Session(reading: record, id, keyring)
            tallies[id] = SessionTally()
        default: throw .altered(.records)
        }
    }

    /// After the sessions, before the first record.
    /// - Returns: true.
    @discardableResult
    mutating func openHead() throws(SealingError) -> Bool {
        if hasHead { return true }
        guard !headBytes.isEmpty else { throw .missing(.head) }
        head = try SealedHead(headBytes, sessions)
        ignored = Set(head.deleted)
        head.deleted = []
        hasHead = true
        return true
    }

    /// Lists are needed with the directory's file only, so one that does not open only makes that
    /// useless.
    private mutating func take(list name: RecordName, _ bytes: RawSpan) throws(SealingError) {
        try openHead()
        guard name < head.name, let session = sessions[name.session],
            let names = DeletionList.names(in: bytes, session.seal, name.number)
        else {
            endedLists.append(name)
            return
        }
        lists.append(name)
        deleted.formUnion(names)
    }

    /// Lists that the directory's file does not need.
    mutating func endLists(before head: RecordName) {
        endedLists += lists.filter { $0 < head }
        lists.removeAll { $0 < head }
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
        tallies[name.session]!.add(session.numbers(name.number))
        let value = record.value
        let reference = Reference.bytes(
            name, inline: value.count <= SealedStore.inlineBytes ? value : nil)
        entries.append((Array(record.key), reference))
    }

    /// - Parameter file: what there was before the records that were taken, without what `deleted`
    ///   names.
    mutating func finish(_ file: SealedDirectory?) throws(SealingError) -> MemoryStore {
        try openHead()
        if let file { try add(file) }
        let liveCount = tallies.values.reduce(0) { $0 + $1.count }
        let sum = tallies.values.reduce(UInt128(0)) { $0 &+ $1.sum }
        if liveCount < head.liveCount { throw .missing(.records) }
        if liveCount > head.liveCount { throw .replayed(.records) }
        if sum != head.sum { throw .replayed(.records) }
        entries.sort { $0.key.precedes($1.key) }
        defer { entries = [] }
        guard let file else {
            return MemoryStore(ascending: entries.map(\.key), entries.map(\.reference))
        }
        let directory = MemoryStore(ascending: file.keys, file.references)
        do throws(StorageError) {
            var batch = WriteBatch()
            for (key, reference) in entries { batch.put(key, reference) }
            try directory.commit(batch, .async)
        } catch {
            throw .storage(error)
        }
        // No key twice.
        guard directory.statistics.approximateRowCount == head.liveCount else {
            throw .replayed(.records)
        }
        return directory
    }

    /// The file's records, but for those that were deleted since.
    private mutating func add(_ file: SealedDirectory) throws(SealingError) {
        // What the last commit deleted may still be there.
        leftovers += ignored.filter { $0 <= file.head }
        var left = file.tallies
        for name in deleted where name <= file.head {
            // Of a session that ended there is nothing left.
            guard let session = sessions[name.session] else { continue }
            left[name.session]?.remove(session.numbers(name.number))
        }
        for (id, tally) in left where sessions[id] != nil {
            tallies[id]!.count += tally.count
            tallies[id]!.sum &+= tally.sum
        }
        // None is left of a session that is not there any more.
        let rest = left.reduce(into: 0) { if sessions[$1.key] != nil { $0 += $1.value.count } }
        guard rest == file.keys.count else { throw .missing(.records) }
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
