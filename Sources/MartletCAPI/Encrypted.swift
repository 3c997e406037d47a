// Encrypted indexes: clients, what is written to indexes, and keys. Encrypted+Reading.swift has
// what is read.

public import CMartletAPI
internal import Glibc
internal import Martlet
internal import MartletClient
internal import Synchronization

/// A client with what it has to say.
private final class ClientHandle: Sendable {
    let client: EncryptedClient
    let log: LogLines
    /// Of owners, by the names of indexes: handles of an index share it.
    private let keys = Mutex<[String: HeldKey]>([:])

    init(_ client: EncryptedClient, _ log: LogLines) {
        self.client = client
        self.log = log
    }
}

/// Lines until they are fetched, so that no thread of the library calls Python.
private final class LogLines: Sendable {
    private static let capacity = 100
    private let lines = Mutex<[String]>([])

    func append(_ line: String) {
        lines.withLock { if $0.count < Self.capacity { $0.append(line) } }
    }

    func take() -> [String] {
        lines.withLock { lines in
            defer { lines = [] }
            return lines
        }
    }
}

/// A key that may be replaced.
final class HeldKey: Sendable {
    private let held: Mutex<EncryptionKey>

    init(_ key: EncryptionKey) { held = Mutex(key) }

    var key: EncryptionKey {
        get { held.withLock { $0 } }
        set { held.withLock { $0 = newValue } }
    }
}

extension ClientHandle {
    /// A handle of an index that a key opened a moment ago.
    ///
    /// - Parameter isNew: whether an index of this name that was there before is another's.
    func handle(
        _ index: EncryptedIndex, _ key: EncryptionKey, isNew: Bool
    ) -> EncryptedIndexHandle {
        guard index.isOwner else { return EncryptedIndexHandle(index, HeldKey(key)) }
        return keys.withLock { keys in
            if !isNew, let held = keys[index.name] {
                held.key = key
                return EncryptedIndexHandle(index, held)
            }
            let held = HeldKey(key)
            keys[index.name] = held
            return EncryptedIndexHandle(index, held)
        }
    }
}

/// An index with the key that opens it now: the owner's is replaced for all handles at once.
final class EncryptedIndexHandle: Sendable {
    let index: EncryptedIndex
    private let held: HeldKey

    init(_ index: EncryptedIndex, _ held: HeldKey) {
        self.index = index
        self.held = held
    }

    var key: EncryptionKey {
        get { held.key }
        set { held.key = newValue }
    }
}

extension Failure {
    private init(_ error: EncryptedIndexError) {
        let code =
            switch error {
            case .invalidKey, .invalidArgument: MARTLET_INVALID
            case .wrongKey, .keyOfAnotherIndex, .wrongCatalogKey: MARTLET_KEY
            case .permissionDenied: MARTLET_PERMISSION
            case .altered, .moved, .cutShort, .missing, .replayed, .rolledBack: MARTLET_INTEGRITY
            case .indexExists, .noIndex: MARTLET_COLLECTION
            case .deleted, .closed: MARTLET_CLOSED
            case .userExists: MARTLET_PRESENT
            case .noUser: MARTLET_ABSENT
            case .dimensionMismatch: MARTLET_DIMENSION
            case .notFinite: MARTLET_NOT_FINITE
            case .changedElsewhere: MARTLET_CONFLICT
            case .storage: MARTLET_STORAGE
            }
        self.init(code, error.description)
    }

    /// Calls the library, with its error as a failure.
    static func of<Result>(
        _ body: () throws(EncryptedIndexError) -> Result
    ) throws(Failure) -> Result {
        do throws(EncryptedIndexError) {
            return try body()
        } catch {
            throw Failure(error)
        }
    }
}

extension martlet_text {
    fileprivate var key: EncryptionKey {
        get throws(Failure) {
            try Failure.of { () throws(EncryptedIndexError) in try EncryptionKey(buffer) }
        }
    }
}

private func opened(_ client: UnsafeMutableRawPointer?) throws(Failure) -> ClientHandle {
    try object(client)
}

/// Runs the body with an index behind its handle.
func withIndex(
    _ index: UnsafeMutableRawPointer?, _ error: UnsafeMutablePointer<martlet_error>?,
    _ body: (EncryptedIndexHandle) throws(EncryptedIndexError) -> Void
) -> Int32 {
    attempt(error) { () throws(Failure) in
        let handle = try object(index, as: EncryptedIndexHandle.self)
        try Failure.of { () throws(EncryptedIndexError) in try body(handle) }
    }
}

// MARK: Clients

@c @implementation
public func martlet_encrypted_generate_key(_ out: UnsafeMutablePointer<UInt8>?) {
    EncryptionKey.random().withBytes { _ = memcpy(out!, $0.baseAddress!, $0.count) }
}

@c @implementation
public func martlet_encrypted_open(
    _ path: martlet_text, _ catalog_key: martlet_text,
    _ out: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        try checkProcess()
        let log = LogLines()
        guard !path.isNone else {
            out?.pointee = handle(ClientHandle(.inMemory(), log))
            return
        }
        let folder = try path.path
        let key = catalog_key.isNone ? nil : try catalog_key.key
        let client = try Failure.of { () throws(EncryptedIndexError) in
            try EncryptedClient(path: folder, catalogKey: key) { log.append($0) }
        }
        out?.pointee = handle(ClientHandle(client, log))
    }
}

/// As the name says, from what is given and what is configured.
private func client(_ table: martlet_encrypted_table) throws(Failure) -> DynamoDBClient {
    func text(_ text: martlet_text) -> String? { text.isNone ? nil : text.string }
    var credentials: ClientCredentials?
    if let id = text(table.access_key_id), let secret = text(table.secret_access_key) {
        credentials = ClientCredentials(
            accessKeyID: id, secretAccessKey: secret, sessionToken: text(table.session_token))
    }
    var options = ClientOptions()
    options.retries.attempts = 5
    do throws(ConfigurationError) {
        return try DynamoDBClient(
            .load(
                profile: text(table.profile), endpoint: text(table.endpoint),
                region: text(table.region), credentials: credentials), options: options)
    } catch {
        throw Failure(MARTLET_INVALID, error.description)
    }
}

@c @implementation
public func martlet_encrypted_open_table(
    _ table: UnsafePointer<martlet_encrypted_table>?, _ catalog_key: martlet_text,
    _ out: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        let log = LogLines()
        let table = table!.pointee
        let key = try catalog_key.key
        let database = try client(table)
        let cache = table.cache.isNone ? nil : try table.cache.path
        let client = try Failure.of { () throws(EncryptedIndexError) in
            try EncryptedClient(
                table: table.name.string, client: database, catalogKey: key, cacheFolder: cache
            ) { log.append($0) }
        }
        out?.pointee = handle(ClientHandle(client, log))
    }
}

@c @implementation
public func martlet_encrypted_close(
    _ client: UnsafeMutableRawPointer?, _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        let client = try opened(client).client
        try Failure.of { () throws(EncryptedIndexError) in try client.close() }
    }
}

@c @implementation
public func martlet_encrypted_list(
    _ client: UnsafeMutableRawPointer?, _ out: UnsafeMutablePointer<martlet_texts>?,
    _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        let client = try opened(client).client
        let names = try Failure.of { () throws(EncryptedIndexError) in try client.listIndexes() }
        out?.pointee = martlet_texts(names)
    }
}

@c @implementation
public func martlet_encrypted_take_log(
    _ client: UnsafeMutableRawPointer?, _ out: UnsafeMutablePointer<martlet_texts>?,
    _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        out?.pointee = martlet_texts(try opened(client).log.take())
    }
}

extension martlet_texts {
    fileprivate init(_ strings: [String]) {
        var block = TextBlock()
        for string in strings { block.append(Text(string)) }
        self = block.texts
    }
}

@c @implementation
public func martlet_encrypted_create(
    _ client: UnsafeMutableRawPointer?, _ name: martlet_text, _ key: martlet_text,
    _ dimension: Int64, _ metric: Int32, _ out: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        let client = try opened(client)
        let key = try key.key
        let index = try Failure.of { () throws(EncryptedIndexError) in
            try client.client.createIndex(
                name.string, key: key, dimension: dimension < 0 ? nil : Int(dimension),
                // The numbers are the same.
                metric: EncryptedMetric(rawValue: UInt8(metric))!)
        }
        out?.pointee = handle(client.handle(index, key, isNew: true))
    }
}

@c @implementation
public func martlet_encrypted_load(
    _ client: UnsafeMutableRawPointer?, _ name: martlet_text, _ key: martlet_text,
    _ version: UInt64, _ out: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        let client = try opened(client)
        let key = try key.key
        let index = try Failure.of { () throws(EncryptedIndexError) in
            try client.client.loadIndex(name.string, key: key, atLeastVersion: version)
        }
        out?.pointee = handle(client.handle(index, key, isNew: false))
    }
}

// MARK: Indexes

@c @implementation
public func martlet_encrypted_check_key(
    _ index: UnsafeMutableRawPointer?, _ key: martlet_text,
    _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    withIndex(index, error) { handle throws(EncryptedIndexError) in
        guard try EncryptionKey(key.buffer).isEqual(to: handle.key) else { throw .wrongKey }
    }
}

@c @implementation
public func martlet_encrypted_index_close(
    _ index: UnsafeMutableRawPointer?, _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    withIndex(index, error) { handle throws(EncryptedIndexError) in try handle.index.close() }
}

@c @implementation
public func martlet_encrypted_index_delete(
    _ index: UnsafeMutableRawPointer?, _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    withIndex(index, error) { handle throws(EncryptedIndexError) in
        try handle.index.deleteIndex()
    }
}

@c @implementation
public func martlet_encrypted_train(
    _ index: UnsafeMutableRawPointer?, _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    withIndex(index, error) { handle throws(EncryptedIndexError) in try handle.index.train() }
}

@c @implementation
public func martlet_encrypted_upsert(
    _ index: UnsafeMutableRawPointer?, _ batch: UnsafePointer<martlet_encrypted_batch>?,
    _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        let index = try object(index, as: EncryptedIndexHandle.self).index
        let batch = batch!.pointee
        let count = Int(batch.count)
        let ids = encryptedIDs(batch.ids, batch.count)
        let contents = batch.contents.map { texts in (0..<count).map { Array(texts[$0].buffer) } }
        var metadata: [Metadata?]?
        if let texts = batch.metadata {
            var read: [Metadata?] = []
            read.reserveCapacity(count)
            for place in 0..<count { read.append(try texts[place].metadata?.values) }
            metadata = read
        }
        let numbers = UnsafeBufferPointer(start: batch.vectors, count: Int(batch.number_count))
        try Failure.of { () throws(EncryptedIndexError) in
            try index.upsert(ids, rows: numbers, contents: contents, metadata: metadata)
        }
    }
}

@c @implementation
public func martlet_encrypted_delete(
    _ index: UnsafeMutableRawPointer?, _ ids: UnsafePointer<martlet_encrypted_id>?,
    _ count: Int64, _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    withIndex(index, error) { handle throws(EncryptedIndexError) in
        try handle.index.delete(encryptedIDs(ids, count))
    }
}

func encryptedIDs(
    _ ids: UnsafePointer<martlet_encrypted_id>?, _ count: Int64
) -> [EncryptedID] {
    UnsafeBufferPointer(start: ids, count: Int(count)).map { id in
        id.text.isNone ? .int(id.number) : .string(id.text.string)
    }
}

// MARK: Keys

@c @implementation
public func martlet_encrypted_rotate_key(
    _ index: UnsafeMutableRawPointer?, _ old_key: martlet_text, _ new_key: martlet_text,
    _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    withIndex(index, error) { handle throws(EncryptedIndexError) in
        let new = try EncryptionKey(new_key.buffer)
        try handle.index.rotateKey(EncryptionKey(old_key.buffer), to: new)
        handle.key = new
    }
}

@c @implementation
public func martlet_encrypted_rekey(
    _ index: UnsafeMutableRawPointer?, _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    withIndex(index, error) { handle throws(EncryptedIndexError) in
        try handle.index.rekey(owner: handle.key)
    }
}

@c @implementation
public func martlet_encrypted_rekey_progress(
    _ index: UnsafeMutableRawPointer?, _ out: UnsafeMutablePointer<Double>?,
    _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    withIndex(index, error) { handle throws(EncryptedIndexError) in
        out?.pointee = try handle.index.rekeyProgress()
    }
}

@c @implementation
public func martlet_encrypted_create_user(
    _ index: UnsafeMutableRawPointer?, _ id: martlet_text, _ key: martlet_text,
    _ may_write: Int32, _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    withIndex(index, error) { handle throws(EncryptedIndexError) in
        try handle.index.createUserKey(
            Array(id.buffer), key: EncryptionKey(key.buffer),
            permission: may_write != 0 ? .write : .read, owner: handle.key)
    }
}

@c @implementation
public func martlet_encrypted_revoke_user(
    _ index: UnsafeMutableRawPointer?, _ id: martlet_text,
    _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    withIndex(index, error) { handle throws(EncryptedIndexError) in
        try handle.index.revokeUserKey(Array(id.buffer), owner: handle.key)
    }
}

@c @implementation
public func martlet_encrypted_users(
    _ index: UnsafeMutableRawPointer?, _ out: UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?,
    _ count: UnsafeMutablePointer<Int64>?, _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    withIndex(index, error) { handle throws(EncryptedIndexError) in
        let users = try handle.index.listUserKeys()
        var bytes: [UInt8] = []
        for user in users { bytes += user.id + [user.permission == .write ? 1 : 0] }
        let block = malloc(max(1, bytes.count))!.bindMemory(to: UInt8.self, capacity: bytes.count)
        block.update(from: bytes, count: bytes.count)
        out?.pointee = block
        count?.pointee = Int64(users.count)
    }
}
