// A folder is opened once in a process, however often a program opens it: all who have it open share
// one `Database`, which is closed with the last of them.

internal import Glibc
internal import MartletEngine
internal import Synchronization

/// A share in a database. Thread-safe.
final class DatabaseShare: Sendable {
    private struct Opened {
        let database: Database
        var shareCount = 1
    }

    /// By the folder's real path, or a name for what is in memory. Held while a database is opened or closed, so that nobody finds
    /// the folder half open.
    private static let opened = Mutex<[String: Opened]>([:])

    private let served: Engine
    /// What is counted of each of its tables, whoever has it open.
    private let book: CollectionCounterBook
    /// Where the database is among those opened here; nil for one that its owner closes.
    private let place: String?
    private let isClosed = Atomic<Bool>(false)

    private init(_ engine: Engine, _ book: CollectionCounterBook, place: String?) {
        served = engine
        self.book = book
        self.place = place
    }

    private convenience init(_ database: Database, place: String?) {
        self.init(database.engine, database.counterBook, place: place)
    }

    /// A database in memory.
    static func inMemory(_ options: DatabaseOptions) throws(DatabaseError) -> DatabaseShare {
        let database = try Database.inMemory(options: options)
        // No path is without a slash.
        let place = "memory \(ObjectIdentifier(database))"
        opened.withLock { $0[place] = Opened(database: database) }
        return DatabaseShare(database, place: place)
    }

    /// A database that the caller has opened and closes.
    static func borrowing(_ database: Database) -> DatabaseShare {
        DatabaseShare(database, place: nil)
    }

    /// An engine that the caller has and closes.
    static func borrowing(_ engine: Engine) -> DatabaseShare {
        DatabaseShare(engine, CollectionCounterBook(), place: nil)
    }

    /// - Parameter creates: whether a database is made where there is none.
    /// - Returns: nil if there is none and none is to be made.
    static func open(
        at path: String, creates: Bool, _ options: DatabaseOptions
    ) throws(DatabaseError) -> DatabaseShare? {
        try opened.withLock { opened throws(DatabaseError) in
            if let real = realPath(of: path), opened[real] != nil {
                opened[real]!.shareCount += 1
                return DatabaseShare(opened[real]!.database, place: real)
            }
            if !creates, !Database.isSomething(at: path) { return nil }
            let database = try Database.open(at: path, options: options)
            let real = realPath(of: path)
            if let real { opened[real] = Opened(database: database) }
            return DatabaseShare(database, place: real)
        }
    }

    /// A share for somebody else.
    func duplicate() -> DatabaseShare {
        if let place { Self.opened.withLock { $0[place]?.shareCount += 1 } }
        return DatabaseShare(served, book, place: place)
    }

    func counters(of tableID: UInt32) -> CollectionCounters { book.counters(of: tableID) }

    private static func realPath(of path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }

    /// The engine; throws once this share was closed.
    var engine: Engine {
        get throws(VectorDatabaseError) {
            if isClosed.load(ordering: .acquiring) { throw .closed }
            return served
        }
    }

    /// Gives the share back. A second time does nothing.
    func close() throws(DatabaseError) {
        guard !isClosed.exchange(true, ordering: .acquiringAndReleasing), let place else { return }
        try Self.opened.withLock { opened throws(DatabaseError) in
            guard var entry = opened[place], entry.database.engine === served else { return }
            entry.shareCount -= 1
            opened[place] = entry.shareCount == 0 ? nil : entry
            if entry.shareCount == 0 { try entry.database.close() }
        }
    }

    /// Closes all databases that are open, whoever shares in them: what fails, fails for the last
    /// time.
    static func closeAll() {
        opened.withLock { opened in
            for entry in opened.values { try? entry.database.close() }
            opened = [:]
        }
    }

    deinit { try? close() }
}
