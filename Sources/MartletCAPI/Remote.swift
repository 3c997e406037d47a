public import CMartletAPI
internal import Glibc
internal import Martlet

/// A way to a server that C has made.
private final class ForeignTransport: CallTransport, @unchecked Sendable {
    let place: String
    // What it points to is C's, whose promise is that any thread may call.
    private let transport: martlet_transport

    init(_ transport: martlet_transport) {
        place = transport.place.string
        self.transport = transport
    }

    func exchange(_ call: [UInt8]) throws(VectorDatabaseError) -> [UInt8] {
        var answer = martlet_text()
        var error = martlet_error()
        let code = call.withUnsafeBufferPointer { call in
            call.withMemoryRebound(to: CChar.self) { call in
                transport.exchange(
                    transport.context,
                    martlet_text(bytes: call.baseAddress, count: Int64(call.count)), &answer,
                    &error)
            }
        }
        guard code == 0 else {
            defer { free(error.message) }
            throw .storage(error.message.map { String(cString: $0) } ?? "")
        }
        defer { free(UnsafeMutableRawPointer(mutating: answer.bytes)) }
        return Array(answer.buffer)
    }

    deinit { transport.release(transport.context) }
}

@c @implementation
public func martlet_database_connect(
    _ transport: UnsafePointer<martlet_transport>?, _ name: martlet_text,
    _ options: UnsafePointer<martlet_database_options>?,
    _ out: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        let transport = ForeignTransport(transport!.pointee)
        let given = options!.pointee
        let vectorOptions = try given.options()
        let dimensions = given.dimensions < 0 ? nil : Int(given.dimensions)
        out?.pointee = handle(
            try calling { () throws(VectorDatabaseError) in
                try RemoteCollection.open(
                    transport, name: name.isNone ? nil : name.string, dimensions: dimensions,
                    options: vectorOptions)
            })
    }
}

@c @implementation
public func martlet_client_connect(
    _ transport: UnsafePointer<martlet_transport>?,
    _ out: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        let transport = ForeignTransport(transport!.pointee)
        out?.pointee = handle(
            try calling { () throws(VectorDatabaseError) in try RemoteCollections(transport) })
    }
}
