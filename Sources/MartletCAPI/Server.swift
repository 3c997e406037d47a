// A server in the caller's process. It lasts until it is stopped or given back.

public import CMartletAPI
internal import Martlet
internal import MartletServer
internal import Synchronization

/// A database and what serves it. Any thread may use it.
private final class LocalServer: Sendable {
    let port: UInt16
    private let running: Mutex<(server: Server, database: Database)?>

    init(_ options: martlet_server_options) throws(Failure) {
        guard let port = UInt16(exactly: options.port) else {
            throw Failure(MARTLET_INVALID, "port must be 0 to 65535.")
        }
        var databaseOptions = DatabaseOptions()
        databaseOptions.durability = options.is_async != 0 ? .async : .sync
        var serverOptions = ServerOptions()
        serverOptions.http.port = port
        serverOptions.bucketRoot =
            options.bucket_root.isNone ? nil : try options.bucket_root.path
        let path = options.path.isNone ? nil : try options.path.path
        let database: Database
        do throws(DatabaseError) {
            database =
                if let path {
                    try .open(at: path, options: databaseOptions)
                } else {
                    try .inMemory(options: databaseOptions)
                }
        } catch {
            throw Failure(MARTLET_STORAGE, error.description)
        }
        do throws(HTTPServerError) {
            let server = try Server.start(database.engine, serverOptions)
            self.port = server.port
            running = Mutex((server, database))
        } catch {
            try? database.close()
            throw Failure(error)
        }
    }

    func stop() throws(Failure) {
        // Others who stop it wait until it is.
        try running.withLock { running throws(Failure) in
            guard let (server, database) = running else { return }
            running = nil
            server.stop()
            do throws(DatabaseError) {
                try database.close()
            } catch {
                throw Failure(MARTLET_STORAGE, error.description)
            }
        }
    }

    deinit { try? stop() }
}

extension Failure {
    fileprivate init(_ error: HTTPServerError) {
        switch error {
        case .portTaken(let port):
            self.init(
                MARTLET_INVALID, "Port \(port) is in use. With port=0 the system finds a free one.")
        case .portPrivileged(let port):
            self.init(
                MARTLET_INVALID, "Port \(port) needs privileges that this process does not have.")
        default: self.init(MARTLET_STORAGE, error.description)
        }
    }
}

@c @implementation
public func martlet_server_start(
    _ options: UnsafePointer<martlet_server_options>?,
    _ out: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        try checkProcess()
        out?.pointee = handle(try LocalServer(options!.pointee))
    }
}

@c @implementation
public func martlet_server_port(_ server: UnsafeMutableRawPointer?) -> Int64 {
    guard let server = try? object(server, as: LocalServer.self) else { return 0 }
    return Int64(server.port)
}

@c @implementation
public func martlet_server_stop(
    _ server: UnsafeMutableRawPointer?, _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in try object(server, as: LocalServer.self).stop() }
}
