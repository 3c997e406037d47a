// One commit: what goes to the storage and to the directory, and what the writer will be if it is
// stored. Puts of new records come first, then the head, then deletions.
//
// Used by the writer, under its lock.

internal import MartletKeyValue

struct SealedCommit: ~Copyable {
    var batch: WriteBatch
    var directoryBatch = WriteBatch()
    private(set) var writer: SealedStore.Writer
    /// Begun by this commit.
    private(set) var newSession: Session?
    /// Nothing of them is live any more.
    private(set) var endedSessions: [UInt32] = []

    private let directory: MemoryStore
    private let sessions: SessionTable
    private let session: Session
    /// Keys that this commit changed; nil for those it deleted.
    private var changed: [[UInt8]: RecordName?] = [:]
    private var deleted: [RecordName] = []
    private var scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 16)

    init(
        _ writer: SealedStore.Writer, _ directory: MemoryStore, _ sessions: SessionTable,
        roomFor byteCount: Int
    ) {
        var writer = writer
        batch = WriteBatch(capacityBytes: byteCount + byteCount / 2 + 512)
        self.directory = directory
        self.sessions = sessions
        if let session = writer.session {
            self.session = session
        } else {
            let session = Session(new: writer.lastSession + 1, writer.keyring)
            self.session = session
            newSession = session
            writer.session = session
            writer.lastSession = session.id
            writer.number = 0
            writer.tallies[session.id] = SessionTally()
            batch.put(RecordName.sessionName(session.id), session.record)
        }
        self.writer = writer
    }

    deinit { scratch.deallocate() }

    mutating func take(_ source: borrowing WriteBatch) throws(StorageError) {
        // Only a directory that was closed meanwhile cannot be read.
        var failure: StorageError?
        source.forEachChange { change in
            guard failure == nil else { return }
            do throws(StorageError) {
                switch change {
                case .put(let key, let value): try put(key, value)
                case .delete(let key): try delete(Array(key))
                case .deleteRange(let lower, let upper):
                    try deleteRange(KeyRange(lower: Array(lower), upper: upper.map { Array($0) }))
                }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
    }

    mutating func put(
        _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
    ) throws(StorageError) {
        let copy = Array(key)
        try forget(copy)
        writer.number += 1
        let name = RecordName(session: session.id, number: writer.number)
        changed[copy] = .some(name)
        let keyed = session.numbers(name.number)
        writer.tallies[name.session, default: SessionTally()].add(keyed)
        writer.head.liveCount += 1
        writer.head.sum &+= keyed
        putSealed(key, value, name)
        directoryBatch.put(
            copy,
            Reference.bytes(name, inline: value.count <= SealedStore.inlineBytes ? value : nil))
    }

    mutating func put(_ key: [UInt8], _ value: [UInt8]) throws(StorageError) {
        try key.span.withUnsafeBytes { key throws(StorageError) in
            try value.span.withUnsafeBytes { value throws(StorageError) in try put(key, value) }
        }
    }

    private mutating func putSealed(
        _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, _ name: RecordName
    ) {
        let byteCount = OpenedRecord.headBytes + key.count + value.count
        let size = SealedFormat.sizeClass(of: byteCount)
        if scratch.count < size + SealingKey.tagBytes {
            scratch.deallocate()
            scratch = .allocate(byteCount: size + SealingKey.tagBytes, alignment: 16)
        }
        scratch.storeBytes(of: UInt32(key.count).littleEndian, as: UInt32.self)
        scratch.storeBytes(of: UInt32(value.count).littleEndian, toByteOffset: 4, as: UInt32.self)
        let base = scratch.baseAddress!
        if let bytes = key.baseAddress {
            (base + OpenedRecord.headBytes).copyMemory(from: bytes, byteCount: key.count)
        }
        if let bytes = value.baseAddress {
            (base + OpenedRecord.headBytes + key.count).copyMemory(
                from: bytes, byteCount: value.count)
        }
        (base + byteCount).initializeMemory(as: UInt8.self, repeating: 0, count: size - byteCount)
        session.seal.seal(
            UnsafeRawBufferPointer(start: base, count: size), .record, name.number, into: base)
        let sealed = RawSpan(_unsafeStart: base, byteCount: size + SealingKey.tagBytes)
        batch.put(name.bytes.span.bytes, sealed)
    }

    private mutating func delete(_ key: [UInt8]) throws(StorageError) {
        guard try forget(key) else { return }
        changed[key] = .some(nil)
        directoryBatch.delete(key)
    }

    private mutating func deleteRange(_ range: KeyRange) throws(StorageError) {
        let cursor = try directory.cursor(over: range, .forward)
        while let (key, _) = try cursor.next() { try delete(key) }
        for key in changed.keys where range.contains(key) { try delete(key) }
    }

    /// Takes the record of a key out of what is live.
    /// - Returns: whether there was one.
    @discardableResult
    private mutating func forget(_ key: [UInt8]) throws(StorageError) -> Bool {
        var old: RecordName?
        if let known = changed[key] {
            old = known
        } else {
            _ = try directory.withValue(forKey: key) { old = Reference($0).name }
        }
        guard let old else { return false }
        deleted.append(old)
        let session = old.session == session.id ? session : sessions[old.session]
        guard let session else { throw .closed }
        let keyed = session.numbers(old.number)
        writer.tallies[old.session, default: SessionTally()].remove(keyed)
        writer.head.liveCount -= 1
        writer.head.sum &-= keyed
        return true
    }

    /// Adds the head and the deletions.
    mutating func finish() {
        if let listed = writer.listed {
            let names = deleted.filter { $0 <= listed }
            if !names.isEmpty {
                writer.number += 1
                let name = RecordName(session: session.id, number: writer.number)
                batch.put(
                    name.bytes(of: .deletions),
                    DeletionList.bytes(names, session.seal, name.number))
                writer.lists.append(name)
            }
        }
        writer.changeCount += changed.count
        writer.number += 1
        writer.head.name = RecordName(session: session.id, number: writer.number)
        writer.head.version += 1
        writer.head.deleted = deleted
        batch.put(SealedFormat.headName, writer.head.bytes(session.seal))
        writer.head.deleted = []
        for name in deleted { batch.delete(name.bytes) }
        for name in writer.leftovers { batch.delete(name.bytes) }
        writer.leftovers = []
        for name in writer.endedLists { batch.delete(name.bytes(of: .deletions)) }
        writer.endedLists = []
        let listing = Set(writer.lists.map(\.session))
        for (id, tally) in writer.tallies
        where tally.count == 0 && id != session.id && !listing.contains(id) {
            endedSessions.append(id)
            batch.delete(RecordName.sessionName(id))
        }
        for id in endedSessions { writer.tallies[id] = nil }
    }
}
