// Encrypted indexes in a DynamoDB table, with a folder here or without:
//
//   martlet.lock   locked while the folder is in use
//   <32 hexadecimal digits>/   what is here of an index: a data directory whose rows are the table's
//       version    records, its anchor,
//       vectors/   and its graph
//
// All of it is sealed, and can be read again from the table, but for the anchor: with that an index
// is refused that is older than it was here.

internal import Glibc
internal import MartletClient
internal import MartletKeyValue
internal import MartletRocksDBStore
internal import MartletSealedTables
internal import MartletSealing

final class EncryptedTable: Sendable {
    /// Where an index's records are kept here.
    struct Local {
        var store: any KeyValueStore
        var parts: any SealedSideParts
        /// Whether there was something already.
        var isOld: Bool
    }

    private static let changeAttempts = 20

    let table: SealedTable
    private let cacheFolder: String?

    /// - Parameter cacheFolder: one that is there, and ours.
    init(
        _ name: String, client: DynamoDBClient, cacheFolder: String?
    ) throws(EncryptedIndexError) {
        table = try translating { () throws(StorageError) in
            try SealedTable(opening: name, client: client)
        }
        self.cacheFolder = cacheFolder
    }

    // MARK: The catalogue

    func catalog(_ key: Secret) throws(EncryptedIndexError) -> EncryptedCatalog {
        let bytes = try translating { () throws(StorageError) in try table.catalog() }
        return try bytes.map { bytes throws(EncryptedIndexError) in
            try EncryptedCatalog(bytes, key)
        } ?? EncryptedCatalog()
    }

    /// Changes the catalogue as it is now; `change` may be called several times.
    func changeCatalog(
        _ key: Secret, _ change: (inout EncryptedCatalog) throws(EncryptedIndexError) -> Void
    ) throws(EncryptedIndexError) -> EncryptedCatalog {
        for _ in 0..<Self.changeAttempts {
            let old = try translating { () throws(StorageError) in try table.catalog() }
            var catalog = EncryptedCatalog()
            if let old { catalog = try EncryptedCatalog(old, key) }
            try change(&catalog)
            let new = catalog.bytes(key)
            guard new.count <= SealedTable.catalogLimitBytes else {
                throw .storage("The table has no room for the names of more indexes.")
            }
            let isChanged = try translating { () throws(StorageError) in
                try table.replaceCatalog(old, with: new)
            }
            if isChanged { return catalog }
        }
        throw .changedElsewhere
    }

    // MARK: Indexes

    func keyring(of folder: [UInt8]) throws(EncryptedIndexError) -> [UInt8]? {
        try translating { () throws(StorageError) in try table.keyring(of: folder) }
    }

    func create(_ folder: [UInt8], _ keyring: Keyring) throws(EncryptedIndexError) -> SealedStore {
        let local = try local(folder)
        let storage = TableSealedStorage(
            table, index: folder, local: local.store, parts: local.parts)
        do throws(SealingError) {
            return try SealedStore(creatingIn: storage, keyring)
        } catch {
            try? storage.close()
            throw EncryptedIndexError(error)
        }
    }

    /// Opens an index with what is here of it, or without, if that is not what it should be.
    func load(
        _ folder: [UInt8], key: EncryptionKey, atLeast version: UInt64
    ) throws(EncryptedIndexError) -> SealedStore {
        let local = try local(folder)
        do throws(SealingError) {
            return try open(folder, local, key, version)
        } catch {
            try? local.store.close()
            guard local.isOld, error.mayBeOfLocal else { throw EncryptedIndexError(error) }
            forget(folder, withAnchor: error.isOfAnchor)
        }
        let fresh = try self.local(folder)
        do throws(SealingError) {
            return try open(folder, fresh, key, version)
        } catch {
            try? fresh.store.close()
            throw EncryptedIndexError(error)
        }
    }

    private func open(
        _ folder: [UInt8], _ local: Local, _ key: EncryptionKey, _ version: UInt64
    ) throws(SealingError) -> SealedStore {
        let storage = TableSealedStorage(
            table, index: folder, local: local.store, parts: local.parts)
        do throws(StorageError) {
            try storage.refresh()
        } catch {
            throw .storage(error)
        }
        return try SealedStore(opening: storage, key: key.secret, atLeast: version)
    }

    private func local(_ folder: [UInt8]) throws(EncryptedIndexError) -> Local {
        guard let path = path(of: folder) else {
            return Local(store: MemoryStore(), parts: MemorySideParts(), isOld: false)
        }
        let parts = FolderSideParts(folder: path)
        let isOld = access(path, F_OK) == 0
        do throws(StorageError) {
            return Local(store: try Self.openStore(path), parts: parts, isOld: isOld)
        } catch {
            switch error {
            case .corruption, .inputOutput, .foreignDirectory, .unsupportedFormat: break
            default: throw EncryptedIndexError(error)
            }
        }
        forget(folder, withAnchor: false)
        return try translating { () throws(StorageError) in
            Local(store: try Self.openStore(path), parts: parts, isOld: isOld)
        }
    }

    private static func openStore(_ path: String) throws(StorageError) -> any KeyValueStore {
        // With an anchor in it, a folder is not new.
        let directory = try DataDirectory(path: path + "/records", createsIfMissing: true)
        return try RocksDBStore(directory: directory, options: RocksDBOptions())
    }

    func vectorFolder(_ folder: [UInt8]) -> String? { path(of: folder).map { $0 + "/vectors" } }

    func delete(_ folder: [UInt8]) throws(EncryptedIndexError) {
        try translating { () throws(StorageError) in
            try table.eraseKeyring(of: folder)
            try table.removeItems(of: folder)
        }
        if let path = path(of: folder) { EncryptedClient.removeFolder(path) }
    }

    /// Removes what can be read again from the table.
    private func forget(_ folder: [UInt8], withAnchor: Bool) {
        guard let path = path(of: folder) else { return }
        EncryptedClient.removeFolder(path + "/records")
        EncryptedClient.removeFolder(path + "/vectors")
        if withAnchor { unlink(path + "/" + FolderSideParts.anchorName) }
    }

    private func path(of folder: [UInt8]) -> String? {
        cacheFolder.map { $0 + "/" + EncryptedCatalog.name(of: folder) }
    }
}

extension SealingError {
    /// Whether a table may be well although this was found.
    fileprivate var mayBeOfLocal: Bool {
        switch self {
        case .altered, .moved, .cutShort, .missing, .replayed: true
        case .storage(.corruption), .storage(.inputOutput): true
        case .wrongKey, .rolledBack, .unsupportedFormat, .storage: false
        }
    }

    fileprivate var isOfAnchor: Bool {
        self == .altered(.anchor) || self == .cutShort(.anchor)
    }
}
