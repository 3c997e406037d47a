// Bringing what is here to the state of the table.
//
// The mark says of which state it is: the writer's item, and the name of the head. All records that
// were in the table then, and later got no deletion, are here. So what came after has names above the
// head's, and what went after is in the journal. Records above the head's name that were there
// already, of a commit that was under way, are read once more.
//
// The mark is a hint, and anybody's who has the folder: what it leads to is checked like all else.

internal import MartletClient
package import MartletKeyValue
internal import MartletModel
internal import MartletSealing
internal import MartletThreads
internal import Synchronization

/// Row `TableSealedStorage.markName`: the writer (16 bytes), the count (8, big-endian), the head's
/// session and number (12).
struct Mark {
    static let headBytes = 12

    var writing: TableSealedStorage.Writing
    var head: [UInt8]

    init(_ writing: TableSealedStorage.Writing, head: [UInt8]) {
        self.writing = writing
        self.head = head
    }

    init?(_ bytes: [UInt8]) {
        guard bytes.count == 16 + 8 + Self.headBytes else { return nil }
        writing = .init(
            writer: Array(bytes[..<16]), count: UInt64(bigEndianBytes: bytes[16..<24]))
        head = Array(bytes[24...])
    }

    var bytes: [UInt8] { writing.writer + writing.count.bigEndianBytes + head }
}

extension TableSealedStorage {
    /// How often is read again because somebody writes.
    private static let rounds = 100

    /// Reads from the table what is not here, and forgets what is not there.
    ///
    /// - Throws: `remote`; `corruption` for items that are none of ours, and for a damaged folder.
    package func refresh() throws(StorageError) {
        var mark = try local.value(forKey: Self.markName).flatMap(Mark.init)
        for _ in 0..<Self.rounds {
            let parts = try smallParts()
            guard let writing = parts.writing else { return try clear() }
            if mark?.writing != writing { try readRecords(to: writing, since: mark) }
            let next = Mark(writing, head: Array(parts.head.prefix(Mark.headBytes)))
            try keep(parts, next)
            // A commit since then may be here in part.
            if try table.item(keys.writer).map(Writing.init) == writing {
                return try follow(parts)
            }
            mark = next
        }
        throw .remote("the index is written to all the time")
    }

    private func clear() throws(StorageError) {
        var batch = WriteBatch()
        batch.deleteRange(.all)
        try local.commit(batch, .async)
    }

    // MARK: Small parts

    private struct SmallParts {
        var writing: Writing?
        var anchor: [UInt8]?
        var head: [UInt8] = []
        var headPieces: (name: [UInt8], count: Int)?
        var sessions: [(name: [UInt8], bytes: [UInt8])] = []
        /// Pieces of other heads.
        var leftovers: [AttributeMap] = []
    }

    private func smallParts() throws(StorageError) -> SmallParts {
        var parts = SmallParts()
        var headPieceName: [UInt8]?
        var pieces: [(sort: [UInt8], bytes: [UInt8])] = []
        var request = QueryRequest(
            table: table.name, keyCondition: "#p = :p", names: ["#p": "p"],
            values: [":p": keys.partition(IndexKeys.small)])
        request.isConsistent = true
        // The writer's item comes first of all, so that what is read after it is not older.
        try table.eachPage(of: request) { items throws(StorageError) in
            for item in items {
                let sort = try item.bytes("s")
                switch sort.first {
                case IndexKeys.writerSort[0]:
                    parts.writing = try Writing(item)
                    if item["a"] != nil { parts.anchor = try item.bytes("a") }
                case IndexKeys.headSort[0]:
                    parts.head = try item.bytes("v")
                    if item["n"] != nil { headPieceName = try item.bytes("n") }
                case IndexKeys.sessionKind: parts.sessions.append((sort, try item.bytes("v")))
                case IndexKeys.headPieceKind: pieces.append((sort, try item.bytes("v")))
                default: break
                }
            }
        }
        var count = 0
        for (sort, bytes) in pieces {
            if let headPieceName, sort.dropFirst().starts(with: headPieceName) {
                parts.head += bytes
                count += 1
            } else {
                parts.leftovers.append(keys.key(IndexKeys.small, sort))
            }
        }
        if let headPieceName, count > 0 { parts.headPieces = (headPieceName, count) }
        return parts
    }

    /// What the table says of these holds, whatever is here.
    private func keep(_ parts: SmallParts, _ mark: Mark) throws(StorageError) {
        var batch = WriteBatch()
        batch.deleteRange(
            KeyRange(lower: IndexKeys.headSort, upper: [IndexKeys.recordKind]))
        if !parts.head.isEmpty { batch.put(IndexKeys.headSort, parts.head) }
        for (name, bytes) in parts.sessions { batch.put(name, bytes) }
        // Without a head there is no commit to be a state of.
        if mark.head.count == Mark.headBytes { batch.put(Self.markName, mark.bytes) }
        try local.commit(batch, .async)
    }

    private func follow(_ parts: SmallParts) throws(StorageError) {
        var here: [UInt8]?
        do throws(SealingError) {
            here = try self.parts.anchor()
        } catch {
            throw .inputOutput(error.description)
        }
        state.withLock { state in
            state.writing = parts.writing
            state.anchor = Anchor.newest(parts.anchor, here)
            state.isAnchorStored = parts.anchor != nil
            state.headPieces = parts.headPieces
            state.leftovers = parts.leftovers
        }
    }

    // MARK: Records

    private func readRecords(to writing: Writing, since mark: Mark?) throws(StorageError) {
        guard let mark, mark.writing.count < writing.count,
            writing.count - mark.writing.count < Self.journalCount
        else {
            try clear()
            return try readLanes(above: nil)
        }
        try forgetDeleted(since: mark.writing.count)
        try readLanes(above: [IndexKeys.recordKind] + mark.head)
    }

    private func forgetDeleted(since count: UInt64) throws(StorageError) {
        var request = QueryRequest(
            table: table.name, keyCondition: "#p = :p AND #s > :s",
            names: ["#p": "p", "#s": "s"],
            values: [
                ":p": keys.partition(IndexKeys.journal), ":s": .binary(count.bigEndianBytes),
            ])
        request.isConsistent = true
        var batch = WriteBatch()
        try table.eachPage(of: request) { items throws(StorageError) in
            for item in items {
                let names = try item.bytes("v")
                guard names.count % 13 == 0 else { throw .malformedItem }
                for start in stride(from: 0, to: names.count, by: 13) {
                    batch.delete(Array(names[start..<start + 13]))
                }
            }
        }
        try local.commit(batch, .async)
    }

    /// All partitions of records at the same time.
    private func readLanes(above sort: [UInt8]?) throws(StorageError) {
        let failure = Mutex<StorageError?>(nil)
        let reading = LaneReading { lane in
            do throws(StorageError) {
                try self.readLane(lane, above: sort)
            } catch {
                failure.withLock { $0 = $0 ?? error }
            }
        }
        reading.run(IndexKeys.lanes)
        if let error = failure.withLock({ $0 }) { throw error }
    }

    private func readLane(_ lane: UInt8, above sort: [UInt8]?) throws(StorageError) {
        var request = QueryRequest(
            table: table.name, keyCondition: "#p = :p", names: ["#p": "p"],
            values: [":p": keys.partition(lane)])
        if let sort {
            request.keyCondition += " AND #s > :s"
            request.names["#s"] = "s"
            request.values[":s"] = .binary(sort)
        }
        request.isConsistent = true
        // A record's pieces follow it, perhaps on the next page.
        var (name, bytes): ([UInt8], [UInt8]) = ([], [])
        var batch = WriteBatch()
        try table.eachPage(of: request) { items throws(StorageError) in
            for item in items {
                let sort = try item.bytes("s")
                let part = try item.bytes("v")
                if sort.count > name.count, sort.starts(with: name), !name.isEmpty {
                    bytes += part
                    continue
                }
                if !name.isEmpty { batch.put(name, bytes) }
                (name, bytes) = (sort, part)
            }
            try local.commit(batch, .async)
            batch.removeAll(keepingCapacity: true)
        }
        guard !name.isEmpty else { return }
        batch.put(name, bytes)
        try local.commit(batch, .async)
    }
}

/// Threads for some parts of a work.
private struct LaneReading: Sendable {
    let work: @Sendable (UInt8) -> Void

    init(_ work: @escaping @Sendable (UInt8) -> Void) { self.work = work }

    func run(_ lanes: [UInt8]) {
        var threads: [SystemThread] = []
        for lane in lanes {
            if let thread = SystemThread(takesSignals: false, { work(lane) }) {
                threads.append(thread)
            } else {
                work(lane)
            }
        }
        for thread in threads { thread.join() }
    }
}
