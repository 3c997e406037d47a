// A folder of encrypted indexes:
//
//   martlet.lock   locked while the folder is open
//   catalog        which indexes there are (EncryptedCatalog)
//   catalog.key    its key, unless the caller keeps that
//   <32 hexadecimal digits>/   an index: a data directory whose rows are sealed records, and
//       keys, version          its keyring and its anchor (MartletSealing/Store/SideParts.swift)
//       directory              which row is in which record (MartletSealing/Store/SealedDirectory.swift)
//
// A folder of an index that is not in the catalogue was left by a crash, and goes.

internal import Glibc
public import MartletClient
internal import MartletKeyValue
internal import MartletRocksDBStore
internal import MartletSealing
internal import Synchronization

/// Encrypted vector indexes in one folder, in a DynamoDB table, or in memory.
///
///     let client = try EncryptedClient(path: "indexes")
///     let index = try client.createIndex("notes", key: key, dimension: 384)
///     try index.upsert([EncryptedRow(id: 1, vector: embedding, contents: Array("hello".utf8))])
///     for match in try index.query(question, topK: 3) { print(match.id, match.distance) }
///
/// What is stored is encrypted with AES-256-GCM; what an attacker with the folder learns and does not
/// learn is in docs/threat-model.md. A search runs on decrypted vectors in this process.
///
/// Names of indexes are encrypted, too: with `catalogKey`, or with a key that lies in the folder, so
/// that they can be listed without one. Then whoever has the folder can read them.
///
/// One process opens a folder at a time. Any number use a table; of those that have an index open, one
/// writes, and when another does, it is told so (`changedElsewhere`). Thread safety: every method may be called from any thread.
public final class EncryptedClient: Sendable {
    private struct State: ~Copyable {
        var catalog: EncryptedCatalog
        var opened: [String: EncryptedCore] = [:]
        /// Of indexes in memory.
        var memory: [String: KeyValueSealedStorage] = [:]
        var lock: DirectoryLock?
        var isClosed = false
    }

    /// nil in memory, and for a table.
    private let path: String?
    private let table: EncryptedTable?
    private let catalogKey: Secret
    private let log: @Sendable (String) -> Void
    private let state: Mutex<State>

    static let lockName = "martlet.lock"
    static let catalogName = "catalog"
    private static let keyName = "catalog.key"

    /// Opens a folder, which is made if there is nothing.
    ///
    /// - Parameters:
    ///   - catalogKey: keeps names of indexes from whoever has the folder; with it the folder has to
    ///     be opened from then on.
    ///   - log: takes lines about damaged index files that are made again. Never names, ids,
    ///     contents or keys. Called on any thread.
    /// - Throws: `wrongCatalogKey`; `storage` when the folder is in use, another program's, or cannot
    ///   be read.
    public init(
        path: String, catalogKey: EncryptionKey? = nil,
        log: @escaping @Sendable (String) -> Void = { _ in }
    ) throws(EncryptedIndexError) {
        let path = try Self.makeFolder(path)
        let lock: DirectoryLock
        do throws(StorageError) {
            lock = try DirectoryLock(directory: path, name: Self.lockName)
        } catch {
            throw EncryptedIndexError(error)
        }
        let catalogPath = path + "/" + Self.catalogName
        let keyPath = path + "/" + Self.keyName
        let found = try translating { () throws(StorageError) in
            (try SmallFile.read(catalogPath), try SmallFile.read(keyPath))
        }
        var key = catalogKey?.secret
        if key == nil, let bytes = found.1 {
            guard bytes.count == 32 else { throw .cutShort("the key of the catalogue") }
            key = Secret(bytes)
        }
        if let bytes = found.0 {
            guard let key else { throw .wrongCatalogKey }
            self.catalogKey = key
            state = Mutex(State(catalog: try EncryptedCatalog(bytes, key), lock: lock))
        } else {
            let made = key ?? .random()
            try translating { () throws(StorageError) in
                if catalogKey == nil {
                    try SmallFile.replace(
                        keyPath, with: made.withBytes { Array($0) }, wipesOld: false)
                }
                try SmallFile.replace(
                    catalogPath, with: EncryptedCatalog().bytes(made), wipesOld: false)
            }
            self.catalogKey = made
            state = Mutex(State(catalog: EncryptedCatalog(), lock: lock))
        }
        self.path = path
        table = nil
        self.log = log
        removeUnknown()
    }

    /// Opens a DynamoDB table, at AWS or at any other endpoint; it is made if there is none.
    ///
    ///     let database = try DynamoDBClient(.load(region: "eu-west-2"))
    ///     let client = try EncryptedClient(
    ///         table: "indexes", client: database, catalogKey: key, cacheFolder: "/var/cache/indexes")
    ///
    /// What is in the table is sealed as in a folder. An index that is open has all its sealed
    /// records here: in memory, or in `cacheFolder`, with which it is opened again without reading
    /// from the table what did not change. Nothing there is trusted.
    ///
    /// An index that a failed write has left, or that somebody else has written to, can be read;
    /// before it is written to again, close it and load it.
    ///
    /// - Parameters:
    ///   - client: where the table is, who asks, and how often a request is repeated. It has to stay
    ///     open.
    ///   - catalogKey: keeps names of indexes from whoever has the table. With it the table has to be
    ///     opened from then on.
    ///   - cacheFolder: made if there is none; one process has it at a time. Sealed, too.
    ///   - log: as for a folder.
    /// - Throws: `wrongCatalogKey`; `storage` when the table cannot be reached, made or read, or is
    ///   another program's.
    public init(
        table name: String, client: DynamoDBClient, catalogKey: EncryptionKey,
        cacheFolder: String? = nil, log: @escaping @Sendable (String) -> Void = { _ in }
    ) throws(EncryptedIndexError) {
        var lock: DirectoryLock?
        var folder: String?
        if let cacheFolder {
            let path = try Self.makeFolder(cacheFolder, isCache: true)
            do throws(StorageError) {
                lock = try DirectoryLock(directory: path, name: Self.lockName)
            } catch {
                throw EncryptedIndexError(error)
            }
            folder = path
        }
        let table = try EncryptedTable(name, client: client, cacheFolder: folder)
        let catalog = try table.catalog(catalogKey.secret)
        path = nil
        self.table = table
        self.catalogKey = catalogKey.secret
        self.log = log
        state = Mutex(State(catalog: catalog, lock: lock))
    }

    private init() {
        path = nil
        table = nil
        catalogKey = .random()
        log = { _ in }
        state = Mutex(State(catalog: EncryptedCatalog()))
    }

    /// Indexes that live as long as this object; closed ones can be loaded again.
    public static func inMemory() -> EncryptedClient { EncryptedClient() }

    deinit { try? close() }

    // MARK: Indexes

    /// Makes an index.
    ///
    /// - Parameters:
    ///   - key: the owner's. Without it nothing can be read, by nobody: there is no other way in.
    ///   - dimension: nil: that of the first vector.
    /// - Throws: `indexExists`; `invalidArgument` for an empty name or a dimension out of range.
    public func createIndex(
        _ name: String, key: EncryptionKey, dimension: Int? = nil,
        metric: EncryptedMetric = .euclidean
    ) throws(EncryptedIndexError) -> EncryptedIndex {
        guard !name.isEmpty, name.utf8.count <= 1 << 16 else {
            throw .invalidArgument("A name must have 1 to 65,536 bytes")
        }
        if let dimension { try EncryptedCore.check(dimension: dimension) }
        let settings = EncryptedSettings(name: name, metric: metric)
        let keyring = Keyring(owner: key.secret, settings: settings.bytes)
        return try state.withLock { state throws(EncryptedIndexError) in
            try Self.checkOpen(state)
            try followTable(&state)
            let folder = randomBytes(16)
            if let table {
                try removeRemains(of: name, in: table, &state)
            }
            guard state.catalog.folders[name] == nil else { throw .indexExists }
            let sealed: SealedStore
            if let table {
                sealed = try table.create(folder, keyring)
            } else {
                let storage = try self.storage(in: folder, creates: true)
                sealed = try translating { () throws(SealingError) in
                    try SealedStore(creatingIn: storage, keyring)
                }
                state.memory[name] = path == nil ? storage : nil
            }
            let core = try EncryptedCore(
                sealed, vectorFolder: vectorFolder(folder), files: SealedIndexFiles(keyring),
                isShared: table != nil, log: log)
            if let dimension { _ = try core.schema(dimension: dimension) }
            do throws(EncryptedIndexError) {
                try changeCatalog(&state) { catalog throws(EncryptedIndexError) in
                    guard catalog.folders[name] == nil else { throw .indexExists }
                    catalog.folders[name] = folder
                }
            } catch {
                if let table {
                    // Somebody else was quicker, or the catalogue could not be written.
                    try? core.close(as: .deleted)
                    try? table.delete(folder)
                }
                throw error
            }
            state.opened[name] = core
            return EncryptedIndex(self, core, .owner)
        }
    }

    /// Opens an index. That all rows are there is checked now; a row itself when it is read. Files that
    /// can be made again from the rows are, if they are damaged. An index that is open already is
    /// shared.
    ///
    /// - Parameters:
    ///   - key: the owner's or a user's.
    ///   - version: what `EncryptedIndex.version()` once was: an older state is refused.
    /// - Throws: `noIndex`; `wrongKey`, `keyOfAnotherIndex`; what is wrong with the data;
    ///   `rolledBack`.
    public func loadIndex(
        _ name: String, key: EncryptionKey, atLeastVersion version: UInt64 = 0
    ) throws(EncryptedIndexError) -> EncryptedIndex {
        try state.withLock { state throws(EncryptedIndexError) in
            try Self.checkOpen(state)
            try followTable(&state)
            guard let folder = state.catalog.folders[name] else { throw .noIndex }
            if let core = state.opened[name], (try? core.open()) != nil {
                let bytes = try translating { () throws(SealingError) in
                    try core.sealed.keyringBytes()
                }
                let holder = try keyring(key, bytes, name, state).holder
                guard core.sealed.version >= version else {
                    throw .rolledBack(version: core.sealed.version, expected: version)
                }
                return EncryptedIndex(self, core, holder)
            }
            guard let keys = try self.keys(name, folder, state) else {
                throw .missing("the file of keys")
            }
            let keyring = try self.keyring(key, keys, name, state)
            if let table {
                let sealed = try table.load(folder, key: key, atLeast: version)
                let core = try EncryptedCore(
                    sealed, vectorFolder: vectorFolder(folder),
                    files: SealedIndexFiles(sealed.keyring), isShared: true, log: log)
                guard core.settings.name == name else {
                    try core.close(as: .closed)
                    throw .altered("the catalogue")
                }
                state.opened[name] = core
                return EncryptedIndex(self, core, keyring.holder)
            }
            // While the storage is being opened.
            let (begun, files) = begin(folder, keyring)
            let kept = state.memory[name]
            let storage = if let kept { kept } else { try self.storage(in: folder, creates: false) }
            do throws(EncryptedIndexError) {
                let sealed = try translating { () throws(SealingError) in
                    try SealedStore(
                        opening: storage, key: key.secret, atLeast: version, begun: begun)
                }
                let core = try EncryptedCore(
                    sealed, vectorFolder: vectorFolder(folder), files: files, log: log)
                files.forgetBegun()
                guard core.settings.name == name else {
                    try core.close(as: .closed)
                    throw .altered("the catalogue")
                }
                state.opened[name] = core
                return EncryptedIndex(self, core, keyring.holder)
            } catch {
                if path != nil { try? storage.close() }
                throw error
            }
        }
    }

    /// The names of the indexes, sorted.
    public func listIndexes() throws(EncryptedIndexError) -> [String] {
        try state.withLock { state throws(EncryptedIndexError) in
            try Self.checkOpen(state)
            try followTable(&state)
            return state.catalog.folders.keys.sorted()
        }
    }

    /// Closes all indexes and lets go of the folder.
    public func close() throws(EncryptedIndexError) {
        try state.withLock { state throws(EncryptedIndexError) in
            guard !state.isClosed else { return }
            state.isClosed = true
            var failure: EncryptedIndexError?
            for core in state.opened.values {
                do throws(EncryptedIndexError) {
                    try core.close(as: .closed)
                } catch {
                    failure = failure ?? error
                }
            }
            state.opened = [:]
            state.memory = [:]
            state.lock = nil
            if let failure { throw failure }
        }
    }

    // MARK: For handles

    func close(_ core: EncryptedCore) throws(EncryptedIndexError) {
        try state.withLock { state throws(EncryptedIndexError) in
            if state.opened[core.settings.name] === core {
                state.opened[core.settings.name] = nil
            }
            try core.close(as: .closed)
        }
    }

    /// The keys go first, then the name, then the rest: whatever a crash leaves cannot be opened.
    func delete(_ core: EncryptedCore) throws(EncryptedIndexError) {
        try state.withLock { state throws(EncryptedIndexError) in
            try Self.checkOpen(state)
            let name = core.settings.name
            guard let folder = state.catalog.folders[name], state.opened[name] === core else {
                throw .deleted
            }
            try core.close(as: .deleted)
            if let table {
                state.opened[name] = nil
                try table.delete(folder)
                return try changeCatalog(&state) { catalog in
                    if catalog.folders[name] == folder { catalog.folders[name] = nil }
                }
            }
            if let path {
                let keys =
                    path + "/" + EncryptedCatalog.name(of: folder) + "/"
                    + FolderSideParts.keyringName
                try translating { () throws(StorageError) in try SmallFile.erase(keys) }
            }
            state.opened[name] = nil
            state.memory[name] = nil
            try changeCatalog(&state) { $0.folders[name] = nil }
            if let path { Self.removeFolder(path + "/" + EncryptedCatalog.name(of: folder)) }
        }
    }

    // MARK: Inside

    private static func checkOpen(_ state: borrowing State) throws(EncryptedIndexError) {
        if state.isClosed { throw .closed }
    }

    /// Begins to read files of an index on threads of their own.
    private func begin(
        _ folder: [UInt8], _ keyring: Keyring
    ) -> (directory: BegunDirectory?, files: SealedIndexFiles) {
        let files = SealedIndexFiles(keyring)
        guard let path, let vectors = vectorFolder(folder) else { return (nil, files) }
        let name = path + "/" + EncryptedCatalog.name(of: folder)
        let directory = BegunDirectory(
            path: name + "/" + FolderSideParts.directoryName, keyring)
        files.begin(in: vectors)
        return (directory, files)
    }

    /// What a key opens; before any data is read.
    private func keyring(
        _ key: EncryptionKey, _ bytes: [UInt8], _ name: String, _ state: borrowing State
    ) throws(EncryptedIndexError) -> Keyring {
        do throws(SealingError) {
            return try Keyring(bytes, key: key.secret)
        } catch {
            guard case .wrongKey = error else { throw EncryptedIndexError(error) }
            for (other, folder) in state.catalog.folders where other != name {
                guard let keys = try? keys(other, folder, state) else { continue }
                if (try? Keyring(keys, key: key.secret)) != nil { throw .keyOfAnotherIndex }
            }
            throw .wrongKey
        }
    }

    /// The keyring of an index that need not be open.
    private func keys(
        _ name: String, _ folder: [UInt8], _ state: borrowing State
    ) throws(EncryptedIndexError) -> [UInt8]? {
        if let table { return try table.keyring(of: folder) }
        do throws(SealingError) {
            if let path {
                let name = path + "/" + EncryptedCatalog.name(of: folder)
                return try FolderSideParts(folder: name).keyring()
            }
            return try state.memory[name]?.keyring()
        } catch {
            throw EncryptedIndexError(error)
        }
    }

    private func storage(
        in folder: [UInt8], creates: Bool
    ) throws(EncryptedIndexError) -> KeyValueSealedStorage {
        guard let path else {
            return KeyValueSealedStorage(MemoryStore(), MemorySideParts(), staysOpen: true)
        }
        let name = path + "/" + EncryptedCatalog.name(of: folder)
        return try translating { () throws(StorageError) in
            let directory = try DataDirectory(path: name, createsIfMissing: creates)
            let store = try RocksDBStore(directory: directory, options: RocksDBOptions())
            return KeyValueSealedStorage(
                store, FolderSideParts(folder: name),
                directoryPath: name + "/" + FolderSideParts.directoryName)
        }
    }

    private func vectorFolder(_ folder: [UInt8]) -> String? {
        if let table { return table.vectorFolder(folder) }
        return path.map { $0 + "/" + EncryptedCatalog.name(of: folder) + "/vectors" }
    }

    /// Of a table: the catalogue as it is now. Others change it, too.
    private func followTable(_ state: inout State) throws(EncryptedIndexError) {
        if let table { state.catalog = try table.catalog(catalogKey) }
    }

    private func changeCatalog(
        _ state: inout State,
        _ change: (inout EncryptedCatalog) throws(EncryptedIndexError) -> Void
    ) throws(EncryptedIndexError) {
        if let table {
            state.catalog = try table.changeCatalog(catalogKey, change)
            return
        }
        var catalog = state.catalog
        try change(&catalog)
        if let path {
            try translating { () throws(StorageError) in
                try SmallFile.replace(
                    path + "/" + Self.catalogName, with: catalog.bytes(catalogKey), wipesOld: true)
            }
        }
        state.catalog = catalog
    }

    /// An index without a keyring is one whose deletion did not come to its end.
    private func removeRemains(
        of name: String, in table: EncryptedTable, _ state: inout State
    ) throws(EncryptedIndexError) {
        guard let folder = state.catalog.folders[name], try table.keyring(of: folder) == nil else {
            return
        }
        try table.delete(folder)
        try changeCatalog(&state) { catalog in
            if catalog.folders[name] == folder { catalog.folders[name] = nil }
        }
    }

    private func removeUnknown() {
        guard let path else { return }
        let known = state.withLock { Set($0.catalog.folders.values.map(EncryptedCatalog.name)) }
        for name in entryNames(in: path)
        where Self.isIndexFolder(name) && !known.contains(name) {
            Self.removeFolder(path + "/" + name)
        }
    }

    /// Whether an index's folder may be called so.
    static func isIndexFolder(_ name: String) -> Bool {
        name.utf8.count == 32 && name.allSatisfy(\.isHexDigit)
    }

    /// - Returns: the path without slashes at its end.
    private static func makeFolder(
        _ path: String, isCache: Bool = false
    ) throws(EncryptedIndexError) -> String {
        var path = path
        while path.count > 1, path.last == "/" { path.removeLast() }
        var parents: [String] = []
        var rest = path[...]
        while access(String(rest), F_OK) != 0 {
            parents.append(String(rest))
            guard let slash = rest.lastIndex(of: "/"), slash != rest.startIndex else { break }
            rest = rest[..<slash]
        }
        for folder in parents.reversed() where mkdir(folder, 0o700) != 0 && errno != EEXIST {
            throw .storage("\(folder) cannot be made: \(String(cString: strerror(errno))).")
        }
        let found = entryNames(in: path)
        if isCache {
            guard found.allSatisfy({ $0 == lockName || $0.utf8.count == 32 }) else {
                throw .storage(
                    "\(path) is not a cache of encrypted indexes. Choose an empty or a new folder.")
            }
            return path
        }
        guard
            found.isEmpty || found.contains(catalogName)
                || found.allSatisfy({ $0 == lockName || $0 == keyName || $0.hasSuffix(".new") })
        else {
            throw .storage(
                "\(path) is not a folder of encrypted indexes. Choose an empty or a new folder.")
        }
        return path
    }

    static func removeFolder(_ path: String) {
        for name in entryNames(in: path) where unlink(path + "/" + name) != 0 {
            removeFolder(path + "/" + name)
        }
        rmdir(path)
    }
}
