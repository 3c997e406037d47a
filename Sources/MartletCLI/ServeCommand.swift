// `martlet serve`: a database behind a server, until a signal.

internal import CMartletProcess
internal import Glibc
internal import Martlet
internal import MartletCatalog
internal import MartletEngine
internal import MartletServer
internal import MartletSigV4
internal import MartletKeyValue
internal import Synchronization

struct ServeCommand: Command {
    static let name = "serve"
    static var help: String { Help.serve }

    private var dataPath = "martlet-data"
    private var isInMemory = false
    private var database = DatabaseOptions()
    private var server = ServerOptions()
    private var credentialsPath: String?
    private var accessKeysPath: String?
    private var separation: Separation?
    private var certificatePath: String?
    private var keyPath: String?

    init(_ words: [String]) throws(UsageError) {
        var arguments = Arguments(DynamoDBLocalFlags.translated(words))
        while let option = try arguments.nextOption() {
            switch option {
            case "--data", "--data-dir": dataPath = try arguments.value()
            case "--in-memory": isInMemory = true
            case "--durability":
                switch try arguments.value() {
                case "sync": database.durability = .sync
                case "async": database.durability = .async
                case let other: throw UsageError("--durability takes sync or async, not \(other)")
                }
            case "--memory-budget":
                database.memoryBudgetBytes = try arguments.bytes(in: 32 << 20...1 << 40)
            case "--host": server.http.address = try arguments.value()
            case "--port": server.http.port = UInt16(try arguments.integer(in: 0...65_535))
            case "--tls-certificate": certificatePath = try arguments.value()
            case "--tls-key": keyPath = try arguments.value()
            case "--threads": server.http.threads = try arguments.integer(in: 1...256)
            case "--max-connections":
                server.http.limits.connections = try arguments.integer(in: 1...1_000_000)
            case "--body-limit":
                server.http.limits.bodyBytes = try arguments.bytes(in: 1 << 10...1 << 30)
            case "--credentials": credentialsPath = try arguments.value()
            case "--delay-transient-statuses":
                database.engine.statusDelay = database.engine.statusDelay ?? .seconds(2)
            case "--status-delay":
                database.engine.statusDelay = .milliseconds(
                    try arguments.integer(in: 1...600_000))
            case "--enforce-throughput": database.engine.traffic.enforcesThroughput = true
            case "--throttle-probability":
                database.engine.traffic.throttleProbability = try arguments.probability()
            case "--conflict-probability":
                database.engine.traffic.conflictProbability = try arguments.probability()
            case "--error-probability":
                server.disturbance.errorProbability = try arguments.probability()
            case "--latency":
                server.disturbance.latencyMilliseconds = try arguments.milliseconds()
            case "--seed":
                let seed = UInt64(try arguments.integer(in: 0...Int.max))
                database.engine.traffic.seed = seed
                server.disturbance.seed = seed
            case "--access-keys": accessKeysPath = try arguments.value()
            case "--separate":
                switch try arguments.value() {
                case "regions": separation = .regions
                case "accounts": separation = .accounts
                case "both": separation = .regionsAndAccounts
                case "none": separation = nil
                case let other:
                    throw UsageError(
                        "--separate takes regions, accounts, both or none, not \(other)")
                }
            case "--cors":
                let text = try arguments.value()
                guard let origins = OriginPolicy(text) else {
                    throw UsageError(
                        "--cors takes * or origins such as https://app.example.com,"
                            + "http://localhost:3000, not \(text)")
                }
                server.origins = origins
            case "--region": database.engine.owner.region = try arguments.value()
            case "--account": database.engine.owner.account = try arguments.value()
            case "--s3-root": server.bucketRoot = try arguments.value()
            case "--log-requests": server.logsRequests = true
            default: throw UsageError("unknown option \(option)")
            }
        }
        if (certificatePath == nil) != (keyPath == nil) {
            throw UsageError("--tls-certificate and --tls-key go together")
        }
    }

    func run() throws(CommandFailure) {
        allowManyFiles()
        martlet_bound_heaps()
        // Threads inherit the mask, so that only this one takes the signals.
        let signals = StopSignals()
        var options = server
        options.accessKeys = try accessKeys()
        if let certificatePath, let keyPath {
            options.http.certificate = HTTPCertificate(
                certificatePEM: try readText(certificatePath), privateKeyPEM: try readText(keyPath))
        }
        let database = try open()
        let others = SeparateDatabases()
        if let separation {
            options.separation = (by: separation, open: opener(keptIn: others))
        }
        let running: Server
        do throws(HTTPServerError) {
            running = try Server.start(database.engine, options)
        } catch {
            try? database.close()
            throw CommandFailure(error.description)
        }
        let scheme = options.http.certificate == nil ? "http" : "https"
        let host =
            options.http.address.contains(":")
            ? "[\(options.http.address)]" : options.http.address
        // In one call and past any buffer: whoever started us waits for this line.
        write(
            "martlet \(MartletVersion.current) listening on \(scheme)://\(host):\(running.port)\n",
            to: STDOUT_FILENO)

        signals.wait()
        running.stop()
        do throws(DatabaseError) {
            try others.close()
            try database.close()
        } catch {
            throw CommandFailure(error.description)
        }
    }

    private func open() throws(CommandFailure) -> Database {
        var options = database
        options.engine.log = { write("martlet: \($0)\n", to: STDERR_FILENO) }
        do throws(DatabaseError) {
            return isInMemory
                ? try .inMemory(options: options) : try .open(at: dataPath, options: options)
        } catch {
            throw CommandFailure(error.description)
        }
    }

    /// Opens the database of another region or account: a folder in the data directory.
    private func opener(keptIn others: SeparateDatabases) -> DataSetOpener {
        var options = database
        options.engine.log = { write("martlet: \($0)\n", to: STDERR_FILENO) }
        // The budget is that of the server's own data; the others get the least that is useful.
        options.memoryBudgetBytes = 32 << 20
        let folder = isInMemory ? nil : "\(dataPath)/separate"
        return { [options] owner throws(OperationError) in
            var options = options
            options.engine.owner = owner
            do throws(DatabaseError) {
                let database: Database =
                    if let folder {
                        try .open(
                            at: "\(folder)/\(owner.account)/\(owner.region)", options: options)
                    } else {
                        try .inMemory(options: options)
                    }
                others.add(database)
                return database.engine
            } catch {
                options.engine.log(error.description)
                throw .storage(.closed)
            }
        }
    }

    private func accessKeys() throws(CommandFailure) -> [AccessKey] {
        let text = try credentialsPath.map(readSecrets)
        var keys: [AccessKey] = []
        do throws(CredentialsError) {
            let fromEnvironment = try [Credential](environment: { name in
                getenv(name).map { String(cString: $0) }
            })
            let fromFile = try text.map { text throws(CredentialsError) in
                try [Credential](credentialsFile: text)
            }
            keys = ((fromFile ?? []) + fromEnvironment).map { AccessKey($0) }
        } catch {
            throw CommandFailure(error.description)
        }
        if let accessKeysPath {
            let text = try readSecrets(accessKeysPath)
            do throws(AccessKeyFileError) {
                keys += try AccessKeyFile.keys(reading: text)
            } catch {
                throw CommandFailure("\(accessKeysPath): \(error.description)")
            }
        }
        var known: Set<String> = []
        for key in keys where !known.insert(key.credential.accessKeyID).inserted {
            throw CommandFailure(
                CredentialsError.duplicateAccessKey(key.credential.accessKeyID).description)
        }
        return keys
    }
}

/// Databases that are opened while the server runs.
private final class SeparateDatabases: Sendable {
    private let databases = Mutex<[Database]>([])

    func add(_ database: Database) { databases.withLock { $0.append(database) } }

    func close() throws(DatabaseError) {
        for database in databases.withLock({ $0 }) { try database.close() }
    }
}

/// Connections and table files are open files, and shells often allow no more than 1024.
private func allowManyFiles() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
}

/// Writes a line for people or scripts, past any buffer.
func write(_ text: String, to file: Int32) {
    var text = text
    text.withUTF8 { _ = Glibc.write(file, $0.baseAddress, $0.count) }
}

/// Reads a file with secrets, and says so if others may read it, too. It is not refused, because
/// containers often mount secrets that way.
private func readSecrets(_ path: String) throws(CommandFailure) -> String {
    var status = stat()
    if stat(path, &status) == 0, status.st_mode & 0o077 != 0 {
        write(
            "martlet: other users may read the secrets in \(path); chmod 600 \(path)\n",
            to: STDERR_FILENO)
    }
    return try readText(path)
}

/// Reads a small text file.
func readText(_ path: String) throws(CommandFailure) -> String {
    guard let file = fopen(path, "r") else {
        throw CommandFailure("cannot read \(path): \(String(cString: strerror(errno)))")
    }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&chunk, 1, chunk.count, file), count > 0 {
        bytes.append(contentsOf: chunk[..<count])
        if bytes.count > 16 << 20 { throw CommandFailure("\(path) is too large") }
    }
    return String(decoding: bytes, as: UTF8.self)
}
