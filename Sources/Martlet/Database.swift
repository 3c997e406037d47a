// Where a database is put together: the one place that names a store.

internal import Glibc
package import MartletEngine
package import MartletKeyValue
internal import MartletRocksDBStore
internal import MartletTransfer

/// A database in this process: an engine over a data directory or over memory.
///
/// Common operations are methods, such as `put`, `query` and `transact`; `run` takes any operation by
/// its request. Reads are answered on the caller's thread, writes are `async`.
///
/// Thread safety: every method may be called from any thread. One process opens a directory at a
/// time. `close` finishes what was accepted; a process that ends without it loses nothing that
/// was answered.
public final class Database: Sendable {
    package let engine: Engine
    /// Does exports, imports and bulk puts; nil: others do, or nobody.
    let transfers: TransferWork?
    let counterBook = CollectionCounterBook()

    private init(
        _ store: any KeyValueStore, vectorFolder: String?, _ options: DatabaseOptions
    ) throws(DatabaseError) {
        var engineOptions = options.engine
        engineOptions.durability = options.durability == .sync ? .sync : .async
        engineOptions.vectorPendingLimitBytes = max(
            engineOptions.vectorPendingLimitBytes, options.memoryBudgetBytes)
        do throws(OperationError) {
            engine = try Engine(
                store: store, options: engineOptions, vectorFolder: vectorFolder)
        } catch {
            throw DatabaseError(error)
        }
        transfers = options.bucketRoot.map { [engine] in TransferWork(engine: engine, root: $0) }
        transfers?.start()
    }

    /// Opens the database in a directory, or makes a new one where there is none.
    ///
    /// - Throws: when the directory is another program's, cannot be written, is held by another
    ///   process, was written by a later version, or is damaged; the text says which and what to
    ///   do.
    public static func open(
        at path: String, options: DatabaseOptions = DatabaseOptions()
    ) throws(DatabaseError) -> Database {
        let directory: DataDirectory
        let store: RocksDBStore
        do throws(StorageError) {
            guard !SealedIndexes.isThere(path) else {
                throw .foreignDirectory(
                    path: path,
                    detail:
                        "it holds encrypted indexes, which EncryptedClient opens with their keys")
            }
            directory = try DataDirectory(path: path)
            store = try RocksDBStore(directory: directory, options: options.store)
        } catch {
            throw DatabaseError(error)
        }
        return try Database(store, vectorFolder: directory.vectorsPath, options)
    }

    /// Whether there is something at the path that is not an empty folder: a database, or what
    /// opening one says no to.
    static func isSomething(at path: String) -> Bool {
        guard let stream = opendir(path) else { return errno != ENOENT }
        defer { closedir(stream) }
        var count = 0
        while readdir(stream) != nil { count += 1 }
        return count > 2
    }

    /// Makes an empty database that lives as long as this object.
    public static func inMemory(
        options: DatabaseOptions = DatabaseOptions()
    ) throws(DatabaseError) -> Database {
        try Database(MemoryStore(), vectorFolder: nil, options)
    }

    /// The database in a store that the caller brings: one that fails, in tests.
    package static func over(_ store: any KeyValueStore) throws(DatabaseError) -> Database {
        try Database(store, vectorFolder: nil, DatabaseOptions())
    }

    /// Finishes the writes that were accepted and releases the directory. Later calls fail. Exports,
    /// imports and bulk puts go on when the database is opened again.
    public func close() throws(DatabaseError) {
        transfers?.stop()
        do throws(OperationError) {
            try engine.close()
        } catch {
            throw DatabaseError(error)
        }
    }
}
